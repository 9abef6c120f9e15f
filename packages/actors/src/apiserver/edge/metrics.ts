import type { Duration, RunView } from '@naumachia/core';
import { exposition, EXPOSITION_TYPE } from '../../machinery/metrics/exposition.js';
import { mergeFamilies, metricsOf } from '../../machinery/metrics/merge.js';
import { type Family, gauge } from '../../machinery/metrics/metric.js';
import { countAnswer, newRequestSeries, requestFamilies, type RequestLabels, type RequestSeries } from '../request-counts.js';
import { buildInfo } from './discovery.js';
import { send, type Exchange } from './exchange.js';
import { processMetrics } from './process-metrics.js';
import { requestLabels } from './request-labels.js';

// apiserver/pkg/endpoints/metrics/metrics.go
const longRunning = gauge({ name: 'apiserver_longrunning_requests', help: 'Watches, and what leads to kubelets, that are open.', stability: 'STABLE', labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] });

// component-base/metrics/version.go
const BUILD_LABELS = { major: 'major', minor: 'minor', git_version: 'gitVersion', git_commit: 'gitCommit', git_tree_state: 'gitTreeState', build_date: 'buildDate', go_version: 'goVersion', compiler: 'compiler', platform: 'platform' } as const;
const build = gauge({ name: 'kubernetes_build_info', help: 'The build of Kubernetes that is emulated, as /version tells it; always 1.', stability: 'BETA', labels: Object.keys(BUILD_LABELS) });

/** What an edge has answered, and what of it is still open. */
export interface EdgeMetrics {
  /** By their labels. */
  readonly series: Map<string, RequestSeries & { open: number }>;
  /** All hosts of the cluster. */
  readonly run: RunView;
}

export const newEdgeMetrics = (run: RunView): EdgeMetrics => ({ series: new Map(), run });

/** Counts a request when its answer is out, which for a watch is when it ends. To be called when the answer has been given or begun. */
export const countRequest = (metrics: EdgeMetrics, { request, response, path, query }: Exchange, began: number): void => {
  const series = seriesOf(metrics, requestLabels(request, path, query));
  const count = (): void => countAnswer(series, response.statusCode, (performance.now() - began) as Duration);
  if (response.writableEnded || response.destroyed) return count();
  series.open++;
  response.once('close', () => {
    series.open--;
    count();
  });
};

/** Counts a connection that left HTTP behind, from now to its end. `code`: 101, or that of the refusal. */
export const countUpgrade = (metrics: EdgeMetrics, labels: RequestLabels, code: number, connection: { readonly destroyed: boolean; once(event: 'close', then: () => void): unknown }, began: number): void => {
  const series = seriesOf(metrics, labels);
  const count = (): void => countAnswer(series, code, (performance.now() - began) as Duration);
  if (code !== 101 || connection.destroyed) return count();
  series.open++;
  connection.once('close', () => {
    series.open--;
    count();
  });
};

const seriesOf = ({ series }: EdgeMetrics, labels: RequestLabels): RequestSeries & { open: number } => {
  const key = Object.values(labels).join('\0');
  const known = series.get(key);
  if (known !== undefined) return known;
  const added = Object.assign(newRequestSeries(labels), { open: 0 });
  series.set(key, added);
  return added;
};

/** `/metrics`: of all components of the cluster together, as they share a process, and may share a thread. */
export const serveMetrics = async (exchange: Exchange): Promise<void> => {
  const { metrics } = exchange.serving;
  const reports = await metrics.run.reports();
  send(exchange, 200, EXPOSITION_TYPE, exposition([...mergeFamilies([...metricsOf(reports), ...edgeFamilies(metrics)]), ...processMetrics()]));
};

const edgeFamilies = ({ series }: EdgeMetrics): Family[] => {
  const all = [...series.values()];
  const version = buildInfo();
  const open = all.filter(({ open: number }) => number > 0);
  return [
    ...requestFamilies(all),
    { metric: build, samples: [{ labels: Object.values(BUILD_LABELS).map((field) => version[field] ?? ''), value: 1 }] },
    { metric: longRunning, samples: open.map(({ verb, group, version, resource, subresource, scope, open: value }) => ({ labels: [verb, group, version, resource, subresource, scope, 'apiserver'], value })) },
  ];
};
