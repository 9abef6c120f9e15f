import { copyBytes } from './copy-bytes.js';
import { keepPacked, unpackAll, unpackedSize, unpackHead, unpackValue } from './packed-slab.js';
import { MARKED_BYTES, type Marks, type Written } from './record-writer.js';
import type { Revision } from './revision-reader.js';
import { isRaw, keepBytes, keepRaw, keepRoom, kept, RAW_PREFIX } from './slab.js';

/** The msgpack extension that carries an `Encoded` as its `wire`. */
export const ENCODED_EXTENSION = 0x45;

/** Bytes that hold the length of a header on the wire. */
const HEAD_PREFIX = 2;

/** In place of where the bytes of the header stand: nowhere, or packed with those of the value. */
const NOWHERE = -1;
const PACKED = -2;

let releaseValue: (encoded: Encoded) => void;

/**
 * A value with its msgpack bytes, made at most once, and a header that can be read without decoding.
 * What a store keeps, a cache holds and a watcher receives is one and the same `Encoded`. Bytes are made when the value first
 * crosses to another host or leaves the cache of decoded values; the value is made from the bytes on demand and kept in a
 * bounded cache per thread (`boundDecodedValues`). Both are immutable once given.
 */
export class Encoded<H = unknown, T = unknown> {
  /** Made from its bytes when first asked for: msgpackr copies its whole input when it is entered from within a frame. */
  #header: H | undefined;
  #value: T | undefined;
  /** Holds the bytes, once they are made, from `#start` to `#end`. */
  #slab: Uint8Array | undefined;
  #start: number;
  #end: number;
  /** Where, before `#start`, the length and the bytes of the header stand, once they are made; or one of the above. */
  #head = NOWHERE;
  /** Where the parts of the value stand in its bytes, while both are there. */
  #marks: Marks | undefined;

  private constructor(header: H | undefined, value: T | undefined, slab: Uint8Array | undefined, start: number, end: number) {
    this.#header = header;
    this.#value = value;
    this.#slab = slab;
    this.#start = start;
    this.#end = end;
  }

  static ofValue<H, T>(header: H, value: T & {}): Encoded<H, T> {
    if (value instanceof Uint8Array) return Encoded.#ofRaw(header, value);
    const encoded = new Encoded<H, T>(header, value, undefined, 0, 0);
    keep(encoded as Encoded);
    return encoded;
  }

  /** As `ofValue`, with its bytes made at once: what the value shares with the former one is copied from that one's. */
  static ofRevision<H, T>(header: H, value: T & {}, former: Encoded): Encoded<H, T> {
    const encoded = Encoded.ofValue<H, T>(header, value);
    if (encoded.#slab === undefined) encoded.#encodeBoth(former.#marks && { marks: former.#marks, bytes: former.#slab as Uint8Array, start: former.#start });
    return encoded;
  }

  /** What is bytes already is copied, and stands in them from the beginning: there is nothing to let go of later. */
  static #ofRaw<H, T>(header: H, value: Uint8Array): Encoded<H, T> {
    keepRaw(value);
    return new Encoded<H, T>(header, undefined, kept.slab, kept.start, kept.start + value.length + RAW_PREFIX);
  }

  static ofBytes<H, T>(header: H, bytes: Uint8Array): Encoded<H, T> {
    return new Encoded<H, T>(header, undefined, bytes, 0, bytes.length);
  }

  /** What `wire` gave on another host; it is copied, so that the frame that it came in is not kept alive. */
  static ofWire<H, T>(wire: Uint8Array): Encoded<H, T> {
    const start = HEAD_PREFIX + ((wire[0] as number) << 8) + (wire[1] as number);
    keepBytes(wire);
    const encoded = new Encoded<H, T>(undefined, undefined, kept.slab, kept.start + start, kept.start + wire.length);
    encoded.#head = kept.start;
    return encoded;
  }

  /** What `wire` gave on another host, where it stands in a frame. */
  static inFrame<H, T>(frame: Uint8Array, from: number, to: number): Encoded<H, T> {
    const encoded = new Encoded<H, T>(undefined, undefined, frame, from + HEAD_PREFIX + ((frame[from] as number) << 8) + (frame[from + 1] as number), to);
    encoded.#head = from;
    return encoded;
  }

  /** The same value, and the same bytes if they are made, under another header. */
  withHeader<G>(header: G): Encoded<G, T> {
    if (this.isSettled) {
      keepBytes(this.bytes);
      return new Encoded<G, T>(header, undefined, kept.slab, kept.start, kept.start + this.size);
    }
    const encoded = new Encoded<G, T>(header, this.#value, this.#slab, this.#start, this.#end);
    if (this.#value !== undefined) keep(encoded as Encoded);
    return encoded;
  }

  get header(): H {
    if (this.#header !== undefined || this.#head === NOWHERE) return this.#header as H;
    const header = (this.#header = valueCodec.decode(this.#headBytes) as H);
    // Made for once, and not to stay: what is packed is hardly ever read.
    if (this.#head === PACKED) keep(this as Encoded);
    return header;
  }

  get value(): T {
    if (this.#value !== undefined) return this.#value;
    const { bytes } = this;
    const value = (isRaw(bytes, 0) ? bytes.subarray(RAW_PREFIX) : bytes.length < MARKED_BYTES ? valueCodec.decode(bytes) : this.#decodeRevision(bytes)) as T;
    this.#value = value;
    // It may take the place of itself, and is let go then.
    keep(this as Encoded);
    return value;
  }

  /** Whether `bytes` costs nothing: it came from another host, or has been sent to one. */
  get hasBytes(): boolean {
    return this.#slab !== undefined;
  }

  get bytes(): Uint8Array {
    if (this.#slab === undefined) this.#encode();
    const slab = this.#slab as unknown as Uint8Array;
    return this.#head === PACKED ? unpackValue(slab, this.#start) : slab.subarray(this.#start, this.#end);
  }

  /** Header and value as they cross to another host or stand in a log: made once, however often they do. */
  get wire(): Uint8Array {
    // It stays packed: what is asked for once may rest again.
    if (this.isSettled) return unpackAll(this.#slab as Uint8Array, this.#start);
    if (this.#slab === undefined || this.#head < 0) this.#encodeBoth();
    return (this.#slab as unknown as Uint8Array).subarray(this.#head, this.#end);
  }

  /** How many bytes the value takes. */
  get size(): number {
    // What is an object will cross hosts or go to a log, so its header is made with it; raw bytes are somebody's plain store.
    if (this.#slab === undefined) this.#encodeBoth();
    return this.isSettled ? unpackedSize(this.#slab as Uint8Array, this.#start) : this.#end - this.#start;
  }

  /** What its bytes stand in, with those of others, and how many they are there: for who weighs memory. */
  get place(): { readonly slab: Uint8Array; readonly bytes: number } | undefined {
    return this.#slab && { slab: this.#slab, bytes: this.#end - this.#start };
  }

  /**
   * For one that has turned out to live long: packs its bytes, away from those that were made at the same time, so that these can be
   * freed. `kind` says which others it is like. Nobody notices, but by the time that header and value take when they are asked for.
   */
  settle(kind: string): void {
    const { wire } = this;
    const valueStart = wire.length - this.size;
    this.#end = keepPacked(kind, wire, valueStart);
    this.#slab = kept.slab;
    this.#start = kept.start;
    this.#head = PACKED;
    this.#unmark();
    if (this.#value === undefined) this.#header = undefined;
  }

  /** Whether its bytes are packed. */
  get isSettled(): boolean {
    return this.#head === PACKED;
  }

  /** Shares what is alike with the revision of the same object that was decoded last. */
  #decodeRevision(bytes: Uint8Array): unknown {
    const identity = (this.header as Identified | undefined)?.uid;
    if (identity === undefined || this.isSettled) return valueCodec.decode(bytes);
    const former = latest.get(identity);
    const { value, marks } = valueCodec.decodeRevision(bytes, former && former.#marks && { marks: former.#marks, bytes: former.#slab as Uint8Array, start: former.#start });
    this.#marks = marks;
    latest.set(identity, this as Encoded);
    return value;
  }

  get #headBytes(): Uint8Array {
    const slab = this.#slab as Uint8Array;
    return this.#head === PACKED ? unpackHead(slab, this.#start).subarray(HEAD_PREFIX) : slab.subarray(this.#head + HEAD_PREFIX, this.#start);
  }

  /** Value bytes that are there already move next to their header. */
  #encodeBoth(former?: Written): void {
    if (this.#slab === undefined) {
      const wire = valueCodec.encodeWire(this.header, this.#value, former);
      this.#marks = valueCodec.marks();
      keepBytes(wire);
      this.#placed(((wire[0] as number) << 8) + (wire[1] as number), kept.start + wire.length);
      return;
    }
    const value = this.bytes;
    const head = valueCodec.encode(this.header);
    const { length } = head;
    if (length > 0xffff) throw new RangeError(`the header of an Encoded takes ${length} bytes; 65,535 are the limit`);
    keepRoom(HEAD_PREFIX + length + value.length);
    const { slab, start } = kept;
    slab[start] = length >>> 8;
    slab[start + 1] = length & 0xff;
    copyBytes(head, slab, start + HEAD_PREFIX);
    copyBytes(value, slab, start + HEAD_PREFIX + length);
    this.#placed(length, start + HEAD_PREFIX + length + value.length);
  }

  /** The bytes that were kept last are the header's, of this length, and the value's up to `end`. */
  #placed(headerLength: number, end: number): void {
    this.#slab = kept.slab;
    this.#head = kept.start;
    this.#start = kept.start + HEAD_PREFIX + headerLength;
    this.#end = end;
  }

  #encode(): void {
    const bytes = valueCodec.encode(this.#value);
    keepBytes(bytes);
    this.#slab = kept.slab;
    this.#start = kept.start;
    this.#end = kept.start + bytes.length;
  }

  /** Leaves the cache of decoded values: from here on the object costs its bytes alone. */
  private release(): void {
    if (this.#slab === undefined) this.#encode();
    this.#unmark();
    this.#value = undefined;
    // The header can be read again too, where its bytes stand with the value's.
    if (this.#head !== NOWHERE) this.#header = undefined;
  }

  /** From here on no other revision can share with this one. */
  #unmark(): void {
    const identity = this.#marks && (this.#header as Identified | undefined)?.uid;
    if (identity !== undefined && latest.get(identity) === (this as Encoded)) latest.delete(identity);
    this.#marks = undefined;
  }

  static {
    releaseValue = (encoded) => encoded.release();
  }
}

/** How values other than raw bytes become bytes, which may be overwritten by the next that are made; `codec.ts` gives the msgpack one. */
export interface ValueCodec {
  encode(value: unknown): Uint8Array;
  /** Two bytes with the length of the header's, the header, the value. */
  encodeWire(header: unknown, value: unknown, former: Written | undefined): Uint8Array;
  /** Of the value that `encodeWire` was given last. */
  marks(): Marks | undefined;
  decode(bytes: Uint8Array): unknown;
  /** As `decode`; what the value shares with `former` is taken from there. */
  decodeRevision(bytes: Uint8Array, former: Written | undefined): Revision;
}

/** A header that says which object the value is a revision of. */
interface Identified {
  readonly uid?: string;
}

/** By object: the revision that was decoded last, as long as it is. */
const latest = new Map<string, Encoded>();

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
  fresh = 0;
  stale = 0;
};

/** How many values were kept since the last sweep, and how many between that and the one before; there are no others. */
let fresh = 0;
let stale = 0;

/** Lets go of the values that were kept before the last sweep: a thread that has nothing to do holds on to none. */
export const sweepDecodedValues = (): void => {
  const { length } = ring;
  // The newest is the one before that which would be overwritten next.
  for (let age = Math.min(fresh + stale, length); age > fresh; age--) {
    const at = (next - age + length) % length;
    const encoded = ring[at];
    ring[at] = undefined;
    if (encoded) releaseValue(encoded);
  }
  stale = fresh;
  fresh = 0;
};

const keep = (encoded: Encoded): void => {
  const leaving = ring[next];
  if (leaving) releaseValue(leaving);
  ring[next] = encoded;
  fresh++;
  next = next + 1 === ring.length ? 0 : next + 1;
};
