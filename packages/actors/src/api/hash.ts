/** Hashes that become parts of names. */

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** rand.SafeEncodeString of apimachinery: digits and letters without vowels, so that no bad word appears in a name. */
export function safeEncode(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += safeAlphabet.charAt(text.charCodeAt(i) % safeAlphabet.length);
  return out;
}

/** FNV-1a of 32 bits as hash/fnv of Go, over the UTF-8 of `text`. */
export function fnv32a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return fnv32aBytes(new TextEncoder().encode(text.slice(i)), hash);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}

export function fnv32aBytes(bytes: Uint8Array, basis = 0x811c9dc5): number {
  let hash = basis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** FNV-1 of 32 bits (multiply, then mix) over UTF-8: the hash of ControllerRevisions. */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}

const UINT32 = 0x1_0000_0000;

/** FNV-1a of 128 bits over UTF-8, as hexadecimal digits: two of them compare as their bytes do. */
export function fnv128a(text: string): string {
  // Four limbs of 32 bits, the lowest last: a BigInt for each byte costs five times as much, and garbage.
  let a = 0x6c62272e;
  let b = 0x07bb0142;
  let c = 0x62b82175;
  let d = 0x6295c58d;
  for (const byte of new TextEncoder().encode(text)) {
    d = (d ^ byte) >>> 0;
    // Times the prime, 2 ** 88 + 0x13b: no sum reaches 2 ** 42.
    const d2 = d * 0x13b;
    const c2 = c * 0x13b + Math.floor(d2 / UINT32);
    const b2 = b * 0x13b + Math.floor(c2 / UINT32) + ((d << 24) >>> 0);
    const a2 = a * 0x13b + Math.floor(b2 / UINT32) + ((c << 24) >>> 0) + (d >>> 8);
    a = a2 >>> 0;
    b = b2 >>> 0;
    c = c2 >>> 0;
    d = d2 >>> 0;
  }
  return [a, b, c, d].map((limb) => limb.toString(16).padStart(8, '0')).join('');
}
