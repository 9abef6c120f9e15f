import { Encoded } from '@naumachia/core';
import type { EtcdRefusal, KeyValue, OperationReply, RangeOperation } from '../api/etcd-requests.js';
import { lowerBound, pageAt, type KeyPage } from './key-index.js';
import { find } from './key-table.js';
import { current, heldAt, type MvccStore } from './mvcc-store.js';
import { refused, refusedAsCompacted } from './refusals.js';

export type RangeReply = Extract<OperationReply, { type: 'range' }>;

/** Why a revision cannot be read. */
export const unreadable = (store: MvccStore, revision: number | undefined): EtcdRefusal | undefined => {
  if (revision === undefined || revision <= 0) return undefined;
  if (revision > store.revision) return refused('future-revision');
  return revision < store.compactRevision ? refusedAsCompacted(store.compactRevision) : undefined;
};

/** Reads a key or a range of keys at a revision that is readable. `now` is the revision that the reply states. */
export const range = (store: MvccStore, operation: RangeOperation, now: number): RangeReply => {
  const revision = operation.revision !== undefined && operation.revision > 0 ? operation.revision : Number.MAX_SAFE_INTEGER;
  const limit = operation.limit !== undefined && operation.limit > 0 ? operation.limit : Number.MAX_SAFE_INTEGER;
  if (operation.rangeEnd === undefined) {
    const id = find(store.table, operation.key);
    const held = id < 0 ? undefined : heldAt(store, id, revision);
    if (held === undefined) return { type: 'range', revision: now, kvs: NONE, more: false, count: 0 };
    if (operation.countOnly === true) return { type: 'range', revision: now, kvs: NONE, more: false, count: 1 };
    const kvs = isBounded(operation) && !isWithin(operation, held) ? NONE : [operation.keysOnly === true ? withoutValue(held) : held];
    return { type: 'range', revision: now, kvs, more: false, count: 1 };
  }
  // What is sorted or bounded by something else than the key is cut afterwards, as etcd does.
  const inOrder = !isBounded(operation) && (operation.sort === undefined || (operation.sort.target === 'key' && operation.sort.order !== 'descend'));
  const kvs: KeyValue[] = [];
  const count = collect(store, operation.key, operation.rangeEnd, revision, operation.countOnly === true ? 0 : inOrder ? limit : Number.MAX_SAFE_INTEGER, kvs);
  if (operation.countOnly === true) return { type: 'range', revision: now, kvs, more: false, count };
  const chosen = inOrder ? kvs : sorted(operation, isBounded(operation) ? kvs.filter((kv) => isWithin(operation, kv)) : kvs);
  const more = inOrder ? count > chosen.length : chosen.length > limit;
  const cut = chosen.length > limit ? chosen.slice(0, limit) : chosen;
  return { type: 'range', revision: now, kvs: operation.keysOnly === true ? cut.map(withoutValue) : cut, more, count };
};

/** Every key of [key, end) that exists now, in order. */
export const liveKeys = (store: MvccStore, key: string, end: string | undefined): KeyValue[] => {
  const kvs: KeyValue[] = [];
  if (end === undefined) {
    const held = current(store, key);
    if (held !== undefined) kvs.push(held);
  } else {
    collect(store, key, end, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, kvs);
  }
  return kvs;
};

/** Appends what [key, end) held at `revision` to `into`, up to `limit`, and counts all of it: whole pages where that is exact. */
const collect = (store: MvccStore, key: string, end: string, revision: number, limit: number, into: KeyValue[]): number => {
  const { pages } = store.index;
  const endless = end === '\0';
  let count = 0;
  const first = pageAt(store.index, key);
  if (first < 0) return 0;
  for (let p = first; p < pages.length; p++) {
    const page = pages[p] as KeyPage;
    const { keys } = page;
    const from = p === first ? lowerBound(keys, key) : 0;
    const to = endless || (keys[keys.length - 1] as string) < end ? keys.length : lowerBound(keys, end);
    if (into.length >= limit && from === 0 && to === keys.length && page.changed <= revision) {
      count += page.live;
    } else {
      for (let i = from; i < to; i++) {
        const held = heldAt(store, find(store.table, keys[i] as string), revision);
        if (held === undefined) continue;
        count += 1;
        if (into.length < limit) into.push(held);
      }
    }
    if (to < keys.length) break;
  }
  return count;
};

const isBounded = (operation: RangeOperation): boolean =>
  (operation.minModRevision ?? 0) !== 0 || (operation.maxModRevision ?? 0) !== 0 || (operation.minCreateRevision ?? 0) !== 0 || (operation.maxCreateRevision ?? 0) !== 0;

const isWithin = (operation: RangeOperation, kv: KeyValue): boolean => {
  const { revision, createRevision } = kv.header;
  return (
    revision >= (operation.minModRevision ?? 0) &&
    revision <= (operation.maxModRevision || Number.MAX_SAFE_INTEGER) &&
    createRevision >= (operation.minCreateRevision ?? 0) &&
    createRevision <= (operation.maxCreateRevision || Number.MAX_SAFE_INTEGER)
  );
};

const sorted = (operation: RangeOperation, kvs: KeyValue[]): KeyValue[] => {
  if (operation.sort === undefined) return kvs;
  const ascending = ORDERS[operation.sort.target];
  return kvs.sort(operation.sort.order === 'descend' ? (a, b) => ascending(b, a) : ascending);
};

const ORDERS: { readonly [T in NonNullable<RangeOperation['sort']>['target']]: (a: KeyValue, b: KeyValue) => number } = {
  key: (a, b) => (a.header.key < b.header.key ? -1 : a.header.key > b.header.key ? 1 : 0),
  version: (a, b) => a.header.version - b.header.version,
  create: (a, b) => a.header.createRevision - b.header.createRevision,
  mod: (a, b) => a.header.revision - b.header.revision,
  value: (a, b) => compareBytes(rawBytes(a), rawBytes(b)),
};

/** A value as etcd would compare it: raw bytes as they are, other data in its encoded form. */
export const rawBytes = (kv: KeyValue): Uint8Array => {
  const { value } = kv;
  return value instanceof Uint8Array ? value : kv.bytes;
};

export const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

const withoutValue = (kv: KeyValue): KeyValue => Encoded.ofBytes(kv.header, NO_VALUE);
/** msgpack: bin 32 of length 0. */
const NO_VALUE = new Uint8Array([0xc6, 0, 0, 0, 0]);
const NONE: readonly KeyValue[] = Object.freeze([]);
