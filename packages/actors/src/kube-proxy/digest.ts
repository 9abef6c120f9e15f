/**
 * A 64-bit digest of content in two lanes of 32 bits. Digests of the parts of a set are added, lane by lane: the sum does not depend
 * on the order in which parts came and went, so two tables with the same parts have the same digest however they were made.
 */
export interface Digest {
  low: number;
  high: number;
}

export const newDigest = (): Digest => ({ low: 0x2545f491, high: 0x5bd1e995 });

export const digestNumber = (digest: Digest, word: number): void => {
  digest.low = mix(digest.low, Math.imul(word, 0xcc9e2d51 | 0), 0x1b873593);
  digest.high = mix(digest.high, Math.imul(word, 0x85ebca6b | 0), 0xc2b2ae35 | 0);
};

export const digestText = (digest: Digest, text: string): void => {
  let low = text.length;
  let high = ~text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995) + (high >>> 15);
  }
  digest.low = mix(digest.low, low, 0x1b873593);
  digest.high = mix(digest.high, high, 0xc2b2ae35 | 0);
};

export const digestBytes = (digest: Digest, bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.byteLength & ~3;
  digestNumber(digest, bytes.byteLength);
  for (let at = 0; at < whole; at += 4) digestNumber(digest, view.getInt32(at));
  for (let at = whole; at < bytes.byteLength; at++) digestNumber(digest, view.getUint8(at));
};

/** Spreads the last words over all bits; afterwards a digest can be added to others. */
export const finishDigest = (digest: Digest): Digest => ({ low: finish(digest.low), high: finish(digest.high) });

// The steps of MurmurHash3 (Austin Appleby), with its constants.
const mix = (lane: number, word: number, factor: number): number => {
  const rotated = Math.imul((word << 15) | (word >>> 17), factor);
  const mixed = lane ^ rotated;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
};

const finish = (lane: number): number => {
  let word = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) | 0;
};

export const addDigest = (sum: Digest, part: Digest, sign: 1 | -1): void => {
  sum.low = (sum.low + sign * part.low) | 0;
  sum.high = (sum.high + sign * part.high) | 0;
};

export const sameDigest = (a: Digest, b: Digest): boolean => a.low === b.low && a.high === b.high;
