import type { Structure } from './codec.js';
import { InternedTexts } from './interned-texts.js';
import { MARKED_LEVELS, type Marks, type Written } from './record-writer.js';
import { FIRST_LONG_RECORD, FIRST_RECORD } from './record-shapes.js';

type MakeRecord = (reader: RecordReader, level: number) => Record<string, unknown>;

/** A thread that reads few of a shape is done before its code would be compiled. */
const COMPILED_AFTER = 16;
/** The level of what is not marked, and nothing within it. */
const UNMARKED = MARKED_LEVELS + 1;

/** Thrown at bytes whose reading is msgpackr's. */
const UNUSUAL = Symbol('unusual');

/**
 * Reads what `RecordWriter` writes, and passes all else on to msgpackr. A value that is a revision of one that is still decoded shares
 * with that one whatever has the same bytes: a watcher that has seen a pod created makes of its next revision the changed parts only.
 */
export class RecordReader {
  readonly #structures: readonly Structure[];
  readonly #makers: (MakeRecord | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #texts = new InternedTexts();
  readonly #unusual: (bytes: Uint8Array) => unknown;
  readonly #extension: (type: number, bytes: Uint8Array) => unknown;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  /** Of the value that `readMarked` read last. */
  marks: Marks | undefined;
  /** The marks that are being made, and how many they are. */
  readonly #objects: object[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #mark = 0;
  #former: Written | undefined;
  /** Where in the former marks the part is expected that is read next, and where the parts end among which it is one. */
  #cursor = 0;
  #last = 0;

  /** `unusual` reads any value of msgpackr's; `extension` makes the value of an extension, or gives undefined for one that is unknown. */
  constructor(structures: readonly Structure[], unusual: (bytes: Uint8Array) => unknown, extension: (type: number, bytes: Uint8Array) => unknown) {
    this.#structures = structures;
    this.#unusual = unusual;
    this.#extension = extension;
  }

  /** The value whose bytes are the first `length`. */
  read(bytes: Uint8Array, length = bytes.length): unknown {
    return this.#begin(bytes, length, UNMARKED);
  }

  /** As `read`; shares with `former` what is alike, and `marks` tells then where the parts of the value stand. */
  readMarked(bytes: Uint8Array, former: Written | undefined): unknown {
    this.#mark = 0;
    this.#former = former;
    this.#cursor = 0;
    this.#last = former === undefined ? 0 : former.marks.objects.length;
    this.marks = undefined;
    const value = this.#begin(bytes, bytes.length, 0);
    const count = this.#mark;
    if (count > 0) this.marks = { objects: this.#objects.slice(0, count), starts: this.#starts.slice(0, count), ends: this.#ends.slice(0, count) };
    this.#former = undefined;
    return value;
  }

  #begin(bytes: Uint8Array, length: number, level: number): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = length;
    try {
      const value = this.value(level);
      if (this.#at !== length) throw new RangeError(`a value of ${length} bytes was read to ${this.#at}`);
      return value;
    } catch (error) {
      if (error !== UNUSUAL) throw error;
      this.#mark = 0;
      return this.#unusual(length === bytes.length ? bytes : bytes.subarray(0, length));
    }
  }

  /** Reads the value that comes next: for the code of a shape. */
  value(level: number): unknown {
    const bytes = this.#bytes;
    const token = bytes[this.#at] as number;
    if (token < FIRST_RECORD) {
      this.#at++;
      return token;
    }
    if (token < 0xa0) return level < UNMARKED ? this.#marked(token, level) : this.#composed(token, UNMARKED);
    if (token < 0xc0) return this.#text(++this.#at, token & 0x1f);
    if (token >= 0xe0) {
      this.#at++;
      return token - 0x100;
    }
    return this.#long(token, level);
  }

  #long(token: number, level: number): unknown {
    const bytes = this.#bytes;
    const at = this.#at + 1;
    this.#at = at;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcc:
        this.#at = at + 1;
        return bytes[at];
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcb: {
        this.#at = at + 8;
        return viewOf(bytes).getFloat64(at);
      }
      case 0xd0:
        return (this.#unsigned(1) << 24) >> 24;
      case 0xd1:
        return (this.#unsigned(2) << 16) >> 16;
      case 0xd2:
        return this.#unsigned(4) | 0;
      case 0xd9:
        return this.#text(at + 1, bytes[at] as number);
      case 0xda:
        return this.#text(at + 2, ((bytes[at] as number) << 8) | (bytes[at + 1] as number));
      case 0xdb: {
        const length = this.#unsigned(4);
        return this.#text(this.#at, length);
      }
      case 0xc4:
        return this.#binary(this.#unsigned(1));
      case 0xc5:
        return this.#binary(this.#unsigned(2));
      case 0xc6:
        return this.#binary(this.#unsigned(4));
      case 0xdc:
      case 0xdd:
      case 0xde:
      case 0xdf:
        this.#at = at - 1;
        return level < UNMARKED ? this.#marked(token, level) : this.#composed(token, UNMARKED);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extended(1 << (token - 0xd4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extended(this.#unsigned(1 << (token - 0xc7)));
      default:
        throw UNUSUAL;
    }
  }

  /** An object or a list of any size; its token has not been passed yet. Only what is in lists and records is of the next `level`. */
  #composed(token: number, level: number): object {
    this.#at++;
    if (token < 0x80) return this.#record(token, level);
    if (token < 0x90) return this.#map(token & 0xf);
    if (token < 0xa0) return this.#array(token & 0xf, level);
    if (token < 0xde) return this.#array(this.#unsigned(token === 0xdc ? 2 : 4), level);
    return this.#map(this.#unsigned(token === 0xde ? 2 : 4));
  }

  /** One of the first levels: taken from the former value if it has the same bytes there, else read and marked. */
  #marked(token: number, level: number): object {
    const start = this.#at;
    const former = this.#former;
    const cursor = this.#cursor;
    const last = this.#last;
    if (former === undefined || cursor >= last) return this.#enter(token, start, level);
    const { marks, bytes } = former;
    let tried = cursor;
    // What an object consists of stays; of its fields and of the items of lists some may have been put in or taken out.
    let isSame = level < 2 || bytes[former.start + (marks.starts[cursor] as number)] === token;
    if (!isSame) {
      tried = afterPart(marks, cursor, last);
      isSame = tried < last && bytes[former.start + (marks.starts[tried] as number)] === token;
    }
    if (isSame) {
      const from = marks.starts[tried] as number;
      const length = (marks.ends[tried] as number) - from;
      if (start + length <= this.#end && sameBytes(bytes, former.start + from, this.#bytes, start, length)) return this.#shared(marks, tried, length);
      this.#cursor = tried + 1;
      this.#last = afterPart(marks, tried, last);
    } else this.#last = cursor;
    const object = this.#enter(token, start, level);
    // Behind the part that it was compared with; one that was put in takes nothing from its neighbours.
    this.#cursor = isSame ? this.#last : cursor;
    this.#last = last;
    return object;
  }

  #enter(token: number, start: number, level: number): object {
    const mark = this.#mark++;
    this.#starts[mark] = start;
    const object = this.#composed(token, level + 1);
    this.#objects[mark] = object;
    this.#ends[mark] = this.#at;
    return object;
  }

  /** The part of the former value at a mark, which has the same bytes, and the marks within it. */
  #shared(marks: Marks, mark: number, length: number): object {
    const end = marks.ends[mark] as number;
    const moved = this.#at - (marks.starts[mark] as number);
    let within = mark;
    let to = this.#mark;
    do {
      this.#objects[to] = marks.objects[within] as object;
      this.#starts[to] = (marks.starts[within] as number) + moved;
      this.#ends[to++] = (marks.ends[within++] as number) + moved;
    } while (within < marks.objects.length && (marks.starts[within] as number) < end);
    this.#mark = to;
    this.#cursor = within;
    this.#at += length;
    return marks.objects[mark] as object;
  }

  #record(token: number, level: number): Record<string, unknown> {
    const index = token < FIRST_LONG_RECORD ? token - FIRST_RECORD : token - FIRST_RECORD + ((this.#bytes[this.#at++] as number) << 5);
    const make = this.#makers[index];
    if (make !== undefined) return make(this, level);
    const keys = this.#structures[index];
    if (keys === undefined) throw UNUSUAL;
    const uses = (this.#uses[index] ?? 0) + 1;
    this.#uses[index] = uses;
    if (uses === COMPILED_AFTER) this.#makers[index] = compile(keys);
    const object: Record<string, unknown> = {};
    for (const key of keys) object[key] = this.value(level);
    return object;
  }

  #array(length: number, level: number): unknown[] {
    if (length > this.#end - this.#at) throw new RangeError(`a list of ${length} items is said to stand in ${this.#end - this.#at} bytes`);
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) array.push(this.value(level));
    return array;
  }

  #map(size: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.value(UNMARKED);
      if (typeof key !== 'string') throw UNUSUAL;
      // As msgpackr has it: no data becomes a prototype.
      object[key === '__proto__' ? '__proto_' : key] = this.value(UNMARKED);
    }
    return object;
  }

  #text(start: number, length: number): string {
    const end = start + length;
    if (end > this.#end) throw new RangeError(`a text of ${length} bytes is said to stand in ${this.#end - start}`);
    this.#at = end;
    return this.#texts.read(this.#bytes, start, end);
  }

  /** A copy: what was read is not kept alive by a piece of it. */
  #binary(length: number): Uint8Array {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw new RangeError(`${length} bytes are said to stand in ${this.#end - start}`);
    return new Uint8Array(this.#bytes.subarray(start, this.#at));
  }

  #extended(length: number): unknown {
    const type = this.#bytes[this.#at] as number;
    const start = this.#at + 1;
    this.#at = start + length;
    if (this.#at > this.#end) throw new RangeError(`an extension of ${length} bytes is said to stand in ${this.#end - start}`);
    if (type === 0 && length === 1) return undefined;
    const value = this.#extension(type, this.#bytes.subarray(start, this.#at));
    if (value === undefined) throw UNUSUAL;
    return value;
  }

  #unsigned(size: number): number {
    let number = 0;
    for (let i = 0; i < size; i++) number = number * 256 + (this.#bytes[this.#at++] as number);
    return number;
  }
}

/** The first mark behind those within `mark`. */
const afterPart = ({ starts, ends }: Marks, mark: number, last: number): number => {
  const end = ends[mark] as number;
  let next = mark + 1;
  while (next < last && (starts[next] as number) < end) next++;
  return next;
};

const { compare } = Buffer.prototype;
/** Node's comparison costs a call; most parts that differ do so early on. */
const COMPARED_HERE = 128;

const sameBytes = (a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): boolean => {
  const here = length < COMPARED_HERE ? length : 16;
  for (let i = 0; i < here; i++) if (a[atA + i] !== b[atB + i]) return false;
  return here === length || compare.call(a, b, atB + here, atB + length, atA + here, atA + length) === 0;
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** An object literal: V8 knows its hidden class beforehand, and makes it at once. */
const compile = (keys: Structure): MakeRecord =>
  new Function('reader', 'level', `return {${keys.map((key) => `${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}: reader.value(level)`).join(', ')}};`) as MakeRecord;
