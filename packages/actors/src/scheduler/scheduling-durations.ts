import type { Duration } from '@naumachia/core';
import { countDuration, type DurationCounts, newDurationCounts } from '../machinery/metrics/duration-counts.js';
import { exponentialBuckets } from '../machinery/metrics/metric.js';

/** How long scheduling takes, as kube-scheduler's metrics tell it. Plain data. */
export interface SchedulingDurations {
  /** From the step that took the pod from its queue until the API server had answered the binding, by result. A step that finds no node takes no time by an actor's clock. */
  readonly attempts: Readonly<Record<AttemptResult, DurationCounts>>;
  /** From a pod's first attempt until it was bound, by how many attempts it took; few numbers of attempts are ever seen. */
  readonly pods: Map<number, DurationCounts>;
}

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

// pkg/scheduler/metrics/metrics.go; seconds.
export const ATTEMPT_BUCKETS = exponentialBuckets(0.001, 2, 15);
export const POD_BUCKETS = exponentialBuckets(0.01, 2, 20);
/** Buckets of numbers of attempts. */
export const ATTEMPTS_BUCKETS = exponentialBuckets(1, 2, 5);

/** Pods that took as many attempts are counted together (`getAttemptsLabel`). */
export const MOST_ATTEMPTS = 15;

export const newSchedulingDurations = (): SchedulingDurations => ({
  attempts: { scheduled: newDurationCounts(ATTEMPT_BUCKETS), unschedulable: newDurationCounts(ATTEMPT_BUCKETS), error: newDurationCounts(ATTEMPT_BUCKETS) },
  pods: new Map(),
});

export const countAttempt = ({ attempts }: SchedulingDurations, result: AttemptResult, took: Duration): void => countDuration(attempts[result], ATTEMPT_BUCKETS, took);

export const countBoundPod = ({ pods }: SchedulingDurations, attempts: number, took: Duration): void => {
  const label = Math.min(attempts, MOST_ATTEMPTS);
  let counts = pods.get(label);
  if (counts === undefined) pods.set(label, (counts = newDurationCounts(POD_BUCKETS)));
  countDuration(counts, POD_BUCKETS, took);
};
