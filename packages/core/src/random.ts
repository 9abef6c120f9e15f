import { customRandom } from 'nanoid';

/** The state of a stream: four 32-bit words (xoshiro128**). Plain data, so that a snapshot of an actor includes its chance. */
export interface RandomState {
  a: number;
  b: number;
  c: number;
  d: number;
}

/**
 * A stream of chance that belongs to one actor. It is forked from the run's seed by the actor's name, so what one actor draws
 * never shifts what another draws.
 */
export class Random {
  readonly #state: RandomState;

  constructor(state: RandomState) {
    this.#state = state;
  }

  /** The stream named `name` of the run with this seed. */
  static named(seed: number, name: string): Random {
    let mix = hash32(name, seed >>> 0) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1);
    const word = (): number => {
      mix = (mix + 0x9e3779b9) | 0;
      let word = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return (word ^ (word >>> 15)) >>> 0;
    };
    return new Random({ a: word(), b: word(), c: word(), d: word() || 1 });
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#state;
    const scrambled = Math.imul(rotate(Math.imul(s.b, 5), 7), 9) >>> 0;
    const shifted = s.b << 9;
    s.c ^= s.a;
    s.d ^= s.b;
    s.b ^= s.c;
    s.a ^= s.d;
    s.c ^= shifted;
    s.d = rotate(s.d, 11);
    return scrambled;
  }

  /** A number in [0, 1). */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }

  /** A word of `length` letters of `alphabet`, drawn by nanoid. */
  word(alphabet: string, length: number): string {
    return customRandom(alphabet, length, (size) => this.bytes(size))();
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.uint32();
      for (let b = 0; b < 4 && at + b < count; b++) bytes[at + b] = (word >>> (8 * b)) & 0xff;
    }
    return bytes;
  }

  /** A version 4 UUID (RFC 9562), as Kubernetes gives to each object. */
  uuid(): string {
    hexAt(0, this.uint32(), 28);
    const b = this.uint32();
    hexAt(9, b >>> 16, 12);
    hexAt(14, (b & 0xfff) | 0x4000, 12);
    const c = this.uint32();
    hexAt(19, ((c >>> 16) & 0x3fff) | 0x8000, 12);
    hexAt(24, c & 0xffff, 12);
    hexAt(28, this.uint32(), 28);
    return UUID.toString('latin1');
  }

  state(): RandomState {
    return { ...this.#state };
  }
}

/** Where a UUID is written before it becomes a text: put together from pieces, it would be the pieces until somebody reads it. */
const UUID = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1');

const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/** Writes the hexadecimal digits of `word` from the one that begins at bit `shift` on. */
const hexAt = (at: number, word: number, shift: number): void => {
  for (let to = at, bit = shift; bit >= 0; to++, bit -= 4) UUID[to] = DIGITS[(word >>> bit) & 0xf] as number;
};

const rotate = (word: number, by: number): number => ((word << by) | (word >>> (32 - by))) | 0;

/** A 32-bit hash of `text` (FNV-1a with a final mix), for forking streams and for shards; not for adversaries. */
export const hash32 = (text: string, basis = 0): number => {
  let hash = (0x811c9dc5 ^ basis) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
};
