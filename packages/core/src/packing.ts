/**
 * Packs the bytes of objects that rest: a stretch of bytes that stands in the dictionary of its kind becomes a reference to there. Objects of
 * one kind differ in little but names, uids and times, so what is left of most is a tenth. An object can be read without the others.
 *
 * A dictionary grows by the objects that it shortens to no less than a quarter, up to 64 kB; then a new one is begun when it does not even halve too many.
 * It lives as long as something that was packed with it.
 */
interface Dictionary {
  bytes: Uint8Array;
  used: number;
  /** By the hash of four bytes: where they stand last, plus one. */
  table: Uint16Array;
  /** Bytes that a full dictionary has not shortened. */
  missed: number;
}

const LARGEST_DICTIONARY = 0xffff;
const FIRST_DICTIONARY = 4096;
const MOST_MISSED = 4 * LARGEST_DICTIONARY;

/** A reference takes three bytes. */
const SHORTEST = 5;
/** Control bytes: up to 0x7f, so many literal bytes less one follow; above, a reference of `SHORTEST` bytes and more. */
const REFERENCE = 0x80;
const MOST_LITERALS = 0x80;
const LONG_REFERENCE = 0xff;
const LONGEST = 0xffff;

export const newDictionary = (): Dictionary => ({ bytes: new Uint8Array(FIRST_DICTIONARY), used: 0, table: new Uint16Array(FIRST_DICTIONARY / 2), missed: 0 });

export type { Dictionary };

/** What `pack` gives back, valid until the next call; it grows with what it had to hold. */
let scratch = new Uint8Array(16_384);

/** Packs `raw`, which may enter the dictionary. The result is valid until the next call. */
export const pack = (dictionary: Dictionary, raw: Uint8Array): Uint8Array => {
  const length = write(dictionary, raw);
  if (length * 4 <= raw.length) return scratch.subarray(0, length);
  if (!enter(dictionary, raw)) {
    if (length * 2 > raw.length) dictionary.missed += length;
    return scratch.subarray(0, length);
  }
  return scratch.subarray(0, write(dictionary, raw));
};

/** Whether what comes now should have a dictionary of its own. */
export const isWornOut = (dictionary: Dictionary): boolean => dictionary.missed > MOST_MISSED;

/** The first `length` of the bytes that were packed into those of `from` that begin at `start`. */
export const unpack = (dictionary: Dictionary, from: Uint8Array, start: number, length: number): Uint8Array => {
  const raw = new Uint8Array(length);
  const { bytes } = dictionary;
  let at = start;
  for (let to = 0; to < length; ) {
    const control = from[at++] as number;
    if (control < REFERENCE) {
      const end = Math.min(to + control + 1, length);
      while (to < end) raw[to++] = from[at++] as number;
      continue;
    }
    let count = control - REFERENCE + SHORTEST;
    if (control === LONG_REFERENCE) {
      count = ((from[at] as number) << 8) | (from[at + 1] as number);
      at += 2;
    }
    let source = ((from[at] as number) << 8) | (from[at + 1] as number);
    at += 2;
    const end = Math.min(to + count, length);
    while (to < end) raw[to++] = bytes[source++] as number;
  }
  return raw;
};

const write = (dictionary: Dictionary, raw: Uint8Array): number => {
  const { length } = raw;
  if (scratch.length < length * 2 + 16) scratch = new Uint8Array(length * 2 + 16);
  const { bytes, used, table } = dictionary;
  const mask = table.length - 1;
  let out = 0;
  let literals = 0;
  // Where the last reference would go on: what was replaced often has the length of what replaced it.
  let shift = -1;
  let follows = false;
  let at = 0;
  while (at + SHORTEST <= length) {
    let best = 0;
    let source = 0;
    if (follows && at + shift >= 0) {
      best = alike(raw, at, bytes, at + shift, used);
      source = at + shift;
    }
    if (best < 16) {
      const found = (table[hashAt(raw, at) & mask] as number) - 1;
      if (found >= 0) {
        const also = alike(raw, at, bytes, found, used);
        if (also > best) {
          best = also;
          source = found;
        }
      }
    }
    if (best < SHORTEST) {
      at++;
      continue;
    }
    while (at > literals && source > 0 && raw[at - 1] === bytes[source - 1]) {
      at--;
      source--;
      best++;
    }
    out = writeLiterals(raw, literals, at, out);
    if (best > LONGEST) best = LONGEST;
    if (best - SHORTEST < LONG_REFERENCE - REFERENCE) {
      scratch[out++] = REFERENCE + best - SHORTEST;
    } else {
      scratch[out++] = LONG_REFERENCE;
      scratch[out++] = best >>> 8;
      scratch[out++] = best;
    }
    scratch[out++] = source >>> 8;
    scratch[out++] = source;
    shift = source - at;
    follows = true;
    at += best;
    literals = at;
  }
  return writeLiterals(raw, literals, length, out);
};

const writeLiterals = (raw: Uint8Array, from: number, end: number, to: number): number => {
  let out = to;
  for (let at = from; at < end; ) {
    const count = Math.min(end - at, MOST_LITERALS);
    scratch[out++] = count - 1;
    for (let i = 0; i < count; i++) scratch[out++] = raw[at++] as number;
  }
  return out;
};

/** How many bytes from `at` on are those of the dictionary from `source` on. */
const alike = (raw: Uint8Array, at: number, bytes: Uint8Array, source: number, used: number): number => {
  const most = Math.min(raw.length - at, used - source);
  let count = 0;
  while (count < most && raw[at + count] === bytes[source + count]) count++;
  return count;
};

const hashAt = (bytes: Uint8Array, at: number): number => {
  const four = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
  return Math.imul(four, 0x9e37_79b1) >>> 15;
};

/** Appends an object that is not like the others; false where there is no room. */
const enter = (dictionary: Dictionary, raw: Uint8Array): boolean => {
  const { used } = dictionary;
  const end = used + raw.length;
  if (end > LARGEST_DICTIONARY) return false;
  let from = used;
  if (end > dictionary.bytes.length) {
    let room = dictionary.bytes.length;
    while (room < end) room *= 2;
    const grown = new Uint8Array(room);
    grown.set(dictionary.bytes.subarray(0, used));
    dictionary.bytes = grown;
    dictionary.table = new Uint16Array(Math.max(room / 2, FIRST_DICTIONARY / 2));
    from = 0;
  }
  dictionary.bytes.set(raw, used);
  dictionary.used = end;
  const { bytes, table } = dictionary;
  const mask = table.length - 1;
  for (let at = Math.max(0, from - 3); at + 4 <= end; at++) table[hashAt(bytes, at) & mask] = at + 1;
  return true;
};
