import { type Duration, type Instant, milliseconds } from '@naumachia/core';

/**
 * client-go's work queue: a key that is queued many times is handed out once; a key that changes while it is being worked on is
 * handed out again afterwards. Plain state; what must wait is timed by the caller (`reconciler.ts`).
 */
export interface WorkQueue {
  /** Keys to hand out, first come first served. A set keeps the order of entry. */
  readonly ready: Set<string>;
  readonly processing: Set<string>;
  /** Changed while being processed. */
  readonly dirty: Set<string>;
  /** When a delayed key becomes ready; the earliest counts. */
  readonly waiting: Map<string, Instant>;
  readonly failures: Map<string, number>;
  readonly bucket: TokenBucket;
}

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
  processing: new Set(),
  dirty: new Set(),
  waiting: new Map(),
  failures: new Map(),
  bucket: { tokens: BURST, at: undefined },
});

export const addKey = (queue: WorkQueue, key: string): void => {
  if (queue.processing.has(key)) queue.dirty.add(key);
  else queue.ready.add(key);
};

/** The next key to work on; it must be given back with `doneWith`. */
export const takeKey = (queue: WorkQueue): string | undefined => {
  for (const key of queue.ready) {
    queue.ready.delete(key);
    queue.processing.add(key);
    return key;
  }
  return undefined;
};

export const doneWith = (queue: WorkQueue, key: string): void => {
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
