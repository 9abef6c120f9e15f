import { addExtension, Packr } from 'msgpackr';
import { copyBytes } from './copy-bytes.js';
import { Encoded, ENCODED_EXTENSION, useValueCodec } from './encoded.js';
import { FieldReader, type Fields } from './field-reader.js';
import { hash32 } from './random.js';
import { RecordReader } from './record-reader.js';
import { type Marks, RecordWriter, type Written } from './record-writer.js';
import { type Revision, RevisionReader } from './revision-reader.js';
import { adoptSlab } from './slab.js';

/** What stands in smaller frames is copied in less time than a frame takes to get its weight. */
const SMALLEST_ADOPTED = 4096;

/** The keys of an object shape, in the order in which the object has them. */
export type Structure = readonly string[];

/**
 * msgpack with a frozen list of object shapes: frames and files name the list by its hash and hold only numbers for the shapes in
 * it. Objects of other shapes bring their keys along, so every frame can be read by itself. Plain data is read and written
 * by `RecordReader` and `RecordWriter`, in the bytes of msgpackr, which reads and writes all else.
 */
export class Codec {
  readonly id: string;
  readonly #packr: Packr;
  readonly #writer: RecordWriter;
  /** An `Encoded` may get its bytes while the frame around it is being written, and a writer is not to be entered twice. */
  readonly #values: Packr;
  readonly #valueWriter: RecordWriter;
  readonly #reader: RecordReader;
  readonly #revisions: RevisionReader;
  readonly #fields: FieldReader;
  /** Where bytes of shared memory are read: they come at once, and not one by one as another processor lets go of them. */
  #scratch: Uint8Array = new Uint8Array(1 << 14);
  /** What `decodeFrame` reads, and whether something of it stays there. */
  #frame: Uint8Array | undefined;
  #isAdopted = false;

  /** `id` is that of an earlier codec of the same structures, where it is known: a thousand threads need not work it out each. */
  constructor(structures: readonly Structure[], id = hash32(JSON.stringify(structures)).toString(16).padStart(8, '0')) {
    this.id = id;
    this.#packr = frozenPackr(structures);
    this.#values = frozenPackr(structures);
    this.#writer = new RecordWriter(structures);
    this.#valueWriter = new RecordWriter(structures, this.#writer);
    // msgpackr takes no shared memory.
    this.#reader = new RecordReader(structures, (bytes) => this.#values.unpack(bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes), (type, start, end) => (type === ENCODED_EXTENSION ? this.#encodedAt(start, end) : undefined));
    this.#revisions = new RevisionReader(this.#reader);
    this.#fields = new FieldReader(this.#reader);
  }

  /** The bytes stand in a buffer that the next call uses again: whoever keeps them copies them. */
  encode(value: unknown): Uint8Array {
    return this.#writer.write(value) ?? this.#packr.pack(value);
  }

  /** As `encode`; may be called while `encode` runs. */
  encodeValue(value: unknown): Uint8Array {
    return this.#valueWriter.write(value) ?? this.#values.pack(value);
  }

  /** Header and value as an `Encoded` crosses hosts (`wire`); as `encodeValue` else. `marks` tells then where the parts of the value stand. */
  encodeWire(header: unknown, value: unknown, former?: Written): Uint8Array {
    const both = this.#valueWriter.writeTwo(header, value, former);
    if (both) return both;
    const head = Uint8Array.from(this.encodeValue(header));
    return Buffer.concat([Uint8Array.of(head.length >> 8, head.length), head, this.encodeValue(value)]);
  }

  get marks(): Marks | undefined {
    return this.#valueWriter.marks;
  }

  /** A message as another host would receive it. */
  recode<M>(message: M): M {
    return this.decode(this.encode(message).slice()) as M;
  }

  decode(bytes: Uint8Array): unknown {
    if (!(bytes.buffer instanceof SharedArrayBuffer)) return this.#reader.read(bytes);
    if (bytes.length > this.#scratch.length) this.#scratch = new Uint8Array(bytes.length * 2);
    copyBytes(bytes, this.#scratch, 0);
    return this.#reader.read(this.#scratch, bytes.length);
  }

  /** A frame that nobody writes to any more: what it holds as `Encoded` stays in it, and is copied with the frame if at all. */
  decodeFrame(frame: Uint8Array): unknown {
    this.#frame = frame.length >= SMALLEST_ADOPTED && frame.buffer instanceof SharedArrayBuffer ? frame : undefined;
    this.#isAdopted = false;
    try {
      return this.decode(frame);
    } finally {
      this.#frame = undefined;
    }
  }

  #encodedAt(start: number, end: number): Encoded {
    const frame = this.#frame;
    if (frame === undefined) return Encoded.ofWire(this.#reader.bytes.subarray(start, end));
    if (!this.#isAdopted) adoptSlab(frame);
    this.#isAdopted = true;
    return Encoded.inFrame(frame, start, end);
  }

  /** A value alone. What it shares with `former` is taken from there. */
  decodeRevision(bytes: Uint8Array, former: Written | undefined): Revision {
    return this.#revisions.read(bytes, former);
  }

  /** What stands at some fields of a value, without decoding the rest. */
  readFields(bytes: Uint8Array, fields: true | Fields): unknown {
    return this.#fields.read(bytes, fields);
  }
}

/**
 * A list that may not grow: an object of another shape is written as a map, and maps are read as objects. The list is given by
 * `getStructures` because with the option `structures` msgpackr 2.1.3 cannot read back what it writes for the 33rd shape and on.
 */
const frozenPackr = (structures: readonly Structure[]): Packr =>
  new Packr({ getStructures: () => structures.map((keys) => [...keys]), maxSharedStructures: structures.length, maxOwnStructures: 0, mapsAsObjects: true, useToJSON: false, copyBuffers: true } as object);

/** Learns the object shapes that occur in `samples`, for a committed list. */
export const learnStructures = (samples: Iterable<unknown>): Structure[] => {
  const structures: string[][] = [];
  const packr = new Packr({ structures, maxSharedStructures: 8000, moreTypes: true, useToJSON: false } as object);
  for (const sample of samples) packr.pack(sample);
  return structures.map((keys) => [...keys]);
};

let current = new Codec([]);

/** The codec of this thread. Every host of a run uses the same. */
export const codec = (): Codec => current;

export const useStructures = (structures: readonly Structure[], id?: string): void => {
  current = new Codec(structures, id);
};

useValueCodec({ encode: (value) => current.encodeValue(value), encodeWire: (header, value, former) => current.encodeWire(header, value, former), marks: () => current.marks, decode: (bytes) => current.decode(bytes), decodeRevision: (bytes, former) => current.decodeRevision(bytes, former) });

addExtension({
  Class: Encoded,
  type: ENCODED_EXTENSION,
  pack: (encoded: Encoded) => encoded.wire,
  unpack: (wire: Uint8Array) => Encoded.ofWire(wire),
} as Parameters<typeof addExtension>[0]);
