import type { Duration } from '@naumachia/core';

/** Durations counted in the buckets of a histogram. Plain data for an actor's state; which buckets is its owner's to know. */
export interface DurationCounts {
  /** One more than there are bounds. */
  readonly counts: Uint32Array;
  /** Seconds. */
  sum: number;
}

export const newDurationCounts = (bounds: readonly number[]): DurationCounts => ({ counts: new Uint32Array(bounds.length + 1), sum: 0 });

/** Counts a duration among `bounds` (seconds). Most are short: the bounds are looked at from the first on. */
export const countDuration = (durations: DurationCounts, bounds: readonly number[], duration: Duration): void => {
  const seconds = duration / 1000;
  const { counts } = durations;
  let bucket = 0;
  while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++;
  counts[bucket] = (counts[bucket] as number) + 1;
  durations.sum += seconds;
};
