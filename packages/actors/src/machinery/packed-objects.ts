import { type Duration, milliseconds, seconds } from '@naumachia/core';
import type { Stored } from '../api/requests.js';

/** The objects of an informer that are not packed yet, by key: an object that changes often is looked at once. */
export interface Unpacked {
  readonly keys: Set<string>;
  /** How many there were at the last look, or -1: nobody is going to look. */
  seen: number;
}

export const PACKED_AFTER = seconds(10);
const PAUSE = milliseconds(5);
/** Objects that are packed at a time: about a millisecond. */
const STEP = 64;
/** Changes between two looks beyond which there are more urgent things to do. */
const BUSY = 2000;

export const nothingUnpacked = (): Unpacked => ({ keys: new Set(), seen: -1 });

/** Notes that an object has changed; says whether somebody must be made to look. */
export const isFirst = (unpacked: Unpacked, key: string): boolean => {
  unpacked.keys.add(key);
  if (unpacked.seen >= 0) return false;
  unpacked.seen = 0;
  return true;
};

/** Packs a few objects; says how long to wait until the next, or undefined if there are none. */
export const packSome = (unpacked: Unpacked, find: (key: string) => Stored | undefined, kind: string): Duration | undefined => {
  const { keys, seen } = unpacked;
  if (keys.size - seen > BUSY) {
    unpacked.seen = keys.size;
    return PACKED_AFTER;
  }
  let left = STEP;
  for (const key of keys) {
    if (left-- === 0) break;
    keys.delete(key);
    const stored = find(key);
    if (stored !== undefined && !stored.isSettled) stored.settle(kind);
  }
  unpacked.seen = keys.size > 0 ? keys.size : -1;
  return keys.size > 0 ? PAUSE : undefined;
};
