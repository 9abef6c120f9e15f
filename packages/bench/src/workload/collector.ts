import type { HostReport } from '@naumachia/core';
import { bucketsOfSamples, type DataItem } from './data-items.js';
import { metricItems, type MetricReading, readMetrics } from './metrics.js';
import type { Labels } from './operation.js';
import { countPods } from './pod-ledger.js';
import { newThroughput, SAMPLE_EVERY_MS, sampleThroughput, type Throughput, throughputItem } from './throughput.js';
import type { CollectedMetrics } from './workload-file.js';
import type { WorkloadGlance } from './workload-reporter.js';

/** What was measured between the start and the stop of a collection. */
export interface Collected {
  /** `SchedulingBasic/5000Nodes_10000Pods/namespace-2` */
  readonly name: string;
  readonly items: readonly DataItem[];
  readonly throughput: Throughput;
  /** Pods that were bound meanwhile, and milliseconds. */
  readonly scheduled: number;
  readonly duration: number;
}

/** Where a collector looks. */
export interface Watched {
  /** The API server's host first, then the others, this thread's own included. */
  readonly glances: () => Promise<readonly WorkloadGlance[]>;
  readonly reports: () => Promise<readonly HostReport[]>;
  /** Collects garbage. */
  readonly settle: () => Promise<void>;
}

export interface CollectorOptions {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
  readonly metrics: CollectedMetrics;
}

/** A collection under way. */
export interface Collector {
  readonly stop: () => Promise<Collected>;
}

const MEMORY_EVERY_MS = 500;
const MEGABYTE = 1024 * 1024;

/** Starts to measure as scheduler_perf does (executor.go `startCollectingMetrics`): pods per second, the scheduler's metrics, memory, and how long it all takes. */
export const startCollector = async (watched: Watched, { name, namespaces, labelSelector, metrics }: CollectorOptions): Promise<Collector> => {
  await watched.settle();
  const before: MetricReading = readMetrics(await watched.reports());
  const throughput = newThroughput();
  const memory: { readonly at: number; readonly megabytes: number }[] = [];
  const scheduledAt = ([api]: readonly WorkloadGlance[]): number => countPods(api?.pods ?? [], namespaces, labelSelector).everScheduled;
  const remember = (glances: readonly WorkloadGlance[]): void => void memory.push({ at: performance.now(), megabytes: glances.reduce((sum, { heap }) => sum + heap, 0) / MEGABYTE });

  const first = await watched.glances();
  const scheduledBefore = scheduledAt(first);
  remember(first);
  const began = performance.now();
  let ticks = 0;
  let looking: Promise<void> = Promise.resolve();
  const look = async (isSample: boolean): Promise<void> => {
    const glances = await watched.glances();
    remember(glances);
    const [api] = glances;
    if (isSample && api) sampleThroughput(throughput, { at: api.at, scheduled: scheduledAt(glances) - scheduledBefore });
  };
  const timer = setInterval(() => {
    ticks++;
    looking = look((ticks * MEMORY_EVERY_MS) % SAMPLE_EVERY_MS === 0);
  }, MEMORY_EVERY_MS);

  return {
    stop: async () => {
      const duration = performance.now() - began;
      clearInterval(timer);
      await looking;
      const last = await watched.glances();
      remember(last);
      const after = readMetrics(await watched.reports());
      const labels = { Name: name };
      const scheduled = scheduledAt(last) - scheduledBefore;
      const items = [
        ...throughputItem(throughput, { scheduled, duration }, labels),
        ...metricItems(metrics, before, after, labels),
        ...memoryItems(memory, labels),
        { data: { Duration: duration / 1000 }, unit: 's', labels: { ...labels, Metric: 'SchedulingDuration' } },
      ];
      return { name, items, throughput, scheduled, duration };
    },
  };
};

/** The heaps of all threads, as scheduler_perf has that of its one process. */
const memoryItems = (samples: readonly { readonly at: number; readonly megabytes: number }[], labels: Labels): readonly DataItem[] => {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return [];
  const minutes = (last.at - first.at) / 60_000;
  const values = samples.map(({ megabytes }) => megabytes);
  return [
    { data: { ...bucketsOfSamples(values), Max: Math.max(...values) }, unit: 'MB', labels: { ...labels, Metric: 'heap_memory_usage' } },
    { data: { GrowthRate: minutes > 0 ? (last.megabytes - first.megabytes) / minutes : 0 }, unit: 'MB/min', labels: { ...labels, Metric: 'memory_growth_rate' } },
  ];
};
