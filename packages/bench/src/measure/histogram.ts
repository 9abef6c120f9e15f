/**
 * Counts of durations in buckets of 32 per doubling, so that a quantile is within about 3 % of the truth. Plain data: it travels
 * between threads and adds up. Unit: milliseconds.
 */
export interface Histogram {
  readonly buckets: Uint32Array;
  count: number;
  sum: number;
  max: number;
}

const PER_DOUBLING = 32;
/** The first bucket ends at 1 us; 31 doublings reach some 36 minutes. */
const FIRST_MS = 0.001;
const BUCKETS = PER_DOUBLING * 31 + 1;

export const newHistogram = (): Histogram => ({ buckets: new Uint32Array(BUCKETS), count: 0, sum: 0, max: 0 });

export const record = (histogram: Histogram, milliseconds: number): void => {
  const bucket = milliseconds <= FIRST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(milliseconds / FIRST_MS) * PER_DOUBLING));
  histogram.buckets[bucket] = (histogram.buckets[bucket] as number) + 1;
  histogram.count++;
  histogram.sum += milliseconds;
  if (milliseconds > histogram.max) histogram.max = milliseconds;
};

export const addHistogram = (total: Histogram, part: Histogram): void => {
  for (let i = 0; i < BUCKETS; i++) total.buckets[i] = (total.buckets[i] as number) + (part.buckets[i] as number);
  total.count += part.count;
  total.sum += part.sum;
  total.max = Math.max(total.max, part.max);
};

/** The duration that a share (0 to 1) of all stays within. */
export const quantile = (histogram: Histogram, share: number): number => {
  const wanted = Math.max(1, Math.ceil(histogram.count * share));
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram.buckets[bucket] as number;
    if (seen >= wanted) return Math.min(FIRST_MS * 2 ** (bucket / PER_DOUBLING), histogram.max);
  }
  return histogram.max;
};

export const mean = (histogram: Histogram): number => (histogram.count === 0 ? 0 : histogram.sum / histogram.count);
