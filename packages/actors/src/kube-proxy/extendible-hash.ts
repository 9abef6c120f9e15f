import { assert, type Random } from '@naumachia/core';
import { type DirectoryEdit, newDirectory, nextBit, ownPage, type PageDirectory, replaceByHalves } from './page-directory.js';

/**
 * A persistent hash table from a pair of 32-bit words to a value and a run of words, found in constant time. A page is one typed array:
 * first its slots, with linear probing from where the last bits of the hash say, then the runs. So whoever needs the run alone meets
 * two lines of memory; the values are a column of their own. The pair (0, 0) is no key.
 */
export type ExtendibleHash<V> = PageDirectory<HashPage<V>>;
export type HashEdit<V> = DirectoryEdit<HashPage<V>>;

export interface HashPage<V> {
  readonly depth: number;
  count: number;
  /** Four words a slot: two of key, where the run begins, and length of the run << 16 | note. Behind the slots the runs. */
  words: Int32Array;
  /** Words in use, and how many of them belong to runs that nobody has any more. */
  used: number;
  waste: number;
  readonly values: (V | undefined)[];
}

/** A run of words, and 16 bits that go with them. */
export interface Run {
  readonly words: readonly number[];
  readonly note: number;
}

export const NO_RUN: Run = { words: [], note: 0 };

/** Slots of a page: few enough to be copied in a microsecond or two, many enough that the directory stays in the CPU's cache. */
const SLOTS = 256;
const LAST = SLOTS - 1;
const FULL = SLOTS * 0.75;
const RUNS = SLOTS * 4;
/** Runs longer than this do not fit beside the note; they are left out, as if there was none. */
const LONGEST = 0x7fff;

const hashOf = (first: number, second: number): number => {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
};

const newPage = <V>(depth: number, capacity = RUNS): HashPage<V> => ({
  depth,
  count: 0,
  words: new Int32Array(capacity),
  used: RUNS,
  waste: 0,
  values: new Array<V | undefined>(SLOTS).fill(undefined),
});

export const emptyHash = <V>(): ExtendibleHash<V> => newDirectory<HashPage<V>>(newPage);

export const findInHash = <V>(hash: ExtendibleHash<V>, first: number, second: number): V | undefined => {
  const code = hashOf(first, second);
  const page = hash.pages[code >>> hash.shift] as HashPage<V>;
  const { words } = page;
  for (let slot = code & LAST; ; slot = (slot + 1) & LAST) {
    const a = words[slot << 2];
    const b = words[(slot << 2) | 1];
    if (a === first && b === second) return page.values[slot];
    if (a === 0 && b === 0) return undefined;
  }
};

/** One word of a key's run, by chance, and its note: `word * 65536 + note` with the word unsigned; -1 if the key is unknown or has no run. */
export const pickFromRun = <V>(hash: ExtendibleHash<V>, first: number, second: number, random: Random): number => {
  const code = hashOf(first, second);
  const { words } = hash.pages[code >>> hash.shift] as HashPage<V>;
  for (let slot = code & LAST; ; slot = (slot + 1) & LAST) {
    const at = slot << 2;
    const a = words[at];
    const b = words[at | 1];
    if (a === first && b === second) {
      const info = words[at | 3] as number;
      const length = info >>> 16;
      if (length === 0) return -1;
      const picked = words[(words[at | 2] as number) + (length === 1 ? 0 : random.below(length))] as number;
      return (picked >>> 0) * 0x1_0000 + (info & 0xffff);
    }
    if (a === 0 && b === 0) return -1;
  }
};

export const putInHash = <V>(edit: HashEdit<V>, first: number, second: number, value: V, run: Run): void => {
  const code = hashOf(first, second);
  for (;;) {
    const page = ownPage(edit, code, copyPage);
    const slot = slotOf(page.words, code, first, second);
    if (isFree(page.words, slot)) {
      if (page.count >= FULL) {
        split(edit, code, page);
        continue;
      }
      page.count++;
      edit.size++;
    }
    page.values[slot] = value;
    writeSlot(page, slot, first, second, run);
    return;
  }
};

export const removeFromHash = <V>(edit: HashEdit<V>, first: number, second: number): void => {
  if (findInHash(edit, first, second) === undefined) return;
  const code = hashOf(first, second);
  const page = ownPage(edit, code, copyPage);
  const { words, values } = page;
  // Linear probing without tombstones (Knuth, volume 3, 6.4 R): what follows moves up into the hole where it may.
  let hole = slotOf(words, code, first, second);
  page.waste += runLength(words, hole);
  for (let slot = (hole + 1) & LAST; !isFree(words, slot); slot = (slot + 1) & LAST) {
    const home = hashOf(words[slot << 2] as number, words[(slot << 2) | 1] as number) & LAST;
    if (((slot - home) & LAST) < ((slot - hole) & LAST)) continue;
    words.copyWithin(hole << 2, slot << 2, (slot << 2) + 4);
    values[hole] = values[slot];
    hole = slot;
  }
  words.fill(0, hole << 2, (hole << 2) + 4);
  values[hole] = undefined;
  page.count--;
  edit.size--;
};

const isFree = (words: Int32Array, slot: number): boolean => words[slot << 2] === 0 && words[(slot << 2) | 1] === 0;

const runLength = (words: Int32Array, slot: number): number => (words[(slot << 2) | 3] as number) >>> 16;

/** The slot that holds the key, or the free one where it belongs. */
const slotOf = (words: Int32Array, code: number, first: number, second: number): number => {
  let slot = code & LAST;
  while (!isFree(words, slot) && !(words[slot << 2] === first && words[(slot << 2) | 1] === second)) slot = (slot + 1) & LAST;
  return slot;
};

const writeSlot = <V>(page: HashPage<V>, slot: number, first: number, second: number, run: Run): void => {
  const at = slot << 2;
  const former = runLength(page.words, slot);
  const length = run.words.length > LONGEST ? 0 : run.words.length;
  let start = page.words[at | 2] as number;
  if (length > former) {
    page.waste += former;
    start = page.used;
    page.used += length;
    if (page.used > page.words.length) page.words = resized(page.words, page.used + (page.used >> 2));
  } else page.waste += former - length;
  const { words } = page;
  words[at] = first;
  words[at | 1] = second;
  words[at | 2] = start;
  words[at | 3] = (length << 16) | run.note;
  for (let i = 0; i < length; i++) words[start + i] = run.words[i] as number;
};

const resized = (words: Int32Array, capacity: number): Int32Array => {
  const larger = new Int32Array(capacity);
  larger.set(words);
  return larger;
};

/** A copy to change. Where a quarter of the runs is waste, they are laid out anew. */
const copyPage = <V>(page: HashPage<V>): HashPage<V> => {
  const { depth, count, used, waste } = page;
  if (waste * 4 <= used - RUNS) return { depth, count, words: page.words.slice(), used, waste, values: page.values.slice() };
  const compact: HashPage<V> = { depth, count, words: new Int32Array(used - waste), used: RUNS, waste: 0, values: page.values.slice() };
  for (let slot = 0; slot < SLOTS; slot++) if (!isFree(page.words, slot)) copySlot(page, slot, compact, slot);
  return compact;
};

const copySlot = <V>(from: HashPage<V>, slot: number, to: HashPage<V>, target: number): void => {
  const length = runLength(from.words, slot);
  const start = from.words[(slot << 2) | 2] as number;
  if (to.used + length > to.words.length) to.words = resized(to.words, (to.used + length) * 2);
  to.words.set(from.words.subarray(slot << 2, (slot << 2) + 4), target << 2);
  to.words[(target << 2) | 2] = to.used;
  to.words.set(from.words.subarray(start, start + length), to.used);
  to.used += length;
};

const split = <V>(edit: HashEdit<V>, code: number, page: HashPage<V>): void => {
  // Keys of equal hash are never split apart, but three quarters of a page do not share 31 bits.
  assert(page.depth < 31, 'a page of the service table cannot be split');
  const capacity = RUNS + ((page.used - page.waste - RUNS) * 5) / 8;
  const zero = newPage<V>(page.depth + 1, capacity);
  const one = newPage<V>(page.depth + 1, capacity);
  for (let slot = 0; slot < SLOTS; slot++) {
    if (isFree(page.words, slot)) continue;
    const first = page.words[slot << 2] as number;
    const second = page.words[(slot << 2) | 1] as number;
    const moved = hashOf(first, second);
    const half = (moved >>> nextBit(page)) & 1 ? one : zero;
    const to = slotOf(half.words, moved, first, second);
    copySlot(page, slot, half, to);
    half.values[to] = page.values[slot];
    half.count++;
  }
  replaceByHalves(edit, code, page, zero, one);
};
