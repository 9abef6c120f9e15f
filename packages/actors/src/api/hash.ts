/** Hashes that become parts of names. */

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** rand.SafeEncodeString of apimachinery: digits and letters without vowels, so that no bad word appears in a name. */
export function safeEncode(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += safeAlphabet.charAt(text.charCodeAt(i) % safeAlphabet.length);
  return out;
}

/** FNV-1a as hash/fnv of Go: 32 bits over the UTF-16 code units' low and high bytes of `text`, which is UTF-8 for ASCII. */
export function fnv32a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    if (unit > 0x7f) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** Templates are immutable, and a Deployment asks for the hash of its template at every turn. */
const hashed = new WeakMap<object, number>();

/**
 * The `pod-template-hash` of a template, as controller.ComputeHash makes it but over our own dump: the value is stable and well spread, not the
 * one of a real cluster, whose input is Go's memory dump of the struct. Keys are taken in sorted order, absent and undefined are the same.
 * A collision count that is absent differs from 0.
 */
export function templateHash(template: object, collisionCount?: number): string {
  let hash = hashed.get(template);
  if (hash === undefined) {
    hash = hashValue(0x811c9dc5, template);
    hashed.set(template, hash);
  }
  if (collisionCount !== undefined) hash = fnv32a(`#${collisionCount}`, hash);
  return safeEncode(String(hash));
}

function hashValue(basis: number, value: unknown): number {
  if (typeof value !== 'object' || value === null) return fnv32a(`${typeof value}:${String(value)};`, basis);
  if (Array.isArray(value)) {
    let hash = fnv32a('[', basis);
    for (const element of value) hash = hashValue(hash, element);
    return fnv32a(']', hash);
  }
  let hash = fnv32a('{', basis);
  for (const [key, field] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (field !== undefined) hash = hashValue(fnv32a(`${key}=`, hash), field);
  }
  return fnv32a('}', hash);
}
