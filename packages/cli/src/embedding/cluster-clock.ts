import { milliseconds, type Port, type VirtualClock } from '@naumachia/core';
import { millisecondsOf, type TimeSpan } from './time-span.js';

/** The time that a cluster lives in. */
export interface ClusterClock {
  /** The present, as the components see it. */
  now(): Date;
  /**
   * Lets virtual time pass as fast as it can be computed, and resolves when it has. Only a cluster of `mode: 'simulated'` has such a time; the
   * clock of the others is the wall's, and this rejects.
   */
  advance(time: TimeSpan): Promise<void>;
}

/** The longest part in which time passes: between two of them what waits for a moment gets on. */
export const LONGEST_STEP = 1000;

export const virtualClock = (clock: VirtualClock, passed: () => void): ClusterClock => ({
  now: () => new Date(clock.now()),
  advance: async (time) => {
    for (let left = millisecondsOf(time, 'clock.advance'); left > 0; left -= LONGEST_STEP) {
      await clock.advance(milliseconds(Math.min(left, LONGEST_STEP)));
      passed();
    }
  },
});

export const wallClock = (port: Port, mode: string): ClusterClock => ({
  now: () => new Date(port.now()),
  advance: async () => {
    throw new Error(`the clock of a cluster of mode ${mode} is the wall's and cannot be advanced; start the cluster with mode: 'simulated'`);
  },
});
