import { milliseconds, type Port, type VirtualClock } from '@naumachia/core';
import { millisecondsOf, type TimeSpan } from './time-span.js';

/** The time that a cluster lives in. */
export interface ClusterClock {
  /** The present, as the components see it. */
  now(): Date;
  /** Resolves when so much of the cluster's time has passed, in whatever way it does, or when the cluster is stopped: for programs under test that wait and try again. */
  sleep(time: TimeSpan): Promise<void>;
  /**
   * Lets virtual time pass as fast as it can be computed, and resolves when it has. Only a cluster of `mode: 'simulated'` has such a time; the
   * clock of the others is the wall's, and this rejects.
   */
  advance(time: TimeSpan): Promise<void>;
}

/** How time goes by for those within this program who wait for it. */
export interface Passing {
  /** Milliseconds of the cluster's clock. */
  now(): number;
  /** Calls back after so many milliseconds, or at the end; returns how to give up. */
  after(wait: number, then: () => void): () => void;
  /** Lets some time pass: at most so many milliseconds, and less once `woken` says so. */
  moment(most: number, woken?: Promise<void>): Promise<void>;
  advance(time: number): Promise<void>;
  /** No more waiting: the cluster is stopped. */
  readonly isOver: boolean;
  end(): void;
}

/** The parts in which virtual time passes while somebody waits for something. */
const LOOK_MS = 100;

/** The time of the wall. */
export const wallPassing = (port: Port): Passing => {
  const timers = new Map<NodeJS.Timeout, () => void>();
  let ended = (): void => {};
  const end = new Promise<void>((resolve) => (ended = resolve));
  let isOver = false;
  const after = (wait: number, then: () => void): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, wait);
    timers.set(timer, then);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  return {
    now: () => port.now(),
    after,
    moment: async (most, woken) => {
      let forget = (): void => {};
      const over = new Promise<void>((resolve) => (forget = after(most, resolve)));
      await Promise.race([over, end, ...(woken ? [woken] : [])]);
      forget();
    },
    advance: async () => {
      throw new Error("the clock of this cluster is the wall's and cannot be advanced; start the cluster with mode: 'simulated'");
    },
    get isOver() {
      return isOver;
    },
    end: () => {
      isOver = true;
      for (const [timer, then] of [...timers]) {
        clearTimeout(timer);
        then();
      }
      timers.clear();
      ended();
    },
  };
};

/** Virtual time, which passes in parts: each ends where somebody wants to be called, so that this happens at the same instant in every run. */
export const virtualPassing = (clock: VirtualClock): Passing => {
  const waiting: { readonly at: number; readonly then: () => void }[] = [];
  let isOver = false;
  const advance = async (time: number): Promise<void> => {
    for (const end = clock.now() + time; ; ) {
      const next = Math.min(end, ...waiting.map(({ at }) => at));
      await clock.advance(milliseconds(Math.max(0, next - clock.now())));
      // Who is called has its say at this instant: time goes on in a later turn of the event loop.
      if (!call(clock.now()) && clock.now() >= end) return;
    }
  };
  /** Calls whoever waited for no more than `now`, in the order of their times. */
  const call = (now: number): boolean => {
    const due = waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const entry of due) waiting.splice(waiting.indexOf(entry), 1);
    for (const { then } of due) then();
    return due.length > 0;
  };
  return {
    now: () => clock.now(),
    after: (wait, then) => {
      const entry = { at: clock.now() + wait, then };
      waiting.push(entry);
      return () => {
        const at = waiting.indexOf(entry);
        if (at >= 0) waiting.splice(at, 1);
      };
    },
    moment: async (most) => advance(Math.min(most, LOOK_MS)),
    advance,
    get isOver() {
      return isOver;
    },
    end: () => {
      isOver = true;
      call(Number.POSITIVE_INFINITY);
    },
  };
};

export const clusterClock = (passing: Passing): ClusterClock => ({
  now: () => new Date(passing.now()),
  sleep: (time) => new Promise((resolve) => void passing.after(millisecondsOf(time, 'clock.sleep'), resolve)),
  advance: async (time) => passing.advance(millisecondsOf(time, 'clock.advance')),
});
