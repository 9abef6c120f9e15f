import { heapBytes, type Observer, type Reporter } from '@naumachia/core';
import { schedulerMetrics, type SchedulerState } from '@naumachia/actors/scheduler';
import { type Glance, type Observed, reporter as loadReporter } from '../measure/reporter.js';
import { enterPods, newPodLedger, type PodGroup } from './pod-ledger.js';

/** What a host of a workload's cluster has seen. */
export interface WorkloadObserved extends Observed {
  readonly schedulerMetrics: ReturnType<typeof schedulerMetrics>;
}

/** How far the host has come that is asked. */
export interface WorkloadGlance extends Glance {
  /** Milliseconds since the epoch, on the clock of this host. */
  readonly at: number;
  /** Bytes of this thread's heap and buffers, garbage included. */
  readonly heap: number;
  /** At the API server's host; elsewhere none. */
  readonly pods: readonly PodGroup[];
}

/** Measures a host as the load benchmark does, and keeps account of every pod. */
export const reporter = (): Reporter => withPodLedger(loadReporter());

/** What a reporter of the load benchmark says, and an account of every pod. */
export const withPodLedger = (load: Reporter): Reporter => {
  const { observer } = load;
  const ledger = newPodLedger();
  const published: Observer['published'] = (owner, feed, entries, now) => {
    observer.published?.(owner, feed, entries, now);
    if (feed === 'pods' && owner.actor === 'apiserver') enterPods(ledger, entries);
  };
  return {
    observer: { ...observer, published },
    glance: (): WorkloadGlance => ({ ...(load.glance?.() as Glance), at: performance.timeOrigin + performance.now(), heap: heapBytes(), pods: [...ledger.groups.values()] }),
    report: (states): WorkloadObserved => ({ ...(load.report(states) as Observed), schedulerMetrics: [...(states('scheduler') as Iterable<SchedulerState>)].flatMap(schedulerMetrics) }),
  };
};
