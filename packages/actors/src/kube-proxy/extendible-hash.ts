import { assert } from '@naumachia/core';
import { type DirectoryEdit, newDirectory, nextBit, ownPage, type PageDirectory, replaceByHalves } from './page-directory.js';

/**
 * A persistent hash table from a pair of 32-bit words to a value, found in constant time: a page holds its keys in one typed array
 * with linear probing, which begins where the last bits of the hash say. The pair (0, 0) is no key.
 */
export type ExtendibleHash<V> = PageDirectory<HashPage<V>>;
export type HashEdit<V> = DirectoryEdit<HashPage<V>>;

export interface HashPage<V> {
  readonly depth: number;
  count: number;
  /** Two words a slot. */
  readonly keys: Int32Array;
  readonly values: (V | undefined)[];
}

/** Slots of a page: few enough to be copied in about a microsecond, many enough that the directory stays in the CPU's cache. */
const SLOTS = 256;
const LAST = SLOTS - 1;
const FULL = SLOTS * 0.75;

const hashOf = (first: number, second: number): number => {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
};

const newPage = <V>(depth: number): HashPage<V> => ({ depth, count: 0, keys: new Int32Array(SLOTS * 2), values: new Array<V | undefined>(SLOTS).fill(undefined) });

const copyPage = <V>(page: HashPage<V>): HashPage<V> => ({ depth: page.depth, count: page.count, keys: page.keys.slice(), values: page.values.slice() });

export const emptyHash = <V>(): ExtendibleHash<V> => newDirectory<HashPage<V>>(newPage);

export const findInHash = <V>(hash: ExtendibleHash<V>, first: number, second: number): V | undefined => {
  const code = hashOf(first, second);
  const page = hash.pages[code >>> hash.shift] as HashPage<V>;
  const keys = page.keys;
  for (let slot = code & LAST; ; slot = (slot + 1) & LAST) {
    const a = keys[slot << 1];
    const b = keys[(slot << 1) | 1];
    if (a === first && b === second) return page.values[slot];
    if (a === 0 && b === 0) return undefined;
  }
};

export const putInHash = <V>(edit: HashEdit<V>, first: number, second: number, value: V): void => {
  const code = hashOf(first, second);
  for (;;) {
    const page = ownPage(edit, code, copyPage);
    const slot = slotOf(page.keys, code, first, second);
    if (isFree(page.keys, slot)) {
      if (page.count >= FULL) {
        split(edit, code, page);
        continue;
      }
      page.keys[slot << 1] = first;
      page.keys[(slot << 1) | 1] = second;
      page.count++;
      edit.size++;
    }
    page.values[slot] = value;
    return;
  }
};

export const removeFromHash = <V>(edit: HashEdit<V>, first: number, second: number): void => {
  if (findInHash(edit, first, second) === undefined) return;
  const code = hashOf(first, second);
  const page = ownPage(edit, code, copyPage);
  const { keys, values } = page;
  // Linear probing without tombstones (Knuth, volume 3, 6.4 R): what follows moves up into the hole where it may.
  let hole = slotOf(keys, code, first, second);
  for (let slot = (hole + 1) & LAST; !isFree(keys, slot); slot = (slot + 1) & LAST) {
    const home = hashOf(keys[slot << 1] as number, keys[(slot << 1) | 1] as number) & LAST;
    if (((slot - home) & LAST) < ((slot - hole) & LAST)) continue;
    keys.copyWithin(hole << 1, slot << 1, (slot << 1) + 2);
    values[hole] = values[slot];
    hole = slot;
  }
  keys[hole << 1] = 0;
  keys[(hole << 1) | 1] = 0;
  values[hole] = undefined;
  page.count--;
  edit.size--;
};

const isFree = (keys: Int32Array, slot: number): boolean => keys[slot << 1] === 0 && keys[(slot << 1) | 1] === 0;

/** The slot that holds the key, or the free one where it belongs. */
const slotOf = (keys: Int32Array, code: number, first: number, second: number): number => {
  let slot = code & LAST;
  while (!isFree(keys, slot) && !(keys[slot << 1] === first && keys[(slot << 1) | 1] === second)) slot = (slot + 1) & LAST;
  return slot;
};

const split = <V>(edit: HashEdit<V>, code: number, page: HashPage<V>): void => {
  // Keys of equal hash are never split apart, but three quarters of a page do not share 31 bits.
  assert(page.depth < 31, 'a page of the service table cannot be split');
  const zero = newPage<V>(page.depth + 1);
  const one = newPage<V>(page.depth + 1);
  for (let slot = 0; slot < SLOTS; slot++) {
    if (isFree(page.keys, slot)) continue;
    const first = page.keys[slot << 1] as number;
    const second = page.keys[(slot << 1) | 1] as number;
    const moved = hashOf(first, second);
    const half = (moved >>> nextBit(page)) & 1 ? one : zero;
    const to = slotOf(half.keys, moved, first, second);
    half.keys[to << 1] = first;
    half.keys[(to << 1) | 1] = second;
    half.values[to] = page.values[slot];
    half.count++;
  }
  replaceByHalves(edit, code, page, zero, one);
};
