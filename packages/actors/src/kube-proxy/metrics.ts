import { type Duration, milliseconds, type Observer } from '@naumachia/core';
import { countDuration, type DurationCounts, newDurationCounts } from '../machinery/metrics/duration-counts.js';
import { exponentialBuckets, type Family, gauge, histogram, linearBuckets } from '../machinery/metrics/metric.js';
import type { KubeProxyState } from './kube-proxy-state.js';
import { delayBounds } from './programming-delay.js';

// pkg/proxy/metrics/metrics.go
const SYNC_BUCKETS = exponentialBuckets(0.001, 2, 15);
const PROGRAMMING_BUCKETS = [...linearBuckets(0.25, 0.25, 2), ...linearBuckets(1, 1, 59), ...linearBuckets(60, 5, 12), ...linearBuckets(120, 30, 7)];
const labels = ['ip_family'];
const syncDuration = histogram({ name: 'kubeproxy_sync_proxy_rules_duration_seconds', help: 'Time in the steps that take in changes of Services and endpoints, or put them in force.', stability: 'ALPHA', labels, buckets: SYNC_BUCKETS });
const programming = histogram({ name: 'kubeproxy_network_programming_duration_seconds', help: 'From what made endpoints change until the change was in force.', stability: 'ALPHA', labels, buckets: PROGRAMMING_BUCKETS });
const lastSync = gauge({ name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds', help: 'When a proxy synced last.', stability: 'ALPHA', labels });

const FAMILY = ['IPv4'];
/** Steps of a proxy after which packets may go elsewhere. */
const SYNC_STEPS = new Set(['sync', 'feed services', 'feed endpointslices.discovery.k8s.io']);

/** What all proxies of a host have counted, in the metrics of kube-proxy. */
export const kubeProxyMetrics = (proxies: Iterable<KubeProxyState>): Family[] => {
  const delays = newDurationCounts(PROGRAMMING_BUCKETS);
  let last = 0;
  for (const proxy of proxies) {
    last = Math.max(last, proxy.syncedAt ?? 0);
    if (proxy.delays) addDelays(delays, proxy.delays);
  }
  if (last === 0) return [];
  return [
    { metric: programming, samples: [{ labels: FAMILY, counts: delays.counts, sum: delays.sum }] },
    { metric: lastSync, samples: [{ labels: FAMILY, value: last / 1000 }] },
  ];
};

/** A proxy counts in buckets of its own, which are much finer. */
const addDelays = (into: DurationCounts, { buckets, sum }: NonNullable<KubeProxyState['delays']>): void => {
  for (let fine = 0; fine < buckets.length; fine++) {
    const count = buckets[fine] as number;
    if (count === 0) continue;
    const seconds = delayBounds(fine) / 1000;
    let bucket = 0;
    while (bucket < PROGRAMMING_BUCKETS.length && seconds > (PROGRAMMING_BUCKETS[bucket] as number)) bucket++;
    into.counts[bucket] = (into.counts[bucket] as number) + count;
  }
  into.sum += sum / 1000;
};

/** Times the syncs of a host's proxies by the wall: an actor's clock stands still within a step. */
export const observeSyncs = (): { readonly observer: Pick<Observer, 'stepped'>; readonly families: () => Family[] } => {
  const durations = newDurationCounts(SYNC_BUCKETS);
  let syncs = 0;
  return {
    observer: {
      stepped({ actor }, step, microseconds) {
        if (!SYNC_STEPS.has(step) || !actor.startsWith('kube-proxy/')) return;
        syncs++;
        countDuration(durations, SYNC_BUCKETS, milliseconds(microseconds / 1000) as Duration);
      },
    },
    families: () => (syncs === 0 ? [] : [{ metric: syncDuration, samples: [{ labels: FAMILY, counts: durations.counts, sum: durations.sum }] }]),
  };
};
