import type { Structure } from './codec.js';
import { Encoded } from './encoded.js';

/** The ids of frozen shapes in msgpackr's format: one byte up to 0x5f, from there on two. */
const FIRST_RECORD = 0x40;
const FIRST_LONG_RECORD = 0x60;
/** The extension that carries an `Encoded` as its `wire`. */
export const ENCODED_EXTENSION = 0x45;

const INITIAL_BYTES = 1 << 16;
/** A buffer that a large message made grow beyond this is not kept. */
const KEPT_BYTES = 8 << 20;
/** Shorter strings are written by a loop, others by Node: reading strings that are pieced together unit by unit is slow. */
const SHORT_STRING = 24;

/** A thread that writes few of a shape is done before its code would be compiled; a thousand threads write few. */
const COMPILED_AFTER = 16;

/** Where a walk over the keys of an object stands: nearly always one key only can follow. */
interface Shape {
  /** The record's id, or 0 if no shape ends here. */
  id: number;
  /** The keys that lead here; how their values are written is compiled when the first such object comes. */
  keys: Structure;
  write: ((writer: RecordWriter, value: object) => void) | undefined;
  /** How many such objects were written before that. */
  uses: number;
  key: string | undefined;
  next: Shape | undefined;
  others: Map<string, Shape> | undefined;
}

const newShape = (): Shape => ({ id: 0, keys: [], write: undefined, uses: 0, key: undefined, next: undefined, others: undefined });

/** Straight-line code: V8 reads `value.name` from few hidden classes at the cost of a load, and `value[key]` in a loop at that of a search. */
const compile = (keys: Structure): NonNullable<Shape['write']> =>
  new Function('writer', 'value', keys.map((key) => `writer.value(value[${JSON.stringify(key)}]);`).join('\n')) as NonNullable<Shape['write']>;

const shapesOf = (structures: readonly Structure[]): Shape => {
  const root = newShape();
  structures.forEach((keys, index) => {
    let shape = root;
    for (const key of keys) {
      let next = shape.key === key ? shape.next : shape.others?.get(key);
      if (!next) {
        next = newShape();
        if (shape.key === undefined) [shape.key, shape.next] = [key, next];
        else (shape.others ??= new Map()).set(key, next);
      }
      shape = next;
    }
    shape.id = FIRST_RECORD + index;
    shape.keys = keys;
  });
  return root;
};

/**
 * Where the objects of the first levels of a value stand in its bytes, counted from its first, each before those within it. The next
 * revision of the value shares most of them, and copies their bytes instead of walking through memory that nobody has touched for long.
 */
export interface Marks {
  readonly objects: readonly object[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A value whose bytes are known. */
export interface Written {
  readonly marks: Marks;
  readonly bytes: Uint8Array;
  /** Where the value begins in `bytes`. */
  readonly start: number;
}

/** For an object: its fields, theirs, and the elements of those that are lists. */
const MARKED_LEVELS = 3;
/** Bytes of a value that is worth marks. */
const MARKED_BYTES = 1024;

/** What `Buffer.write` calls, without its reading of arguments; msgpackr calls it too. */
type WritableBuffer = Buffer & { utf8Write(text: string, at: number): number };

/** Thrown at a value whose writing is msgpackr's. */
const UNUSUAL = Symbol('unusual');

/**
 * Writes plain data as msgpackr does with a frozen list of shapes, byte for byte, into one buffer that it uses again and again:
 * three times as fast, and without the garbage (msgpackr looks at each key four times and hands out pieces of ever new buffers, which
 * made V8 collect its young generation every 32 MB of them).
 */
export class RecordWriter {
  readonly #shapes: Shape;
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES) as WritableBuffer;
  #view = viewOf(this.#bytes);
  #at = 0;
  /** Of the value that `writeTwo` wrote last, if it was worth it. */
  marks: Marks | undefined;
  /** The marks that are being made, and the value that is being written begins there. */
  readonly #objects: object[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #origin = 0;
  #former: Written | undefined;
  /** Where in the former marks the search for the next object begins. */
  #cursor = 0;

  /** `like` is another writer of the same structures. */
  constructor(structures: readonly Structure[], like?: RecordWriter) {
    this.#shapes = like ? like.#shapes : shapesOf(structures);
  }

  /** The bytes, which are the caller's until the next call; undefined if the value holds what only msgpackr writes (maps, sets, dates, big integers). */
  write(value: unknown): Uint8Array | undefined {
    this.#begin();
    return this.#usual(value) ? this.#written() : undefined;
  }

  /**
   * Two values, one after the other, after two bytes that hold the length of the first; else as `write`. What the second shares with
   * `former` is copied from there.
   */
  writeTwo(first: unknown, second: unknown, former?: Written): Uint8Array | undefined {
    this.#begin();
    this.#at = 2;
    this.marks = undefined;
    if (!this.#usual(first)) return undefined;
    const length = this.#at - 2;
    if (length > 0xffff) throw new RangeError(`the header of an Encoded takes ${length} bytes; 65,535 are the limit`);
    this.#former = former;
    this.#origin = this.#at;
    this.#cursor = 0;
    const usual = this.#usual(second, 0);
    if (usual && this.#at - this.#origin >= MARKED_BYTES) this.marks = { objects: this.#objects.slice(), starts: this.#starts.slice(), ends: this.#ends.slice() };
    this.#objects.length = this.#starts.length = this.#ends.length = 0;
    this.#former = undefined;
    if (!usual) return undefined;
    this.#bytes[0] = length >> 8;
    this.#bytes[1] = length;
    return this.#written();
  }

  #begin(): void {
    if (this.#bytes.length > KEPT_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES) as WritableBuffer;
      this.#view = viewOf(this.#bytes);
    }
    this.#at = 0;
  }

  #usual(value: unknown, level = MARKED_LEVELS): boolean {
    try {
      if (level < MARKED_LEVELS) this.#marked(value, level);
      else this.value(value);
      return true;
    } catch (error) {
      if (error === UNUSUAL) return false;
      throw error;
    }
  }

  /** A value of the first levels: copied if the former value holds the same object, else written and marked. */
  #marked(value: unknown, level: number): void {
    if (level > MARKED_LEVELS || typeof value !== 'object' || value === null) return this.value(value);
    if (level > 0 && this.#former !== undefined && this.#copied(value, this.#former)) return;
    const mark = this.#objects.push(value) - 1;
    this.#starts.push(this.#at - this.#origin);
    this.#ends.push(0);
    if (Array.isArray(value)) {
      this.#arrayHead(value.length);
      for (let i = 0; i < value.length; i++) this.#marked(value[i], level + 1);
    } else if (level === MARKED_LEVELS || !this.#recordHead(value as Record<string, unknown>)) this.value(value);
    else for (const key in value) this.#marked((value as Record<string, unknown>)[key], level + 1);
    this.#ends[mark] = this.#at - this.#origin;
  }

  #copied(value: object, { marks, bytes, start }: Written): boolean {
    const { objects, starts, ends } = marks;
    // Both come in the same order, so the first look nearly always finds it.
    let found = objects.indexOf(value, this.#cursor);
    if (found < 0) found = objects.lastIndexOf(value, this.#cursor);
    if (found < 0) return false;
    const from = starts[found] as number;
    const to = ends[found] as number;
    this.#room(to - from);
    this.#bytes.set(bytes.subarray(start + from, start + to), this.#at);
    const moved = this.#at - this.#origin - from;
    this.#at += to - from;
    do {
      this.#objects.push(objects[found] as object);
      this.#starts.push((starts[found] as number) + moved);
      this.#ends.push((ends[found] as number) + moved);
      found++;
    } while (found < objects.length && (starts[found] as number) < to);
    this.#cursor = found;
    return true;
  }

  /** Not a Buffer, whose `slice` would not copy. */
  #written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#at);
  }

  /** Writes one value behind the others: for the code of a shape. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        this.#room(1);
        this.#bytes[this.#at++] = value ? 0xc3 : 0xc2;
        return;
      case 'object':
        if (value === null) {
          this.#room(1);
          this.#bytes[this.#at++] = 0xc0;
        } else if (Array.isArray(value)) this.#array(value);
        else this.#record(value as Record<string, unknown>);
        return;
      case 'undefined': {
        // Fixext 1 of type 0, which msgpackr reads as undefined.
        this.#room(3);
        const bytes = this.#bytes;
        bytes[this.#at++] = 0xd4;
        bytes[this.#at++] = 0;
        bytes[this.#at++] = 0;
        return;
      }
      default:
        throw UNUSUAL;
    }
  }

  /** An object that is not of a known shape: a map, if it is nothing else. What has no keys of its own to be seen may be anything. */
  #other(value: Record<string, unknown>): void {
    const { constructor } = value;
    if (constructor === Object || constructor === undefined) return this.#map(value);
    if (constructor === Encoded) return this.#encoded((value as unknown as Encoded).wire);
    if (constructor === Uint8Array || constructor === Buffer) return this.#binary(value as unknown as Uint8Array);
    throw UNUSUAL;
  }

  #array(values: readonly unknown[]): void {
    const { length } = values;
    this.#arrayHead(length);
    for (let i = 0; i < length; i++) this.value(values[i]);
  }

  #arrayHead(length: number): void {
    this.#room(5);
    const bytes = this.#bytes;
    if (length < 0x10) bytes[this.#at++] = 0x90 | length;
    else if (length < 0x10000) {
      bytes[this.#at++] = 0xdc;
      bytes[this.#at++] = length >> 8;
      bytes[this.#at++] = length;
    } else {
      bytes[this.#at++] = 0xdd;
      this.#view.setUint32(this.#at, length);
      this.#at += 4;
    }
  }

  #record(value: Record<string, unknown>): void {
    const shape = this.#shapeOf(value);
    if (shape === undefined) return this.#other(value);
    this.#recordId(shape.id);
    if (shape.write === undefined && ++shape.uses < COMPILED_AFTER) for (const key of shape.keys) this.value(value[key]);
    else (shape.write ??= compile(shape.keys))(this, value);
  }

  /** Begins an object of a known shape; false and nothing if it is of another. */
  #recordHead(value: Record<string, unknown>): boolean {
    const shape = this.#shapeOf(value);
    if (shape === undefined) return false;
    this.#recordId(shape.id);
    return true;
  }

  #shapeOf(value: Record<string, unknown>): Shape | undefined {
    let shape = this.#shapes;
    for (const key in value) {
      const next: Shape | undefined = shape.key === key ? shape.next : shape.others?.get(key);
      if (next === undefined) return undefined;
      shape = next;
    }
    return shape.id === 0 || shape === this.#shapes ? undefined : shape;
  }

  #recordId(id: number): void {
    this.#room(2);
    if (id < FIRST_LONG_RECORD) this.#bytes[this.#at++] = id;
    else {
      this.#bytes[this.#at++] = ((id - FIRST_LONG_RECORD) & 0x1f) + FIRST_LONG_RECORD;
      this.#bytes[this.#at++] = (id - FIRST_LONG_RECORD) >> 5;
    }
  }

  /** An object of another shape. */
  #map(value: Record<string, unknown>): void {
    this.#room(3);
    const start = this.#at;
    this.#at += 3;
    let size = 0;
    for (const key in value) {
      this.#string(key);
      this.value(value[key]);
      size++;
    }
    if (size > 0xffff) throw new RangeError(`an object of ${size} keys is too large for a message (65,535 are the limit)`);
    this.#bytes[start] = 0xde;
    this.#bytes[start + 1] = size >> 8;
    this.#bytes[start + 2] = size;
  }

  #encoded(wire: Uint8Array): void {
    const { length } = wire;
    this.#room(6 + length);
    const bytes = this.#bytes;
    switch (length) {
      case 4:
      case 8:
      case 16:
        bytes[this.#at++] = length === 4 ? 0xd6 : length === 8 ? 0xd7 : 0xd8;
        break;
      default:
        if (length < 0x100) {
          bytes[this.#at++] = 0xc7;
          bytes[this.#at++] = length;
        } else if (length < 0x10000) {
          bytes[this.#at++] = 0xc8;
          bytes[this.#at++] = length >> 8;
          bytes[this.#at++] = length;
        } else {
          bytes[this.#at++] = 0xc9;
          this.#view.setUint32(this.#at, length);
          this.#at += 4;
        }
    }
    bytes[this.#at++] = ENCODED_EXTENSION;
    bytes.set(wire, this.#at);
    this.#at += length;
  }

  #binary(value: Uint8Array): void {
    const { length } = value;
    this.#room(5 + length);
    const bytes = this.#bytes;
    if (length < 0x100) {
      bytes[this.#at++] = 0xc4;
      bytes[this.#at++] = length;
    } else if (length < 0x10000) {
      bytes[this.#at++] = 0xc5;
      bytes[this.#at++] = length >> 8;
      bytes[this.#at++] = length;
    } else {
      bytes[this.#at++] = 0xc6;
      this.#view.setUint32(this.#at, length);
      this.#at += 4;
    }
    bytes.set(value, this.#at);
    this.#at += length;
  }

  #number(value: number): void {
    this.#room(9);
    const bytes = this.#bytes;
    if (value >>> 0 === value) {
      if (value < 0x40) bytes[this.#at++] = value;
      else if (value < 0x100) {
        bytes[this.#at++] = 0xcc;
        bytes[this.#at++] = value;
      } else if (value < 0x10000) {
        bytes[this.#at++] = 0xcd;
        bytes[this.#at++] = value >> 8;
        bytes[this.#at++] = value;
      } else {
        bytes[this.#at++] = 0xce;
        this.#view.setUint32(this.#at, value);
        this.#at += 4;
      }
    } else if (value >> 0 === value) {
      if (value >= -0x20) bytes[this.#at++] = 0x100 + value;
      else if (value >= -0x80) {
        bytes[this.#at++] = 0xd0;
        bytes[this.#at++] = value + 0x100;
      } else if (value >= -0x8000) {
        bytes[this.#at++] = 0xd1;
        this.#view.setInt16(this.#at, value);
        this.#at += 2;
      } else {
        bytes[this.#at++] = 0xd2;
        this.#view.setInt32(this.#at, value);
        this.#at += 4;
      }
    } else {
      bytes[this.#at++] = 0xcb;
      this.#view.setFloat64(this.#at, value);
      this.#at += 8;
    }
  }

  #string(value: string): void {
    const { length } = value;
    this.#room(5 + length * 3);
    if (length >= SHORT_STRING) return this.#text(value);
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return this.#text(value);
      bytes[at++] = unit;
    }
    bytes[this.#at] = 0xa0 | length;
    this.#at = at;
  }

  /** A string that is long or not ASCII; there is room for it. */
  #text(value: string): void {
    const units = value.length;
    const bytes = this.#bytes;
    // The place is guessed from the number of UTF-16 units, as msgpackr does, and mended if there are more bytes.
    const guess = units < 0x20 ? 1 : units < 0x100 ? 2 : units < 0x10000 ? 3 : 5;
    const length = bytes.utf8Write(value, this.#at + guess);
    const head = length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
    if (head !== guess) bytes.copyWithin(this.#at + head, this.#at + guess, this.#at + guess + length);
    if (head === 1) bytes[this.#at] = 0xa0 | length;
    else if (head === 2) {
      bytes[this.#at] = 0xd9;
      bytes[this.#at + 1] = length;
    } else if (head === 3) {
      bytes[this.#at] = 0xda;
      bytes[this.#at + 1] = length >> 8;
      bytes[this.#at + 2] = length;
    } else {
      bytes[this.#at] = 0xdb;
      this.#view.setUint32(this.#at + 1, length);
    }
    this.#at += head + length;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + bytes)) as WritableBuffer;
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
