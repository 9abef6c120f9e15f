import { between, type Duration, type Instant, milliseconds } from '@naumachia/core';
import { countDuration, type DurationCounts, newDurationCounts } from './metrics/duration-counts.js';
import { exponentialBuckets } from './metrics/metric.js';

/**
 * client-go's work queue: a key that is queued many times is handed out once; a key that changes while it is being worked on is
 * handed out again afterwards. Plain state; what must wait is timed by the caller (`reconciler.ts`).
 */
export interface WorkQueue {
  /** Keys to hand out, first come first served. A set keeps the order of entry. */
  readonly ready: Set<string>;
  /** With when they were handed out. */
  readonly processing: Map<string, Instant>;
  /** Changed while being processed. */
  readonly dirty: Set<string>;
  /** When a delayed key becomes ready; the earliest counts. */
  readonly waiting: Map<string, Instant>;
  readonly failures: Map<string, number>;
  readonly bucket: TokenBucket;
  /** When the ready ones came, in order: so many at once. Those that came since the last look are not in it yet. */
  readonly arrivals: { readonly at: Instant; keys: number }[];
  readonly counts: WorkQueueCounts;
}

/** What a queue has seen, as client-go's `workqueue_*` metrics tell it. */
export interface WorkQueueCounts {
  adds: number;
  retries: number;
  /** Ready keys whose arrival is noted. */
  noted: number;
  readonly queued: DurationCounts;
  readonly worked: DurationCounts;
}

/** Seconds: component-base/metrics/prometheus/workqueue. */
export const QUEUE_BUCKETS = exponentialBuckets(10e-9, 10, 10);

/** Tokens that refill at a constant rate; `tokens` may fall below zero, which is a reservation of the future. */
export interface TokenBucket {
  tokens: number;
  at: Instant | undefined;
}

/** workqueue.DefaultTypedControllerRateLimiter: 5 ms doubling to 1,000 s per key; 10 a second with a burst of 100 over all keys. */
const FIRST_DELAY_MS = 5;
const MOST_DELAY_MS = 1_000_000;
const RATE_PER_MS = 10 / 1000;
const BURST = 100;

export const workQueue = (): WorkQueue => ({
  ready: new Set(),
  processing: new Map(),
  dirty: new Set(),
  waiting: new Map(),
  failures: new Map(),
  bucket: { tokens: BURST, at: undefined },
  arrivals: [],
  counts: { adds: 0, retries: 0, noted: 0, queued: newDurationCounts(QUEUE_BUCKETS), worked: newDurationCounts(QUEUE_BUCKETS) },
});

export const addKey = (queue: WorkQueue, key: string): void => {
  const into = queue.processing.has(key) ? queue.dirty : queue.ready;
  const before = into.size;
  into.add(key);
  queue.counts.adds += into.size - before;
};

/** Keys are queued by who knows no time, in the step in which the queue is looked at next: that is when they have come. */
export const noteArrivals = ({ ready, counts, arrivals }: WorkQueue, now: Instant): void => {
  if (ready.size === counts.noted) return;
  arrivals.push({ at: now, keys: ready.size - counts.noted });
  counts.noted = ready.size;
};

/** The next key to work on; it must be given back with `doneWith`. */
export const takeKey = (queue: WorkQueue, now: Instant): string | undefined => {
  const { ready, arrivals, counts } = queue;
  noteArrivals(queue, now);
  for (const key of ready) {
    ready.delete(key);
    counts.noted--;
    const first = arrivals[0] as (typeof arrivals)[number];
    if (--first.keys === 0) arrivals.shift();
    countDuration(counts.queued, QUEUE_BUCKETS, between(first.at, now));
    queue.processing.set(key, now);
    return key;
  }
  return undefined;
};

export const doneWith = (queue: WorkQueue, key: string, now: Instant): void => {
  const since = queue.processing.get(key);
  if (since !== undefined) countDuration(queue.counts.worked, QUEUE_BUCKETS, between(since, now));
  queue.processing.delete(key);
  if (queue.dirty.delete(key)) queue.ready.add(key);
};

/** The key worked: its next failure waits 5 ms again. */
export const forgetKey = (queue: WorkQueue, key: string): void => {
  queue.failures.delete(key);
};

/** How long a key that failed has to wait. */
export const failureDelay = (queue: WorkQueue, key: string, now: Instant): Duration => {
  const failures = queue.failures.get(key) ?? 0;
  queue.failures.set(key, failures + 1);
  queue.counts.retries++;
  const own = failures > 30 ? MOST_DELAY_MS : Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
  return milliseconds(Math.max(own, reserve(queue.bucket, now)));
};

/** Notes that a key is to be added at `due`. False if it is already going to be added by then: no timer is needed. */
export const waitUntil = (queue: WorkQueue, key: string, due: Instant): boolean => {
  const known = queue.waiting.get(key);
  if (known !== undefined && known <= due) return false;
  queue.waiting.set(key, due);
  return true;
};

/** The timer for `due` went off; a timer that an earlier one overtook does nothing. */
export const keyIsDue = (queue: WorkQueue, key: string, due: Instant): void => {
  if (queue.waiting.get(key) !== due) return;
  queue.waiting.delete(key);
  addKey(queue, key);
};

const reserve = (bucket: TokenBucket, now: Instant): number => {
  const elapsed = bucket.at === undefined ? 0 : now - bucket.at;
  bucket.at = now;
  bucket.tokens = Math.min(BURST, bucket.tokens + elapsed * RATE_PER_MS) - 1;
  return bucket.tokens >= 0 ? 0 : -bucket.tokens / RATE_PER_MS;
};
