import { Encoded } from '@naumachia/core';
import type { KeyHeader, KeyValue } from '../api/etcd-requests.js';
import { appendEvent, deletesAt, emptyEventLog, eventAt, placeBefore, revisionAt, type EventLog } from './event-log.js';
import { emptyKeyIndex, insertKey, noteLife, type KeyIndex } from './key-index.js';
import { BASE_SIZE, CREATED, emptyKeyTable, enter, field, find, isLive, live, nameOf, NO_ROUTE, PLACE, REVISION, setBase, setLatest, SIZE, VERSION, type KeyTable } from './key-table.js';

/**
 * The multi-version store of etcd (server/storage/mvcc). A write adds an event to the log, which knows the event before of the same
 * key, and makes it the newest of its key. It copies nothing. What is kept of a key is its newest revision, and the earlier ones that
 * a read above the compacted revision can see.
 */
export interface MvccStore {
  readonly table: KeyTable;
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

export const emptyStore = (): MvccStore => ({
  table: emptyKeyTable(),
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
export const current = (store: MvccStore, key: string): KeyValue | undefined => live(store.table, find(store.table, key));

/** The mod revision of what `key` holds now; 0: nothing. */
export const modRevisionOf = (store: MvccStore, key: string): number => modRevision(store, find(store.table, key));

/** The same of the key of a number, or of an unknown one. */
export const modRevision = ({ table }: MvccStore, id: number): number => (isLive(table, id) ? field(table, id, REVISION) : 0);

/** What a key held at `revision`, which must not be below the compacted one. */
export const heldAt = ({ table, log }: MvccStore, id: number, revision: number): KeyValue | undefined => {
  if (field(table, id, REVISION) <= revision) return live(table, id);
  let place = field(table, id, PLACE);
  do place = placeBefore(log, place);
  while (place !== 0 && revisionAt(log, place) > revision);
  if (place !== 0) return deletesAt(log, place) ? undefined : eventAt(log, place);
  const base = table.base[id];
  return base !== undefined && base.header.revision <= revision ? base : undefined;
};

/** What compaction has left of a key: its newest revision among those that the log does not have any more. */
export const keptBelow = ({ table, log }: MvccStore, id: number): KeyValue | undefined => (field(table, id, PLACE) < log.begin ? table.latest[id] : table.base[id]);

/** What that counts for in the size of the store. */
export const sizeBelow = ({ table, log }: MvccStore, id: number): number => field(table, id, field(table, id, PLACE) < log.begin ? SIZE : BASE_SIZE);

/** What the key of number `id` held before the revision of its event at `place` of the log, if that was not compacted away. */
export const heldBefore = ({ table, log }: MvccStore, id: number, place: number): KeyValue | undefined => {
  let before = place;
  // A transaction may put a key and delete it.
  do before = placeBefore(log, before);
  while (before !== 0 && revisionAt(log, before) === revisionAt(log, place));
  return before === 0 ? table.base[id] : deletesAt(log, before) ? undefined : eventAt(log, before);
};

/** The revision that a put would make of `key`, which has the number `id` or is unknown. It changes nothing yet. */
export const newRevision = ({ table }: MvccStore, id: number, key: string, header: object, value: object, lease: number, revision: number): KeyValue => {
  const held = live(table, id);
  return held === undefined
    ? Encoded.ofValue(stamp(header, id < 0 ? key : nameOf(table, id), revision, revision, 1, lease), value)
    : // The key's string is the one that the store has already.
      Encoded.ofRevision(stamp(header, nameOf(table, id), field(table, id, CREATED), revision, field(table, id, VERSION) + 1, lease), value, held);
};

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

/** Takes an event of a key, of number `id` or unknown, into the store, and gives its number. Events come in order of their revisions. */
export const commit = (store: MvccStore, id: number, event: KeyValue): number => {
  const { log, table } = store;
  const former = id < 0 ? 0 : field(table, id, PLACE);
  const size = sizeOf(event);
  const of = index(store, id, event, log.end, size);
  const { revision, version } = event.header;
  appendEvent(log, event, revision, of, former, size, version === 0);
  return of;
};

/**
 * Makes an event the newest revision of its key, and gives the number of the key. `place` is the event's in the log; 0: it has none,
 * since what lies below the compacted revision is only that.
 */
export const index = (store: MvccStore, id: number, event: KeyValue, place: number, size: number): number => {
  const { table } = store;
  const { key, revision, version } = event.header;
  store.bytes += size;
  if (id < 0) return indexNew(store, event, place, size);
  const lived = isLive(table, id);
  if (field(table, id, PLACE) < store.log.begin) setBase(table, id, table.latest[id] as KeyValue, field(table, id, SIZE));
  setLatest(table, id, event, place, size);
  if (lived === (version !== 0)) return id;
  noteLife(store.index, key, lived ? -1 : 1, revision);
  store.keys += lived ? -1 : 1;
  return id;
};

/** Apart, for a function that makes closures sets up what they see at every call. */
const indexNew = (store: MvccStore, event: KeyValue, place: number, size: number): number => {
  const { table } = store;
  const { key, revision } = event.header;
  const id = enter(table, key, routeOf(store, key));
  setLatest(table, id, event, place, size);
  insertKey(store.index, key, revision, (each) => modRevisionOf(store, each) !== 0);
  store.keys += 1;
  return id;
};

/** What a revision counts for in the size of the store: key, value, and about what it costs to index them. */
export const sizeOf = (kv: KeyValue): number => kv.header.key.length + REVISION_BYTES + (isDeletion(kv) ? 0 : kv.size);
const REVISION_BYTES = 64;

/** Gives up what compaction had left of a key that was written again since. */
export const dropBase = (store: MvccStore, id: number): void => {
  const { table } = store;
  const size = field(table, id, BASE_SIZE);
  if (size === 0) return;
  store.bytes -= size;
  setBase(table, id, undefined, 0);
};

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
