import type { Duration } from '@naumachia/core';

/**
 * How long changes of endpoints took to be in force (network programming latency: from the trigger time of a slice to the end of the
 * sync that brought it in), counted in buckets of eight per doubling. Plain numbers, as `proxy-metrics` gives them.
 */
export interface ProgrammingDelays {
  /** Count per bucket: 0 to 1 ms in eighths, then eight per doubling. */
  readonly buckets: Uint32Array;
  count: number;
  /** Milliseconds. */
  sum: number;
  max: number;
}

/** Eight buckets for each doubling of an eighth of a millisecond, up to about nine hours. */
const BUCKETS = 8 * 26;

export const newProgrammingDelays = (): ProgrammingDelays => ({ buckets: new Uint32Array(BUCKETS), count: 0, sum: 0, max: 0 });

export const countDelay = (delays: ProgrammingDelays, delay: Duration): void => {
  const at = bucketOf(delay);
  delays.buckets[at] = (delays.buckets[at] as number) + 1;
  delays.count++;
  delays.sum += delay;
  if (delay > delays.max) delays.max = delay;
};

/** The delay that a share of all stays within (`0.99`), to an eighth of its size: the upper end of its bucket, in milliseconds. */
export const delayQuantile = (delays: ProgrammingDelays, share: number): Duration => {
  const wanted = Math.max(1, Math.ceil(delays.count * share));
  let seen = 0;
  for (let at = 0; at < BUCKETS; at++) {
    seen += delays.buckets[at] as number;
    if (seen >= wanted) return Math.min(delayBounds(at), delays.max) as Duration;
  }
  return delays.max as Duration;
};

const bucketOf = (delay: number): number => {
  const eighths = delay <= 0 ? 0 : Math.min(delay * 8, 0x7fffffff) | 0;
  if (eighths < 8) return eighths;
  const doubling = 31 - Math.clz32(eighths);
  return Math.min(BUCKETS - 1, (doubling - 2) * 8 + ((eighths >> (doubling - 3)) & 7));
};

/** The upper end of a bucket, milliseconds. */
export const delayBounds = (bucket: number): number => {
  if (bucket < 8) return (bucket + 1) / 8;
  const doubling = (bucket >> 3) + 2;
  return (((bucket & 7) + 9) * 2 ** (doubling - 3)) / 8;
};
