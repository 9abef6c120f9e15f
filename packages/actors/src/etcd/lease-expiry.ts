import { between, instantOf, later, seconds, type Duration, type Instant } from '@naumachia/core';
import type { Leases } from './leases.js';

/**
 * When leases end: the leader's own knowledge, which is not replicated. A restart gives every lease its full time again, as a new
 * leader does in etcd. The heap's entries are looked at lazily: a later end changes `deadlines` alone.
 */
export interface LeaseExpiry {
  readonly deadlines: Map<number, Instant>;
  /** A binary heap by `at`, then by `lease`. */
  heap: { readonly at: Instant; readonly lease: number }[];
}

export const expiryOf = (leases: Leases, now: Instant): LeaseExpiry => {
  const expiry: LeaseExpiry = { deadlines: new Map(), heap: [] };
  for (const lease of leases.values()) renew(expiry, lease.id, lease.ttl, now);
  return expiry;
};

/** Gives a lease `ttl` seconds from now on. */
export const renew = (expiry: LeaseExpiry, lease: number, ttl: number, now: Instant): void => {
  const at = later(now, seconds(ttl));
  const former = expiry.deadlines.get(lease);
  expiry.deadlines.set(lease, at);
  if (former === undefined || at < former) push(expiry.heap, { at, lease });
};

export const forget = (expiry: LeaseExpiry, lease: number): void => {
  expiry.deadlines.delete(lease);
  // Leases that are revoked early leave their heap entries behind; they shall never be the most of it.
  if (expiry.heap.length > 64 + 2 * expiry.deadlines.size) {
    expiry.heap = [];
    for (const [id, at] of expiry.deadlines) push(expiry.heap, { at, lease: id });
  }
};

export const timeLeft = (expiry: LeaseExpiry, lease: number, now: Instant): Duration => between(now, expiry.deadlines.get(lease) ?? now);

/** Takes out the leases that have ended, in the order in which they did. */
export const takeExpired = (expiry: LeaseExpiry, now: Instant): number[] => {
  const expired: number[] = [];
  for (let at = nextExpiry(expiry); at !== undefined && at <= now; at = nextExpiry(expiry)) {
    const { lease } = pop(expiry.heap);
    expiry.deadlines.delete(lease);
    expired.push(lease);
  }
  return expired;
};

/** When the next lease ends. */
export const nextExpiry = (expiry: LeaseExpiry): Instant | undefined => {
  for (let first = expiry.heap[0]; first !== undefined; first = expiry.heap[0]) {
    const deadline = expiry.deadlines.get(first.lease);
    if (deadline === first.at) return instantOf(deadline);
    pop(expiry.heap);
    if (deadline !== undefined) push(expiry.heap, { at: deadline, lease: first.lease });
  }
  return undefined;
};

type Heap = LeaseExpiry['heap'];
type HeapEntry = Heap[number];

const before = (a: HeapEntry, b: HeapEntry): boolean => a.at < b.at || (a.at === b.at && a.lease < b.lease);

const push = (heap: Heap, entry: HeapEntry): void => {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (!before(entry, heap[parent] as HeapEntry)) break;
    heap[at] = heap[parent] as HeapEntry;
    at = parent;
  }
  heap[at] = entry;
};

const pop = (heap: Heap): HeapEntry => {
  const first = heap[0] as HeapEntry;
  const last = heap.pop() as HeapEntry;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as HeapEntry, heap[child] as HeapEntry)) child += 1;
    if (!before(heap[child] as HeapEntry, last)) break;
    heap[at] = heap[child] as HeapEntry;
    at = child;
  }
  heap[at] = last;
  return first;
};
