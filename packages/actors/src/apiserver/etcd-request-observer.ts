import { between, type Instant, type Observer } from '@naumachia/core';
import { splitGroupResource } from '../api/object.js';
import type { EtcdRequest } from '../api/etcd-requests.js';
import { countDuration, type DurationCounts, newDurationCounts } from '../machinery/metrics/duration-counts.js';
import { counter, type Family, histogram } from '../machinery/metrics/metric.js';

// apiserver/pkg/storage/etcd3/metrics/metrics.go
const ETCD_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const labels = ['operation', 'group', 'resource'];
const duration = histogram({ name: 'etcd_request_duration_seconds', help: 'How long etcd took to answer the API server, by operation and resource.', stability: 'ALPHA', labels, buckets: ETCD_BUCKETS });
const total = counter({ name: 'etcd_requests_total', help: 'Requests of the API server to etcd, by operation and resource.', stability: 'ALPHA', labels });
const errors = counter({ name: 'etcd_request_errors_total', help: 'Requests of the API server that etcd refused, by operation and resource.', stability: 'ALPHA', labels });

interface Series {
  readonly operation: string;
  readonly group: string;
  readonly resource: string;
  readonly durations: DurationCounts;
  errors: number;
}

interface Pending {
  series: Series | undefined;
  at: Instant;
}

/** Counts what the API server asks of etcd, seen on the API server's host. */
export const observeEtcdRequests = (): { readonly observer: Pick<Observer, 'received' | 'posted' | 'ended'>; readonly families: () => Family[] } => {
  /** By operation, then by what stands between the first two slashes of the key's rest. */
  const known = new Map<string, Map<string, Series>>();
  const pending = new Map<number, Pending>();
  const spare: Pending[] = [];

  const seriesOf = (operation: string, key: string): Series => {
    let byResource = known.get(operation);
    if (byResource === undefined) known.set(operation, (byResource = new Map()));
    const name = resourceOf(key);
    let series = byResource.get(name);
    if (series === undefined) byResource.set(name, (series = Object.assign({ operation, durations: newDurationCounts(ETCD_BUCKETS), errors: 0 }, splitGroupResource(name))));
    return series;
  };

  return {
    observer: {
      posted({ kind, from, to, slot, message }, now) {
        if (kind !== 'request' || to.actor !== 'etcd' || from.actor !== 'apiserver') return;
        const request = message as EtcdRequest;
        const operation = operationOf(request);
        if (operation === undefined || !('key' in request)) return;
        const entry = spare.pop() ?? { series: undefined, at: now };
        entry.series = seriesOf(operation, request.key);
        entry.at = now;
        pending.set(slot, entry);
      },
      received({ kind, from, to, slot, message }, now) {
        if (kind !== 'reply' || from.actor !== 'etcd' || to.actor !== 'apiserver') return;
        const entry = pending.get(slot);
        if (entry?.series === undefined) return;
        pending.delete(slot);
        countDuration(entry.series.durations, ETCD_BUCKETS, between(entry.at, now));
        if (message.type === 'refused' || message.type === 'failure') entry.series.errors++;
        spare.push(entry);
      },
      ended({ actor }) {
        if (actor === 'apiserver') pending.clear();
      },
    },
    families: () => {
      const series = [...known.values()].flatMap((byResource) => [...byResource.values()]);
      const values = ({ operation, group, resource }: Series): string[] => [operation, group, resource];
      return [
        { metric: duration, samples: series.map((each) => ({ labels: values(each), counts: each.durations.counts, sum: each.durations.sum })) },
        { metric: total, samples: series.map((each) => ({ labels: values(each), value: each.durations.counts.reduce((sum, count) => sum + count, 0) })) },
        { metric: errors, samples: series.flatMap((each) => (each.errors > 0 ? [{ labels: values(each), value: each.errors }] : [])) },
      ];
    },
  };
};

/** As the store of kube-apiserver names what it does; nothing for what concerns no resource. */
const operationOf = (request: EtcdRequest): string | undefined => {
  switch (request.type) {
    case 'optimistic-put':
      return request.expected === 0 ? 'create' : 'update';
    case 'optimistic-delete':
    case 'delete-range':
      return 'delete';
    case 'put':
      return 'update';
    case 'range':
      return request.rangeEnd === undefined ? 'get' : 'list';
    default:
      return undefined;
  }
};

const PREFIX = '/registry/';

/** `pods` of `/registry/pods/default/a`. */
const resourceOf = (key: string): string => {
  const end = key.indexOf('/', PREFIX.length);
  return key.slice(PREFIX.length, end < 0 ? undefined : end);
};
