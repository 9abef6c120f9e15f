import type { HostReport } from '@naumachia/core';
import { addHistogram, type Histogram, newHistogram } from '../measure/histogram.js';
import { bucketsOfHistogram, type DataItem } from './data-items.js';
import type { CollectedMetrics } from './workload-file.js';
import type { WorkloadObserved } from './workload-reporter.js';

type Labelled = readonly { readonly labels: Readonly<Record<string, string>>; readonly of: (observed: WorkloadObserved) => Histogram }[];

/** The metrics of kube-scheduler that can be collected, by name, with the combinations of labels that there are of each. Seen from outside. */
export const METRICS: Readonly<Record<string, Labelled>> = {
  // From the step in which the pod was taken from the queue until the API server answered the binding.
  scheduler_scheduling_attempt_duration_seconds: [{ labels: { result: 'scheduled' }, of: ({ attempts }) => attempts }],
  // From the publication of the pod to that of its binding; a pod counts once.
  scheduler_pod_scheduling_sli_duration_seconds: [{ labels: {}, of: ({ pods }) => pods.createToScheduled }],
};

/** Scheduler_perf's default asks for more; of a metric that is not there it says nothing. */
const DEFAULT_METRICS: CollectedMetrics = { scheduler_scheduling_attempt_duration_seconds: [] };

/** Durations counted up to now, by metric and the place of the combination in `METRICS`. */
export type MetricReading = Readonly<Record<string, readonly Histogram[]>>;

export const readMetrics = (asked: CollectedMetrics, hosts: readonly HostReport[]): MetricReading => {
  const observed = hosts.map((host) => host.observed as WorkloadObserved | undefined).filter((each) => each?.attempts !== undefined);
  const names = Object.keys(asked).length > 0 ? Object.keys(asked) : Object.keys(DEFAULT_METRICS);
  return Object.fromEntries(
    names.map((name) => [
      name,
      (METRICS[name] ?? []).map(({ of }) => {
        const total = newHistogram();
        for (const each of observed) if (each) addHistogram(total, of(each));
        return total;
      }),
    ]),
  );
};

/** What was counted between two readings, for the combinations of labels that were asked for; what was not seen is left out. */
export const metricItems = (asked: CollectedMetrics, before: MetricReading, after: MetricReading, labels: Readonly<Record<string, string>>): readonly DataItem[] =>
  Object.entries(after).flatMap(([name, histograms]) =>
    histograms.flatMap((histogram, at) => {
      const own = METRICS[name]?.[at]?.labels ?? {};
      const wanted = (asked[name] ?? []).every(({ label, values }) => values.includes(own[label] ?? ''));
      const counted = difference(histogram, before[name]?.[at]);
      return !wanted || counted.count === 0 ? [] : [{ data: bucketsOfHistogram(counted), unit: 'ms', labels: { ...labels, ...own, Metric: name } }];
    }),
  );

const difference = (after: Histogram, before: Histogram | undefined): Histogram => {
  if (!before) return after;
  return { buckets: after.buckets.map((count, bucket) => count - (before.buckets[bucket] ?? 0)), count: after.count - before.count, sum: after.sum - before.sum, max: after.max };
};
