import { Encoded } from '@naumachia/core';
import type { KeyHeader, KeyValue } from '../api/etcd-requests.js';
import { appendEvent, emptyEventLog, type EventLog } from './event-log.js';
import { emptyKeyIndex, insertKey, noteLife, type KeyIndex } from './key-index.js';

/**
 * The multi-version store of etcd (server/storage/mvcc). A write adds a revision to its key and an event to the log and copies
 * nothing. What is kept of a key is its newest revision, and the earlier ones that a read above the compacted revision can see.
 */
export interface MvccStore {
  readonly entries: Map<string, KeyEntry>;
  readonly index: KeyIndex;
  readonly log: EventLog;
  /** Routing keys of the feed, one array per resource. */
  readonly routes: Map<string, readonly string[]>;
  /** Of the last write; an empty store has 1, as in etcd. */
  revision: number;
  /** Reads below are refused; 0: nothing was compacted yet. */
  compactRevision: number;
  /** The compaction after which everything has been removed that it made unreachable. */
  scavenged: number;
  /** Of all revisions that are kept. */
  bytes: number;
  /** Keys that exist now. */
  keys: number;
  readonly settling: Settling;
}

/** What `settle.ts` has done. */
export interface Settling {
  /** Bytes that were moved since the last time that all were. */
  moved: number;
  /** How far it has come in moving all. */
  nextKey: string | undefined;
}

export interface KeyEntry {
  latest: KeyValue;
  /** Of `latest`, as is `deleted`: here, because most reads and guards then need not touch it. */
  revision: number;
  deleted: boolean;
  /** Ascending by revision. */
  earlier: KeyValue[] | undefined;
  readonly route: readonly string[];
}

export const emptyStore = (): MvccStore => ({
  entries: new Map(),
  index: emptyKeyIndex(),
  log: emptyEventLog(),
  routes: new Map(),
  revision: 1,
  compactRevision: 0,
  scavenged: 0,
  bytes: 0,
  keys: 0,
  settling: { moved: 0, nextKey: undefined },
});

export const isDeletion = (kv: KeyValue): boolean => kv.header.version === 0;

/** What `key` holds now. */
export const current = (store: MvccStore, key: string): KeyValue | undefined => {
  const entry = store.entries.get(key);
  return entry === undefined || entry.deleted ? undefined : entry.latest;
};

/** The mod revision of what `key` holds now; 0: nothing. */
export const modRevision = (store: MvccStore, key: string): number => {
  const entry = store.entries.get(key);
  return entry === undefined || entry.deleted ? 0 : entry.revision;
};

/** What an entry held at `revision`, which must not be below the compacted one. */
export const heldAt = (entry: KeyEntry, revision: number): KeyValue | undefined => {
  if (entry.revision <= revision) return entry.deleted ? undefined : entry.latest;
  const kv = lastUpTo(entry.earlier, revision);
  return kv === undefined || isDeletion(kv) ? undefined : kv;
};

/** What `key` held before `revision`, if that was not compacted away. */
export const heldBefore = (store: MvccStore, key: string, revision: number): KeyValue | undefined => {
  const entry = store.entries.get(key);
  return entry === undefined ? undefined : heldAt(entry, revision - 1);
};

/** The revision that a put would make of `key`, given what the key holds. It changes nothing yet. */
export const newRevision = (key: string, held: KeyValue | undefined, header: object, value: object, lease: number, revision: number): KeyValue =>
  held === undefined
    ? Encoded.ofValue(stamp(header, key, revision, revision, 1, lease), value)
    : // The key's string is the one that the store has already.
      Encoded.ofRevision(stamp(header, held.header.key, held.header.createRevision, revision, held.header.version + 1, lease), value, held);

/**
 * A header with its KeyHeader. The fields of the KeyHeader stand first: appended after a spread of seven fields they would make
 * the object a dictionary (V8), four times as large and thirty times as slow. They are set twice, as `header` may be an earlier one.
 */
const stamp = (header: object, key: string, createRevision: number, revision: number, version: number, lease: number): KeyHeader => {
  const stamped: { -readonly [F in keyof KeyHeader]: KeyHeader[F] } = { key, createRevision, revision, version, lease, ...header };
  stamped.key = key;
  stamped.createRevision = createRevision;
  stamped.revision = revision;
  stamped.version = version;
  stamped.lease = lease;
  return stamped;
};

/**
 * The event of a deletion: the last value, with the header restamped. mvccpb.Event has the key and the revision alone there and
 * prevKv beside it; watchers of Kubernetes objects want both in one.
 */
export const lastRevision = (held: KeyValue, revision: number, header: object | undefined, value: object | undefined): KeyValue => {
  const former: KeyHeader & { readonly change?: unknown } = header === undefined ? held.header : Object.assign({}, held.header, header);
  const { key, createRevision } = held.header;
  const stamped: KeyHeader =
    former.change === undefined
      ? Object.assign({}, former, { key, createRevision, revision, version: 0, lease: 0 })
      : Object.assign({}, former, { change: 'deleted', key, createRevision, revision, version: 0, lease: 0 });
  return value === undefined ? held.withHeader(stamped) : Encoded.ofValue(stamped, value);
};

/** Takes an event into the store. Events come in order of their revisions. */
export const commit = (store: MvccStore, event: KeyValue): void => {
  index(store, event);
  appendEvent(store.log, event);
};

/** Makes an event the newest revision of its key, without a place in the log: what lies below the compacted revision is only that. */
export const index = (store: MvccStore, event: KeyValue): void => {
  const { key, revision } = event.header;
  const entry = store.entries.get(key);
  const deletes = isDeletion(event);
  store.bytes += sizeOf(event);
  if (entry === undefined) {
    store.entries.set(key, { latest: event, revision, deleted: false, earlier: undefined, route: routeOf(store, key) });
    insertKey(store.index, key, revision, (each) => modRevision(store, each) !== 0);
    store.keys += 1;
    return;
  }
  const { earlier, latest, deleted } = entry;
  // Most keys have few revisions between two compactions: a push would make room for sixteen more.
  if (earlier === undefined) entry.earlier = [latest];
  else if (earlier.length < 8) entry.earlier = [...earlier, latest];
  else earlier.push(latest);
  entry.latest = event;
  entry.revision = revision;
  entry.deleted = deletes;
  if (deleted === deletes) return;
  noteLife(store.index, key, deletes ? -1 : 1, revision);
  store.keys += deletes ? -1 : 1;
};

/** What a revision counts for in the size of the store: key, value, and about what it costs to index them. */
export const sizeOf = (kv: KeyValue): number => kv.header.key.length + REVISION_BYTES + (isDeletion(kv) ? 0 : kv.size);
const REVISION_BYTES = 64;

/** The place of the last of `earlier` at or below `revision`; -1: none. */
export const placeUpTo = (earlier: readonly KeyValue[], revision: number): number => {
  let low = 0;
  let high = earlier.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((earlier[middle] as KeyValue).header.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const lastUpTo = (earlier: readonly KeyValue[] | undefined, revision: number): KeyValue | undefined =>
  earlier === undefined ? undefined : earlier[placeUpTo(earlier, revision)];

/** The resource of a key, as routing keys of the feed: `/registry/pods/default/a` belongs to `pods`, other keys to none. */
export const routeOf = (store: MvccStore, key: string): readonly string[] => {
  if (!key.startsWith(REGISTRY)) return NO_ROUTE;
  const end = key.indexOf('/', REGISTRY.length);
  const resource = end < 0 ? key.slice(REGISTRY.length) : key.slice(REGISTRY.length, end);
  let route = store.routes.get(resource);
  if (route === undefined) store.routes.set(resource, (route = [resource]));
  return route;
};
const REGISTRY = '/registry/';
const NO_ROUTE: readonly string[] = [];
