import type { Duration } from '@naumachia/core';
import { countDuration, type DurationCounts, newDurationCounts } from '../machinery/metrics/duration-counts.js';
import { counter, type Family, histogram } from '../machinery/metrics/metric.js';

/** What requests are told apart by in kube-apiserver's metrics (apiserver/pkg/endpoints/metrics/metrics.go). */
export interface RequestLabels {
  /** GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, CONNECT. */
  readonly verb: string;
  readonly dryRun: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Of what is no resource: the path. */
  readonly subresource: string;
  readonly scope: 'resource' | 'namespace' | 'cluster' | '';
}

/** Requests with the same labels. */
export interface RequestSeries extends RequestLabels {
  /** How many were answered, by code. */
  readonly codes: Map<number, number>;
  readonly durations: DurationCounts;
}

// Seconds.
const REQUEST_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const CLIENT_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

const LABELS = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'];
const requestTotal = counter({ name: 'apiserver_request_total', help: 'Requests that the API server answered, by verb, resource, scope and code.', stability: 'STABLE', labels: [...LABELS, 'code'] });
const requestDuration = histogram({ name: 'apiserver_request_duration_seconds', help: 'How long requests took to be answered, by verb, resource and scope.', stability: 'STABLE', labels: LABELS, buckets: REQUEST_BUCKETS });
// component-base/metrics/prometheus/restclient/metrics.go
const clientTotal = counter({ name: 'rest_client_requests_total', help: 'Requests that components sent, by code, method and host.', stability: 'ALPHA', labels: ['code', 'method', 'host'] });
const clientDuration = histogram({ name: 'rest_client_request_duration_seconds', help: "How long components' requests took, by verb and host.", stability: 'ALPHA', labels: ['verb', 'host'], buckets: CLIENT_BUCKETS });

export const newRequestSeries = (labels: RequestLabels): RequestSeries => Object.assign({}, labels, { codes: new Map<number, number>(), durations: newDurationCounts(REQUEST_BUCKETS) });

export const countAnswer = ({ codes, durations }: RequestSeries, code: number, took: Duration): void => {
  codes.set(code, (codes.get(code) ?? 0) + 1);
  countDuration(durations, REQUEST_BUCKETS, took);
};

const valuesOf = ({ verb, dryRun, group, version, resource, subresource, scope }: RequestLabels): string[] => [verb, dryRun, group, version, resource, subresource, scope, scope === '' ? '' : 'apiserver'];

export const requestFamilies = (series: readonly RequestSeries[]): Family[] => [
  { metric: requestTotal, samples: series.flatMap((each) => [...each.codes].map(([code, value]) => ({ labels: [...valuesOf(each), String(code)], value }))) },
  { metric: requestDuration, samples: series.map((each) => ({ labels: valuesOf(each), counts: each.durations.counts, sum: each.durations.sum })) },
];

const METHODS: Readonly<Record<string, string>> = { LIST: 'GET', WATCH: 'GET', APPLY: 'PATCH' };

/** The same as the components see it that sent them to `host`. */
export const clientFamilies = (series: readonly RequestSeries[], host: string): Family[] => {
  const totals = new Map<string, { readonly labels: readonly string[]; value: number }>();
  const durations = new Map<string, DurationCounts>();
  for (const { verb, codes, durations: took } of series) {
    const method = METHODS[verb] ?? verb;
    for (const [code, count] of codes) {
      const key = `${code} ${method}`;
      const total = totals.get(key) ?? { labels: [String(code), method, host], value: 0 };
      total.value += count;
      totals.set(key, total);
    }
    const sum = durations.get(method) ?? newDurationCounts(CLIENT_BUCKETS);
    durations.set(method, sum);
    addCoarsely(sum, took);
  }
  return [
    { metric: clientTotal, samples: [...totals.values()] },
    { metric: clientDuration, samples: [...durations].map(([verb, { counts, sum }]) => ({ labels: [verb, host], counts, sum })) },
  ];
};

/** A client's buckets are fewer: what lies within a request's bucket goes into the one that holds the whole of it. */
const addCoarsely = (into: DurationCounts, { counts, sum }: DurationCounts): void => {
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const bound = REQUEST_BUCKETS[bucket] ?? Number.POSITIVE_INFINITY;
    let coarse = 0;
    while (coarse < CLIENT_BUCKETS.length && bound > (CLIENT_BUCKETS[coarse] as number)) coarse++;
    into.counts[coarse] = (into.counts[coarse] as number) + (counts[bucket] as number);
  }
  into.sum += sum;
};
