import type { HostReport } from '@naumachia/core';
import { SCHEDULER_METRICS, type schedulerMetrics } from '@naumachia/actors/scheduler';
import type { DataItem } from './data-items.js';
import type { CollectedMetrics } from './workload-file.js';
import type { WorkloadObserved } from './workload-reporter.js';

type Family = ReturnType<typeof schedulerMetrics>[number];
type HistogramFamily = Extract<Family, { readonly metric: { readonly type: 'histogram' } }>;

/** The metrics that can be collected: the histograms of kube-scheduler that are counted. scheduler_perf collects no others. */
export const METRICS: ReadonlySet<string> = new Set(SCHEDULER_METRICS.filter(({ type }) => type === 'histogram').map(({ name }) => name));

/**
 * What is collected of a workload that does not say. scheduler_perf's default asks for the durations of extension points and plugins as well, which are not
 * counted here; of metrics that are not there it says nothing.
 */
const DEFAULT_METRICS: CollectedMetrics = { scheduler_scheduling_attempt_duration_seconds: [{ label: 'result', values: ['scheduled', 'unschedulable', 'error'] }] };

/** What the scheduler has counted so far. */
export type MetricReading = readonly HistogramFamily[];

export const readMetrics = (hosts: readonly HostReport[]): MetricReading =>
  hosts.flatMap(({ observed }) => (observed as Partial<WorkloadObserved> | undefined)?.schedulerMetrics ?? []).filter((family): family is HistogramFamily => family.metric.type === 'histogram');

/** What was counted between two readings: an item for each combination of the labels that were asked for (util.go `metricsCollector`); without any, one for all. */
export const metricItems = (asked: CollectedMetrics, before: MetricReading, after: MetricReading, labels: Readonly<Record<string, string>>): readonly DataItem[] =>
  Object.entries(Object.keys(asked).length > 0 ? asked : DEFAULT_METRICS).flatMap(([name, filters]) =>
    combinations(filters).flatMap((own) => {
      const bounds = after.find(({ metric }) => metric.name === name)?.metric.buckets ?? [];
      const [present, former] = [counted(after, name, own), counted(before, name, own)];
      const counts = present.counts.map((count, bucket) => count - (former.counts[bucket] ?? 0));
      const total = counts.reduce((sum, count) => sum + count, 0);
      return total === 0 ? [] : [{ data: bucketsOfCounts(bounds, counts, present.sum - former.sum, total), unit: 'ms', labels: { ...labels, ...own, Metric: name } }];
    }),
  );

/** Every choice of one value for each label. */
const combinations = (filters: CollectedMetrics[string]): readonly Readonly<Record<string, string>>[] =>
  filters.reduce<readonly Readonly<Record<string, string>>[]>((known, { label, values }) => known.flatMap((combination) => values.map((value) => ({ ...combination, [label]: value }))), [{}]);

const counted = (reading: MetricReading, name: string, labels: Readonly<Record<string, string>>): { readonly counts: readonly number[]; readonly sum: number } => {
  const counts: number[] = [];
  let sum = 0;
  for (const { metric, samples } of reading) {
    if (metric.name !== name) continue;
    for (const sample of samples) {
      if (Object.entries(labels).some(([label, value]) => sample.labels[metric.labels.indexOf(label)] !== value)) continue;
      for (let bucket = 0; bucket < sample.counts.length; bucket++) counts[bucket] = (counts[bucket] ?? 0) + (sample.counts[bucket] ?? 0);
      sum += sample.sum;
    }
  }
  return { counts, sum };
};

const MILLISECONDS = 1000;

const bucketsOfCounts = (bounds: readonly number[], counts: readonly number[], sum: number, total: number): Readonly<Record<string, number>> => ({
  ...Object.fromEntries([50, 90, 95, 99].map((share) => [`Perc${share}`, MILLISECONDS * bucketQuantile(share / 100, bounds, counts, total)])),
  Average: (MILLISECONDS * sum) / total,
});

/** component-base/metrics/testutil: straight lines between the bounds of buckets; the last bound for what lies above all. */
export const bucketQuantile = (share: number, bounds: readonly number[], counts: readonly number[], total: number): number => {
  const rank = share * total;
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    const start = bounds[bucket - 1] ?? 0;
    if (below + count >= rank) return start + (bound - start) * ((rank - below) / count);
    below += count;
  }
  return bounds.at(-1) ?? Number.NaN;
};
