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
  #bytes: Uint8Array | undefined;

  private constructor(header: H, value: T | undefined, bytes: Uint8Array | undefined) {
    this.header = header;
    this.#value = value;
    this.#bytes = bytes;
  }

  static ofValue<H, T>(header: H, value: T & {}): Encoded<H, T> {
    const encoded = new Encoded<H, T>(header, value, undefined);
    keep(encoded as Encoded);
    return encoded;
  }

  static ofBytes<H, T>(header: H, bytes: Uint8Array): Encoded<H, T> {
    return new Encoded<H, T>(header, undefined, bytes);
  }

  /** The same value, and the same bytes if they are made, under another header. */
  withHeader<G>(header: G): Encoded<G, T> {
    const encoded = new Encoded<G, T>(header, this.#value, this.#bytes);
    if (this.#value !== undefined) keep(encoded as Encoded);
    return encoded;
  }

  get value(): T {
    if (this.#value === undefined) {
      this.#value = valueCodec.decode(this.#bytes as Uint8Array) as T;
      keep(this as Encoded);
    }
    return this.#value;
  }

  /** Whether `bytes` costs nothing: it came from another host, or has been sent to one. */
  get hasBytes(): boolean {
    return this.#bytes !== undefined;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= valueCodec.encode(this.#value));
  }

  /** Leaves the cache of decoded values: from here on the object costs its bytes alone. */
  private release(): void {
    this.#bytes ??= valueCodec.encode(this.#value);
    this.#value = undefined;
  }

  static {
    releaseValue = (encoded) => encoded.release();
  }
}

/** How values become bytes; `codec.ts` gives the msgpack one. */
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
