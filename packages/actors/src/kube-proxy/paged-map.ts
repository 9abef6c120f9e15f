import { hash32 } from '@naumachia/core';
import { type DirectoryEdit, newDirectory, nextBit, ownPage, type PageDirectory, replaceByHalves } from './page-directory.js';

/** A persistent map from text to a value, in pages that are small maps: as `ExtendibleHash`, for keys that are text. */
export type PagedMap<V> = PageDirectory<MapPage<V>>;
export type MapEdit<V> = DirectoryEdit<MapPage<V>>;

export interface MapPage<V> {
  readonly depth: number;
  readonly entries: Map<string, V>;
}

/** Entries after which a page is split; so many are copied in about a microsecond. */
const FULL = 24;
/** Pages this deep are not split any more: their keys share their hash. */
const DEEPEST = 24;

const newPage = <V>(depth: number): MapPage<V> => ({ depth, entries: new Map() });

const copyPage = <V>(page: MapPage<V>): MapPage<V> => ({ depth: page.depth, entries: new Map(page.entries) });

export const emptyMap = <V>(): PagedMap<V> => newDirectory<MapPage<V>>(newPage);

export const findInMap = <V>(map: PagedMap<V>, key: string): V | undefined => (map.pages[hash32(key) >>> map.shift] as MapPage<V>).entries.get(key);

/** All values; the order says nothing. */
export function* valuesOfMap<V>(map: PagedMap<V>): Iterable<V> {
  let last: MapPage<V> | undefined;
  for (const page of map.pages) {
    if (page !== last) yield* page.entries.values();
    last = page;
  }
}

export const putInMap = <V>(edit: MapEdit<V>, key: string, value: V): void => {
  const code = hash32(key);
  for (;;) {
    const page = ownPage(edit, code, copyPage);
    if (page.entries.size >= FULL && page.depth < DEEPEST && !page.entries.has(key)) {
      split(edit, code, page);
      continue;
    }
    edit.size -= page.entries.size;
    page.entries.set(key, value);
    edit.size += page.entries.size;
    return;
  }
};

export const removeFromMap = <V>(edit: MapEdit<V>, key: string): void => {
  if (findInMap(edit, key) === undefined) return;
  ownPage(edit, hash32(key), copyPage).entries.delete(key);
  edit.size--;
};

const split = <V>(edit: MapEdit<V>, code: number, page: MapPage<V>): void => {
  const zero = newPage<V>(page.depth + 1);
  const one = newPage<V>(page.depth + 1);
  for (const [key, value] of page.entries) ((hash32(key) >>> nextBit(page)) & 1 ? one : zero).entries.set(key, value);
  replaceByHalves(edit, code, page, zero, one);
};
