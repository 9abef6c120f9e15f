import { isRaw, keepBytes, keepRaw, kept, RAW_PREFIX, settleBytes } from './slab.js';

let releaseValue: (encoded: Encoded) => void;

/**
 * A value with its msgpack bytes, made at most once, and a header that can be read without decoding.
 * What a store keeps, a cache holds and a watcher receives is one and the same `Encoded`. Bytes are made when the value first
 * crosses to another host or leaves the cache of decoded values; the value is made from the bytes on demand and kept in a
 * bounded cache per thread (`boundDecodedValues`). Both are immutable once given.
 */
export class Encoded<H = unknown, T = unknown> {
  readonly header: H;
  #value: T | undefined;
  /** Holds the bytes, once they are made, from `#start` to `#end`. */
  #slab: Uint8Array | undefined;
  #start: number;
  #end: number;

  private constructor(header: H, value: T | undefined, slab: Uint8Array | undefined, start: number, end: number) {
    this.header = header;
    this.#value = value;
    this.#slab = slab;
    this.#start = start;
    this.#end = end;
  }

  static ofValue<H, T>(header: H, value: T & {}): Encoded<H, T> {
    const encoded = new Encoded<H, T>(header, value, undefined, 0, 0);
    keep(encoded as Encoded);
    return encoded;
  }

  static ofBytes<H, T>(header: H, bytes: Uint8Array): Encoded<H, T> {
    return new Encoded<H, T>(header, undefined, bytes, 0, bytes.length);
  }

  /** For bytes that stand in a frame, or whatever else is not to be kept alive: they are copied. */
  static ofCopy<H, T>(header: H, bytes: Uint8Array): Encoded<H, T> {
    keepBytes(bytes);
    return new Encoded<H, T>(header, undefined, kept.slab, kept.start, kept.start + bytes.length);
  }

  /** The same value, and the same bytes if they are made, under another header. */
  withHeader<G>(header: G): Encoded<G, T> {
    const encoded = new Encoded<G, T>(header, this.#value, this.#slab, this.#start, this.#end);
    if (this.#value !== undefined) keep(encoded as Encoded);
    return encoded;
  }

  get value(): T {
    if (this.#value === undefined) {
      const slab = this.#slab as Uint8Array;
      this.#value = (isRaw(slab, this.#start) ? slab.subarray(this.#start + RAW_PREFIX, this.#end) : valueCodec.decode(slab.subarray(this.#start, this.#end))) as T;
      keep(this as Encoded);
    }
    return this.#value;
  }

  /** Whether `bytes` costs nothing: it came from another host, or has been sent to one. */
  get hasBytes(): boolean {
    return this.#slab !== undefined;
  }

  get bytes(): Uint8Array {
    if (this.#slab === undefined) this.#encode();
    return (this.#slab as unknown as Uint8Array).subarray(this.#start, this.#end);
  }

  /** How many bytes the value takes. */
  get size(): number {
    if (this.#slab === undefined) this.#encode();
    return this.#end - this.#start;
  }

  /**
   * For one that has turned out to live long: moves its bytes away from those that were made at the same time, so that they can be
   * freed. Nobody notices, other than by `bytes` being elsewhere.
   */
  settle(): void {
    if (this.#slab === undefined) this.#encode();
    settleBytes(this.#slab as unknown as Uint8Array, this.#start, this.#end);
    this.#end += kept.start - this.#start;
    this.#start = kept.start;
    this.#slab = kept.slab;
  }

  #encode(): void {
    const value: unknown = this.#value;
    if (value instanceof Uint8Array) {
      keepRaw(value);
      this.#end = kept.start + value.length + RAW_PREFIX;
    } else {
      const bytes = valueCodec.encode(value);
      keepBytes(bytes);
      this.#end = kept.start + bytes.length;
    }
    this.#slab = kept.slab;
    this.#start = kept.start;
  }

  /** Leaves the cache of decoded values: from here on the object costs its bytes alone. */
  private release(): void {
    if (this.#slab === undefined) this.#encode();
    this.#value = undefined;
  }

  static {
    releaseValue = (encoded) => encoded.release();
  }
}

/** How values other than raw bytes become bytes, which may be a view that is good until the next call; `codec.ts` gives the msgpack one. */
export interface ValueCodec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

let valueCodec: ValueCodec;
export const useValueCodec = (codec: ValueCodec): void => {
  valueCodec = codec;
};

/** The decoded values that a thread keeps: a ring, so that the value that entered first leaves first. */
let ring: (Encoded | undefined)[] = new Array<Encoded | undefined>(4096);
let next = 0;

/** Sets how many decoded values this thread keeps (default 4096). */
export const boundDecodedValues = (count: number): void => {
  for (const encoded of ring) if (encoded) releaseValue(encoded);
  ring = new Array<Encoded | undefined>(count);
  next = 0;
};

const keep = (encoded: Encoded): void => {
  const leaving = ring[next];
  if (leaving) releaseValue(leaving);
  ring[next] = encoded;
  next = next + 1 === ring.length ? 0 : next + 1;
};
