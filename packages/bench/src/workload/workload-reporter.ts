import type { Reporter } from '@naumachia/core';
import type { Histogram } from '../measure/histogram.js';
import { type Glance, type Observed, reporter as loadReporter } from '../measure/reporter.js';
import { watchAttempts } from './attempts.js';
import { enterPods, newPodLedger, type PodGroup } from './pod-ledger.js';

/** What a host of a workload's cluster has seen. */
export interface WorkloadObserved extends Observed {
  readonly attempts: Histogram;
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
export const reporter = (): Reporter => {
  const load = loadReporter();
  const ledger = newPodLedger();
  const attempts = watchAttempts();
  const both = <A extends readonly unknown[]>(first: ((...args: A) => void) | undefined, second: ((...args: A) => void) | undefined): ((...args: A) => void) => (...args) => {
    first?.(...args);
    second?.(...args);
  };
  const { observer } = load;
  return {
    ...load,
    observer: {
      ...observer,
      stepping: both(observer.stepping?.bind(observer), attempts.observer.stepping),
      posted: both(observer.posted?.bind(observer), attempts.observer.posted),
      received: both(observer.received?.bind(observer), attempts.observer.received),
      published: both(observer.published?.bind(observer), (owner, feed, entries) => {
        if (feed === 'pods' && owner.actor === 'apiserver') enterPods(ledger, entries);
      }),
    },
    glance: (): WorkloadGlance => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return { ...(load.glance?.() as Glance), at: performance.timeOrigin + performance.now(), heap: heapUsed + arrayBuffers, pods: [...ledger.groups.values()] };
    },
    report: (states): WorkloadObserved => ({ ...(load.report(states) as Observed), attempts: attempts.scheduled }),
  };
};
