import { type Dictionary, isWornOut, newDictionary, pack, unpack } from './packing.js';
import { kept } from './slab.js';

/**
 * Slabs of packed objects, for each kind its own: what rests together there was once alike and may die together. The dictionary of a slab
 * is found by the slab, so both are freed with the last object in it.
 */
interface Region {
  dictionary: Dictionary;
  slab: Uint8Array;
  used: number;
}

const FIRST_SLAB = 1 << 12;
const LARGEST_SLAB = 1 << 16;

/** The length of all bytes, and where among them the value's begin; each a uint32. */
const PREFIX = 8;

const regions = new Map<string, Region>();
const dictionaries = new WeakMap<Uint8Array, Dictionary>();

/** Packs bytes and copies them into a slab of `kind`; `kept` says where, and the result is their end there. */
export const keepPacked = (kind: string, raw: Uint8Array, valueStart: number): number => {
  let region = regions.get(kind);
  if (region === undefined) regions.set(kind, (region = { dictionary: newDictionary(), slab: new Uint8Array(0), used: 0 }));
  if (isWornOut(region.dictionary)) {
    region.dictionary = newDictionary();
    region.slab = new Uint8Array(0);
    region.used = 0;
  }
  const packed = pack(region.dictionary, raw);
  const length = PREFIX + packed.length;
  if (region.used + length > region.slab.length) {
    const size = Math.max(Math.min(Math.max(FIRST_SLAB, region.slab.length * 2), LARGEST_SLAB), length);
    region.slab = new Uint8Array(size);
    region.used = 0;
    dictionaries.set(region.slab, region.dictionary);
  }
  const { slab, used } = region;
  const view = new DataView(slab.buffer, used, PREFIX);
  view.setUint32(0, raw.length);
  view.setUint32(4, valueStart);
  slab.set(packed, used + PREFIX);
  region.used += length;
  kept.slab = slab;
  kept.start = used;
  return used + length;
};

const prefixOf = (slab: Uint8Array, start: number): DataView => new DataView(slab.buffer, slab.byteOffset + start, PREFIX);

/** How many bytes the value takes when it is not packed. */
export const unpackedSize = (slab: Uint8Array, start: number): number => {
  const prefix = prefixOf(slab, start);
  return prefix.getUint32(0) - prefix.getUint32(4);
};

/** What stood before the value. */
export const unpackHead = (slab: Uint8Array, start: number): Uint8Array => read(slab, start, prefixOf(slab, start).getUint32(4));

export const unpackValue = (slab: Uint8Array, start: number): Uint8Array => {
  const prefix = prefixOf(slab, start);
  return read(slab, start, prefix.getUint32(0)).subarray(prefix.getUint32(4));
};

/** The head and the value. */
export const unpackAll = (slab: Uint8Array, start: number): Uint8Array => read(slab, start, prefixOf(slab, start).getUint32(0));

const read = (slab: Uint8Array, start: number, length: number): Uint8Array => {
  const dictionary = dictionaries.get(slab);
  if (dictionary === undefined) throw new Error('a packed object stands in a slab that has no dictionary');
  return unpack(dictionary, slab, start + PREFIX, length);
};
