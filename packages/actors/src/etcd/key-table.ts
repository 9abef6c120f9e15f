import type { KeyValue } from '../api/etcd-requests.js';

/**
 * What the store knows of each key, by a number that the key has while anything is left of it. A write looks its key up once and
 * goes by the number from there on; what it has to know of the revision before stands in a few numbers side by side, so neither the
 * revision nor its header is touched. Only columns grow with the keys, no objects.
 */
export interface KeyTable {
  readonly ids: Map<string, number>;
  readonly names: string[];
  readonly latest: (KeyValue | undefined)[];
  /** The newest revision that compaction has left of a key which was written again since; the log does not have it any more. */
  readonly base: (KeyValue | undefined)[];
  /** Routing keys of the feed. */
  readonly routes: (readonly string[])[];
  /** `FIELDS` for each key. */
  numbers: Float64Array;
  readonly free: number[];
}

/** Of what the key held last: as in its KeyHeader, version 0 of one that is deleted; and its place in the log, 0 if that has none of it. */
export const REVISION = 0;
export const CREATED = 1;
export const VERSION = 2;
export const LEASE = 3;
export const PLACE = 4;
/** What it counts for in the size of the store, and what the base does; 0: there is none. */
export const SIZE = 5;
export const BASE_SIZE = 6;
const FIELDS = 7;
type Field = typeof REVISION | typeof CREATED | typeof VERSION | typeof LEASE | typeof PLACE | typeof SIZE | typeof BASE_SIZE;

const FIRST_KEYS = 64;
/** In place of a number: the key has none. */
export const UNKNOWN = -1;

export const emptyKeyTable = (): KeyTable => ({ ids: new Map(), names: [], latest: [], base: [], routes: [], numbers: new Float64Array(FIRST_KEYS * FIELDS), free: [] });

export const find = (table: KeyTable, key: string): number => table.ids.get(key) ?? UNKNOWN;

export const field = (table: KeyTable, id: number, of: Field): number => table.numbers[id * FIELDS + of] as number;

/** Whether a key, which may be unknown, holds anything. */
export const isLive = (table: KeyTable, id: number): boolean => id >= 0 && table.numbers[id * FIELDS + VERSION] !== 0;

/** What a key holds now, which may be unknown. */
export const live = (table: KeyTable, id: number): KeyValue | undefined => (isLive(table, id) ? table.latest[id] : undefined);

export const nameOf = (table: KeyTable, id: number): string => table.names[id] as string;

/** Gives a key a number. */
export const enter = (table: KeyTable, key: string, route: readonly string[]): number => {
  const id = table.free.pop() ?? table.names.length;
  table.ids.set(key, id);
  table.names[id] = key;
  table.routes[id] = route;
  table.base[id] = undefined;
  if ((id + 1) * FIELDS > table.numbers.length) {
    const grown = new Float64Array(table.numbers.length * 2);
    grown.set(table.numbers);
    table.numbers = grown;
  }
  return id;
};

/** Makes a revision the newest of its key. */
export const setLatest = (table: KeyTable, id: number, kv: KeyValue, place: number, size: number): void => {
  const { revision, createRevision, version, lease } = kv.header;
  const { numbers } = table;
  const at = id * FIELDS;
  table.latest[id] = kv;
  numbers[at + REVISION] = revision;
  numbers[at + CREATED] = createRevision;
  numbers[at + VERSION] = version;
  numbers[at + LEASE] = lease;
  numbers[at + PLACE] = place;
  numbers[at + SIZE] = size;
};

export const setBase = (table: KeyTable, id: number, base: KeyValue | undefined, size: number): void => {
  table.base[id] = base;
  table.numbers[id * FIELDS + BASE_SIZE] = size;
};

/** Forgets a key. */
export const leave = (table: KeyTable, id: number): void => {
  table.ids.delete(nameOf(table, id));
  table.names[id] = '';
  table.routes[id] = NO_ROUTE;
  table.latest[id] = table.base[id] = undefined;
  table.numbers.fill(0, id * FIELDS, (id + 1) * FIELDS);
  table.free.push(id);
};

/** Of keys that name no resource. */
export const NO_ROUTE: readonly string[] = [];
