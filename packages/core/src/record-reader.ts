import type { Structure } from './codec.js';
import { InternedTexts } from './interned-texts.js';
import { FIRST_LONG_RECORD, FIRST_RECORD } from './record-shapes.js';
import { setAt } from './set-at.js';

/** Who reads what a list or an object consists of, one after the other. */
export interface Values {
  /** The value that comes next. */
  value(): unknown;
}

type MakeRecord = (values: Values) => Record<string, unknown>;

/** A thread that reads few of a shape is done before its code would be compiled. */
const COMPILED_AFTER = 16;

/**
 * Reads what `RecordWriter` writes; single values of other kinds are msgpackr's. All tokens are read here: who wants of a value less than
 * the whole (`FieldReader`), or has some of it already (`RevisionReader`), stands in as the reader of its parts.
 */
export class RecordReader implements Values {
  readonly #structures: readonly Structure[];
  readonly #makers: (MakeRecord | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #texts = new InternedTexts();
  readonly #unusual: (bytes: Uint8Array) => unknown;
  readonly #extension: (type: number, start: number, end: number) => unknown;
  /** What is read, where it is read next, and where it ends. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  /** `unusual` reads any value of msgpackr's; `extension` makes the value of an extension from `bytes` between two places, or gives undefined for one that is unknown. */
  constructor(structures: readonly Structure[], unusual: (bytes: Uint8Array) => unknown, extension: (type: number, start: number, end: number) => unknown) {
    this.#structures = structures;
    this.#unusual = unusual;
    this.#extension = extension;
  }

  /** The value whose bytes are the first `length`, as `values` reads it. */
  read(bytes: Uint8Array, length = bytes.length, values: Values = this): unknown {
    this.bytes = bytes;
    this.at = 0;
    this.end = length;
    const value = values.value();
    if (this.at !== length) throw new RangeError(`a value of ${length} bytes was read to ${this.at}`);
    return value;
  }

  value(): unknown {
    const token = this.bytes[this.at] as number;
    if (token < FIRST_RECORD) {
      this.at++;
      return token;
    }
    if (token < 0x80) return this.record(token, this);
    if (token < 0x90) return this.#map(token);
    if (token < 0xa0) return this.list(token, this);
    if (token < 0xc0) {
      this.at++;
      return this.#text(token & 0x1f);
    }
    if (token >= 0xe0) {
      this.at++;
      return token - 0x100;
    }
    return this.#long(token);
  }

  #long(token: number): unknown {
    switch (token) {
      case 0xc0:
        this.at++;
        return null;
      case 0xc2:
        this.at++;
        return false;
      case 0xc3:
        this.at++;
        return true;
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#rest(token));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(this.#rest(token));
      case 0xd0:
        return (this.#unsigned(this.#rest(token)) << 24) >> 24;
      case 0xd1:
        return (this.#unsigned(this.#rest(token)) << 16) >> 16;
      case 0xd2:
        return this.#unsigned(this.#rest(token)) | 0;
      case 0xcb:
        this.at += 9;
        return readDoubleBE.call(this.bytes, this.at - 8);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#rest(token));
      case 0xdc:
      case 0xdd:
        return this.list(token, this);
      case 0xde:
      case 0xdf:
        return this.#map(token);
      case 0xc7:
      case 0xc8:
      case 0xc9:
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extended(token);
      default:
        return this.#unusualFrom(this.at);
    }
  }

  /** An object of a known shape. */
  record(token: number, values: Values): Record<string, unknown> {
    const index = this.shape(token);
    const make = this.#makers[index];
    if (make !== undefined) return make(values);
    const keys = this.keysOf(index);
    const uses = (this.#uses[index] ?? 0) + 1;
    this.#uses[index] = uses;
    if (uses === COMPILED_AFTER) this.#makers[index] = compile(keys);
    const object: Record<string, unknown> = {};
    for (const key of keys) object[key] = values.value();
    return object;
  }

  list(token: number, values: Values): unknown[] {
    const length = this.size(token);
    if (length > this.end - this.at) throw new RangeError(`a list of ${length} items is said to stand in ${this.end - this.at} bytes`);
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) array.push(values.value());
    return array;
  }

  #map(token: number): unknown {
    const start = this.at;
    const size = this.size(token);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.value();
      if (typeof key !== 'string') return this.#unusualFrom(start);
      setAt(object, key, this.value());
    }
    return object;
  }

  #text(length: number): string {
    const start = this.at;
    const end = start + length;
    if (end > this.end) throw new RangeError(`a text of ${length} bytes is said to stand in ${this.end - start}`);
    this.at = end;
    return this.#texts.read(this.bytes, start, end);
  }

  /** A copy: what was read is not kept alive by a piece of it. */
  #binary(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw new RangeError(`${length} bytes are said to stand in ${this.end - start}`);
    return new Uint8Array(this.bytes.subarray(start, this.at));
  }

  #extended(token: number): unknown {
    const begin = this.at;
    const length = this.#rest(token) - 1;
    const start = this.at + 1;
    const type = this.bytes[this.at] as number;
    this.at = start + length;
    if (this.at > this.end) throw new RangeError(`an extension of ${length} bytes is said to stand in ${this.end - start}`);
    if (type === 0 && length === 1) return undefined;
    return this.#extension(type, start, this.at) ?? this.#unusualFrom(begin);
  }

  #unusualFrom(start: number): unknown {
    this.at = start;
    this.skip();
    return this.#unusual(this.bytes.subarray(start, this.at));
  }

  /** Passes over a value. */
  skip(): void {
    for (let left = 1; left > 0; left--) {
      const token = this.bytes[this.at] as number;
      if (token < FIRST_RECORD || token >= 0xe0) this.at++;
      else if (isRecord(token)) left += this.keysOf(this.shape(token)).length;
      else if (isList(token)) left += this.size(token);
      else if (isMap(token)) left += 2 * this.size(token);
      else if (token < 0xc0) this.at += 1 + (token & 0x1f);
      else {
        const rest = this.#rest(token);
        this.at += rest;
      }
    }
  }

  /** Passes the token of an object of a known shape: which one. */
  shape(token: number): number {
    this.at++;
    return token < FIRST_LONG_RECORD ? token - FIRST_RECORD : token - FIRST_RECORD + ((this.bytes[this.at++] as number) << 5);
  }

  keysOf(shape: number): Structure {
    const keys = this.#structures[shape];
    if (keys === undefined) throw new RangeError(`an object is said to be of shape ${shape}, of ${this.#structures.length}`);
    return keys;
  }

  /** Passes the token of a list or a map: how many items or pairs follow. */
  size(token: number): number {
    this.at++;
    return token < 0xa0 ? token & 0xf : this.#unsigned(2 << (token & 1));
  }

  /** Passes any other token from 0xc0 on, and the length that may stand behind it: how many bytes follow. */
  #rest(token: number): number {
    this.at++;
    if (token >= 0xd9) return this.#unsigned(1 << (token - 0xd9));
    // Extensions have a byte for their type, which counts to no length.
    if (token >= 0xd4) return 1 + (1 << (token - 0xd4));
    if (token >= 0xcc) return 1 << (token & 3);
    if (token >= 0xca) return 4 << (token & 1);
    if (token >= 0xc7) return 1 + this.#unsigned(1 << (token - 0xc7));
    if (token >= 0xc4) return this.#unsigned(1 << (token - 0xc4));
    if (token === 0xc1 || token === undefined) throw new RangeError(`what stands at ${this.at - 1} of ${this.end} bytes begins no value`);
    return 0;
  }

  #unsigned(size: number): number {
    const { bytes } = this;
    const at = this.at;
    this.at = at + size;
    if (size === 1) return bytes[at] as number;
    const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    return size === 2 ? high : high * 0x10000 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  }
}

export const isRecord = (token: number): boolean => token >= FIRST_RECORD && token < 0x80;
export const isMap = (token: number): boolean => (token & 0xf0) === 0x80 || (token & 0xfe) === 0xde;
export const isList = (token: number): boolean => (token & 0xf0) === 0x90 || (token & 0xfe) === 0xdc;

/** It takes any bytes, without a view of them having to be made. */
const { readDoubleBE } = Buffer.prototype as unknown as { readonly readDoubleBE: (this: Uint8Array, start: number) => number };

/** An object literal: V8 knows its hidden class beforehand, and makes it at once. */
const compile = (keys: Structure): MakeRecord =>
  new Function('values', `return {${keys.map((key) => `${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}: values.value()`).join(', ')}};`) as MakeRecord;
