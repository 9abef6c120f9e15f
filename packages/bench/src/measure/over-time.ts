import { type Histogram, newHistogram, record } from './histogram.js';

/** Counts in intervals of `everyMs` since the first; plain data. */
export interface CountsOverTime {
  readonly everyMs: number;
  readonly counts: number[];
}

/** Durations in intervals of `everyMs` since the first, by when they ended. A hole is an interval in which none did. */
export interface DurationsOverTime {
  readonly everyMs: number;
  readonly intervals: (Histogram | undefined)[];
}

export const countAt = ({ everyMs, counts }: CountsOverTime, sinceFirst: number): void => {
  const interval = Math.max(0, Math.floor(sinceFirst / everyMs));
  while (counts.length <= interval) counts.push(0);
  counts[interval] = (counts[interval] as number) + 1;
};

export const recordAt = ({ everyMs, intervals }: DurationsOverTime, sinceFirst: number, milliseconds: number): void => {
  const interval = Math.max(0, Math.floor(sinceFirst / everyMs));
  while (intervals.length <= interval) intervals.push(undefined);
  record((intervals[interval] ??= newHistogram()), milliseconds);
};
