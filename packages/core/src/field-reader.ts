import type { Structure } from './codec.js';

/** Which fields of a value are wanted: `true` is the whole of what stands there. A list has the fields of its elements. */
export interface Fields {
  readonly [field: string]: true | Fields;
}

/** What to do with each key of a shape. */
type Plan = readonly (true | Fields | undefined)[];

/** What Node's buffers decode strings with; it takes any bytes, without a view of them having to be made. */
const { utf8Slice } = Buffer.prototype as unknown as { readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string };

/** Ids of frozen shapes in msgpackr's format: one byte for the first 32, two for all others. */
const RECORD = 0x40;
const LONG_RECORD = 0x60;

/**
 * Reads some fields of a value in msgpackr's format with frozen shapes, and passes over all others: a reader that wants little of a large
 * object neither makes their strings nor their objects.
 */
export class FieldReader {
  readonly #structures: readonly Structure[];
  readonly #plans = new WeakMap<Fields, (Plan | undefined)[]>();
  /** Decodes what this does not: floats, 64 bits, extensions. */
  readonly #decode: (bytes: Uint8Array) => unknown;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(structures: readonly Structure[], decode: (bytes: Uint8Array) => unknown) {
    this.#structures = structures;
    this.#decode = decode;
  }

  read(bytes: Uint8Array, fields: true | Fields): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    const value = this.#value(fields);
    if (this.#at !== bytes.length) throw new Error(`a value of ${bytes.length} bytes was read to ${this.#at}`);
    return value;
  }

  #value(fields: true | Fields): unknown {
    const bytes = this.#bytes;
    const token = bytes[this.#at++] as number;
    if (token < RECORD) return token;
    if (token < 0x80) return this.#record(this.#shapeOf(token), fields);
    if (token < 0x90) return this.#map(token & 0xf, fields);
    if (token < 0xa0) return this.#array(token & 0xf, fields);
    if (token < 0xc0) return this.#text(token & 0x1f);
    if (token >= 0xe0) return token - 0x100;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcc:
        return bytes[this.#at++];
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xd9:
        return this.#text(this.#unsigned(1));
      case 0xda:
        return this.#text(this.#unsigned(2));
      case 0xdb:
        return this.#text(this.#unsigned(4));
      case 0xdc:
        return this.#array(this.#unsigned(2), fields);
      case 0xdd:
        return this.#array(this.#unsigned(4), fields);
      case 0xde:
        return this.#map(this.#unsigned(2), fields);
      case 0xdf:
        return this.#map(this.#unsigned(4), fields);
      default: {
        const start = --this.#at;
        this.#skip();
        return this.#decode(bytes.subarray(start, this.#at));
      }
    }
  }

  #shapeOf(token: number): number {
    return token < LONG_RECORD ? token - RECORD : token - RECORD + ((this.#bytes[this.#at++] as number) << 5);
  }

  #record(index: number, fields: true | Fields): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const keys = this.#structures[index] as Structure;
    const plan = fields === true ? undefined : this.#planOf(index, fields);
    for (let i = 0; i < keys.length; i++) {
      const wanted = plan === undefined ? true : plan[i];
      if (wanted === undefined) this.#skip();
      else object[keys[i] as string] = this.#value(wanted);
    }
    return object;
  }

  #planOf(index: number, fields: Fields): Plan {
    let plans = this.#plans.get(fields);
    if (plans === undefined) this.#plans.set(fields, (plans = []));
    return (plans[index] ??= (this.#structures[index] as Structure).map((key) => fields[key]));
  }

  #map(size: number, fields: true | Fields): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.#value(true) as string;
      const wanted = fields === true ? true : fields[key];
      if (wanted === undefined) this.#skip();
      // As msgpackr has it: no data becomes a prototype.
      else object[key === '__proto__' ? '__proto_' : key] = this.#value(wanted);
    }
    return object;
  }

  #array(length: number, fields: true | Fields): unknown[] {
    const array = new Array<unknown>(length);
    for (let i = 0; i < length; i++) array[i] = this.#value(fields);
    return array;
  }

  #text(length: number): string {
    const start = this.#at;
    return length === 0 ? '' : utf8Slice.call(this.#bytes, start, (this.#at += length));
  }

  #unsigned(size: number): number {
    let number = 0;
    for (let i = 0; i < size; i++) number = number * 256 + (this.#bytes[this.#at++] as number);
    return number;
  }

  /** Passes over a value. */
  #skip(): void {
    for (let left = 1; left > 0; left--) {
      const token = this.#bytes[this.#at++] as number;
      if (token < RECORD || token >= 0xe0) continue;
      if (token < 0x80) left += (this.#structures[this.#shapeOf(token)] as Structure).length;
      else if (token < 0x90) left += 2 * (token & 0xf);
      else if (token < 0xa0) left += token & 0xf;
      else if (token < 0xc0) this.#at += token & 0x1f;
      else left += this.#skipLong(token);
    }
  }

  /** Passes over what follows a token; says how many values belong to it. */
  #skipLong(token: number): number {
    switch (token) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return 0;
      case 0xcc:
      case 0xd0:
        return this.#pass(1);
      case 0xcd:
      case 0xd1:
        return this.#pass(2);
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#pass(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return this.#pass(8);
      case 0xc4:
      case 0xd9:
        return this.#pass(this.#unsigned(1));
      case 0xc5:
      case 0xda:
        return this.#pass(this.#unsigned(2));
      case 0xc6:
      case 0xdb:
        return this.#pass(this.#unsigned(4));
      // Extensions: a byte for the type, then 1, 2, 4, 8 or 16 bytes, or as many as is said.
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#pass(1 + (1 << (token - 0xd4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#pass(this.#unsigned(1 << (token - 0xc7)) + 1);
      case 0xdc:
        return this.#unsigned(2);
      case 0xdd:
        return this.#unsigned(4);
      case 0xde:
        return 2 * this.#unsigned(2);
      case 0xdf:
        return 2 * this.#unsigned(4);
      default:
        throw new Error(`0x${token.toString(16)} at ${this.#at - 1} begins no value`);
    }
  }

  #pass(length: number): number {
    this.#at += length;
    return 0;
  }
}
