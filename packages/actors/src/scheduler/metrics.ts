import { counter, type Family, gauge, histogram, type HistogramSample, type Metric } from '../machinery/metrics/metric.js';
import type { SchedulerState } from './scheduler.js';
import { ATTEMPT_BUCKETS, type AttemptResult, ATTEMPTS_BUCKETS, MOST_ATTEMPTS, POD_BUCKETS } from './scheduling-durations.js';

// pkg/scheduler/metrics/metrics.go
const attempts = counter({ name: 'scheduler_schedule_attempts_total', help: "Attempts to schedule pods, by result: 'unschedulable' found no node, 'error' is a problem of the scheduler's own.", stability: 'STABLE', labels: ['result', 'profile'] });
const attemptDuration = histogram({ name: 'scheduler_scheduling_attempt_duration_seconds', help: 'How long attempts took, binding included.', stability: 'STABLE', labels: ['result', 'profile'], buckets: ATTEMPT_BUCKETS });
const pending = gauge({ name: 'scheduler_pending_pods', help: 'Pods without a node by where they wait: to be tried now, for a back-off to end, for the cluster to change, or gated.', stability: 'STABLE', labels: ['queue'] });
const podAttempts = histogram({ name: 'scheduler_pod_scheduling_attempts', help: 'How many attempts it took to schedule a pod.', stability: 'STABLE', buckets: ATTEMPTS_BUCKETS });
const podDuration = histogram({ name: 'scheduler_pod_scheduling_sli_duration_seconds', help: 'From the first attempt to schedule a pod until it was bound, by how many attempts it took.', stability: 'BETA', labels: ['attempts'], buckets: POD_BUCKETS });

/** The metrics of kube-scheduler that are counted. */
export const SCHEDULER_METRICS: readonly Metric[] = [attempts, attemptDuration, pending, podAttempts, podDuration];

const PROFILE = 'default-scheduler';
const RESULTS: readonly AttemptResult[] = ['scheduled', 'unschedulable', 'error'];

/** What a scheduler has counted, in the metrics of kube-scheduler. */
export const schedulerMetrics = ({ counts, durations, scheduling: { queue } }: SchedulerState): Family[] => {
  const total: Readonly<Record<AttemptResult, number>> = { scheduled: counts.bound, unschedulable: counts.unschedulable, error: counts.errors };
  const seen = RESULTS.filter((result) => total[result] > 0);
  let gated = 0;
  for (const { gatedBy } of queue.unschedulable.values()) if (gatedBy !== undefined) gated++;
  return [
    { metric: attempts, samples: seen.map((result) => ({ labels: [result, PROFILE], value: total[result] })) },
    { metric: attemptDuration, samples: seen.map((result): HistogramSample => ({ labels: [result, PROFILE], counts: durations.attempts[result].counts, sum: durations.attempts[result].sum })) },
    {
      metric: pending,
      samples: [
        { labels: ['active'], value: queue.active.items.length },
        { labels: ['backoff'], value: queue.backoff.items.length + queue.errorBackoff.items.length },
        { labels: ['gated'], value: gated },
        { labels: ['unschedulable'], value: queue.unschedulable.size - gated },
      ],
    },
    { metric: podAttempts, samples: [attemptsOfPods(durations.pods)] },
    { metric: podDuration, samples: [...durations.pods].map(([number, { counts: buckets, sum }]) => ({ labels: [number === MOST_ATTEMPTS ? `${MOST_ATTEMPTS}+` : String(number)], counts: buckets, sum })) },
  ];
};

const attemptsOfPods = (pods: SchedulerState['durations']['pods']): HistogramSample => {
  const buckets = Array.from({ length: ATTEMPTS_BUCKETS.length + 1 }, () => 0);
  let sum = 0;
  for (const [number, { counts }] of pods) {
    const times = counts.reduce((all, count) => all + count, 0);
    const bucket = ATTEMPTS_BUCKETS.findIndex((bound) => number <= bound);
    const at = bucket < 0 ? ATTEMPTS_BUCKETS.length : bucket;
    buckets[at] = (buckets[at] ?? 0) + times;
    sum += number * times;
  }
  return { labels: [], counts: buckets, sum };
};
