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

const FNV128 = { basis: 0x6c62272e07bb014262b821756295c58dn, prime: 0x0000000001000000000000000000013bn };

/** FNV-1a of 128 bits over UTF-8, as hexadecimal digits: two of them compare as their bytes do. */
export function fnv128a(text: string): string {
  let hash = FNV128.basis;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * FNV128.prime);
  return hash.toString(16).padStart(32, '0');
}
