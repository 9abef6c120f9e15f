import { copyBytes } from './copy-bytes.js';

/**
 * Encoded objects live long and are small; a slab holds the bytes of many. An object holds the slab and where its bytes stand in it,
 * not a view of its own: a view costs 96 bytes and as much time as the copy.
 */
const SLAB_BYTES = 1 << 20;
interface Region {
  slab: Uint8Array;
  used: number;
}
/** A slab is freed when the last object in it is: small ones are mostly of kinds that are renewed more often than large ones. */
const small: Region = { slab: new Uint8Array(0), used: 0 };
const large: Region = { slab: small.slab, used: 0 };
const SMALL_BYTES = 1536;
/** What is larger costs V8 enough to be counted by itself. */
const LARGEST = 1 << 15;

/** Where the bytes that were kept last begin. */
export const kept: { slab: Uint8Array; start: number } = { slab: small.slab, start: 0 };

/** A slab counts for so much less than it holds where V8 asks itself whether to collect. */
const LIGHTER = 4;
let weightless = 0;
/** By slab: a quarter of it in other memory, which nobody touches, so that the system gives none for it. */
const weights = new FinalizationRegistry<ArrayBuffer>(({ byteLength }) => (weightless -= (LIGHTER - 1) * byteLength));

/**
 * Shared memory, though nobody shares it. Of other memory V8 lets young objects hold 32 MB, and collects them when they hold more: as slabs live on, it
 * then does so twice, one right after the other, and whatever was about to die has grown old. Shared memory it does not count at all, and would leave
 * gigabytes of dead slabs lying: so each has a weight beside it that is counted.
 */
const newSlab = (): Uint8Array => {
  const slab = new Uint8Array(new SharedArrayBuffer(SLAB_BYTES));
  adoptSlab(slab);
  return slab;
};

/** Gives shared memory in which encoded objects will stay its weight. */
export const adoptSlab = (slab: Uint8Array): void => {
  const weight = new ArrayBuffer(Math.ceil(slab.length / LIGHTER));
  weights.register(slab, weight);
  weightless += (LIGHTER - 1) * weight.byteLength;
};

/** Bytes of slabs that V8 does not count among those of its heap. */
export const weightlessBytes = (): number => weightless;

/** Finds room for `length` bytes, and says in `kept` where. Large ones have a slab to themselves. */
const take = (length: number): void => {
  if (length > LARGEST) {
    kept.slab = new Uint8Array(length);
    kept.start = 0;
    return;
  }
  const region = length < SMALL_BYTES ? small : large;
  if (region.used + length > region.slab.length) {
    region.slab = newSlab();
    region.used = 0;
  }
  kept.slab = region.slab;
  kept.start = region.used;
  // Each begins at a multiple of eight: whoever copies to shared memory does so by words then.
  region.used = (region.used + length + 7) & ~7;
};

/** Copies bytes into a slab. */
export const keepBytes = (bytes: Uint8Array): void => {
  take(bytes.length);
  copyBytes(bytes, kept.slab, kept.start);
};

/** Room for as many bytes, for its caller to fill. */
export const keepRoom = (length: number): void => take(length);

/** A value that is raw bytes becomes msgpack's bin 32, copied once (a third of the time that the general way takes). */
const BIN_32 = 0xc6;
export const RAW_PREFIX = 5;

export const keepRaw = (value: Uint8Array): void => {
  const { length } = value;
  take(length + RAW_PREFIX);
  const { slab: to, start } = kept;
  to[start] = BIN_32;
  to[start + 1] = length >>> 24;
  to[start + 2] = length >>> 16;
  to[start + 3] = length >>> 8;
  to[start + 4] = length;
  copyBytes(value, to, start + RAW_PREFIX);
};

export const isRaw = (from: Uint8Array, start: number): boolean => from[start] === BIN_32;
