import { heapBytes } from '@naumachia/core';

/** What a host held and had used at one time. */
export interface HostSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Bytes on the thread's heap and in its buffers, garbage included. */
  readonly heapBytes: number;
  /** Milliseconds in handlers so far, by kind of component. */
  readonly busy: Readonly<Record<string, number>>;
}

export interface HostSamples {
  /** The samples so far, and one of now. */
  upToNow(): readonly HostSample[];
  /** Called at every step: looks at the clock once in a while, and takes a sample when it is time. A host that does nothing takes none. */
  stepped(microseconds: number): void;
}

/** How many steps, or how much time in them, lie between two looks at the clock. */
const STEPS_BETWEEN_CLOCKS = 256;
const MICROSECONDS_BETWEEN_CLOCKS = 5000;
const EVERY_MS = 1000;
/** When there are as many, every other one is dropped and they come half as often: a run of hours has as many points as one of minutes. */
const MOST = 480;

export const hostSamples = (busy: ReadonlyMap<string, { readonly milliseconds: number }>, now: () => number): HostSamples => {
  let samples: HostSample[] = [];
  let every = EVERY_MS;
  const since = { steps: 0, spent: 0 };
  let next = 0;
  const sample = (at: number): HostSample => ({ at, heapBytes: heapBytes(), busy: Object.fromEntries([...busy].map(([kind, { milliseconds }]) => [kind, milliseconds])) });
  const take = (at: number): void => {
    next = at + every;
    samples.push(sample(at));
    if (samples.length < MOST) return;
    samples = samples.filter((_, index) => index % 2 === 0);
    every *= 2;
  };
  return {
    upToNow: () => [...samples, sample(now())],
    stepped(microseconds) {
      since.spent += microseconds;
      if (++since.steps < STEPS_BETWEEN_CLOCKS && since.spent < MICROSECONDS_BETWEEN_CLOCKS) return;
      since.steps = 0;
      since.spent = 0;
      const at = now();
      if (at >= next) take(at);
    },
  };
};
