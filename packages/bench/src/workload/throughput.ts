import { bucketsOfSamples, type DataItem } from './data-items.js';

/** What is seen at one tick. */
export interface ThroughputSample {
  /** Milliseconds of the clock of the API server's host. */
  readonly at: number;
  /** Pods that have been scheduled so far. */
  readonly scheduled: number;
}

/** Pods per second between ticks, as scheduler_perf's throughput collector has them (util.go, Kubernetes 1.36). Plain data. */
export interface Throughput {
  last: ThroughputSample | undefined;
  skipped: number;
  readonly samples: number[];
  /** What each sample was taken from, for those who draw it. */
  readonly progress: { readonly at: number; readonly scheduled: number; readonly perSecond: number }[];
}

/** `throughputSampleInterval` */
export const SAMPLE_EVERY_MS = 1000;

export const newThroughput = (): Throughput => ({ last: undefined, skipped: 0, samples: [], progress: [] });

/**
 * Nothing is counted before the first pod is scheduled, and the tick that sees it only begins: creating and sampling start independently of one
 * another. A second without a pod is no sample of 0; the next that has some stands for both.
 */
export const sampleThroughput = (throughput: Throughput, sample: ThroughputSample): void => {
  const { last } = throughput;
  if (sample.scheduled === 0) return;
  if (last === undefined) {
    throughput.last = sample;
    return;
  }
  const scheduled = sample.scheduled - last.scheduled;
  if (scheduled === 0) {
    throughput.skipped++;
    return;
  }
  const perSecond = (scheduled / (sample.at - last.at)) * 1000;
  for (let i = 0; i <= throughput.skipped; i++) throughput.samples.push(perSecond);
  throughput.progress.push({ at: sample.at, scheduled: sample.scheduled, perSecond });
  throughput.skipped = 0;
  throughput.last = sample;
};

/**
 * Where all was over before two ticks had seen pods, scheduler_perf measures nothing and asks for more pods; here the whole of it is the only
 * sample. None if no pod was bound.
 */
export const throughputItem = ({ samples }: Throughput, whole: { readonly scheduled: number; readonly duration: number }, labels: Readonly<Record<string, string>>): readonly DataItem[] => {
  const taken = samples.length > 0 ? samples : whole.scheduled > 0 ? [(whole.scheduled / whole.duration) * 1000] : [];
  return taken.length === 0 ? [] : [{ data: bucketsOfSamples(taken), unit: 'pods/s', labels: { ...labels, Metric: 'SchedulingThroughput' } }];
};
