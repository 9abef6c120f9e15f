import type { Structure } from './codec.js';
import { isList, isMap, isRecord, type RecordReader, type Values } from './record-reader.js';
import { setAt } from './set-at.js';

/** Which fields of a value are wanted: `true` is the whole of what stands there. A list has the fields of its elements. */
export interface Fields {
  readonly [field: string]: true | Fields;
}

/** What to do with each key of a shape. */
type Plan = readonly (true | Fields | undefined)[];

/**
 * Reads some fields of a value, and passes over all others: a reader that wants little of a large object neither makes their strings nor
 * their objects.
 */
export class FieldReader implements Values {
  readonly #reader: RecordReader;
  readonly #plans = new WeakMap<Fields, (Plan | undefined)[]>();
  /** What is wanted of the value that is read next. */
  #wanted: true | Fields = true;

  constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  read(bytes: Uint8Array, fields: true | Fields): unknown {
    this.#wanted = fields;
    return this.#reader.read(bytes, bytes.length, this);
  }

  value(): unknown {
    const fields = this.#wanted;
    const reader = this.#reader;
    if (fields === true) return reader.value();
    const token = reader.bytes[reader.at] as number;
    if (isRecord(token)) return this.#record(token, fields);
    if (isList(token)) return reader.list(token, this);
    return isMap(token) ? this.#map(token, fields) : reader.value();
  }

  #record(token: number, fields: Fields): Record<string, unknown> {
    const index = this.#reader.shape(token);
    const keys = this.#reader.keysOf(index);
    const plan = this.#planOf(index, keys, fields);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) this.#enter(object, keys[i] as string, plan[i], fields);
    return object;
  }

  #planOf(index: number, keys: Structure, fields: Fields): Plan {
    let plans = this.#plans.get(fields);
    if (plans === undefined) this.#plans.set(fields, (plans = []));
    return (plans[index] ??= keys.map((key) => fields[key]));
  }

  #map(token: number, fields: Fields): Record<string, unknown> {
    const size = this.#reader.size(token);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.#reader.value() as string;
      this.#enter(object, key, fields[key], fields);
    }
    return object;
  }

  /** The field that comes next; the one after it is again one of `fields`. */
  #enter(object: Record<string, unknown>, key: string, wanted: true | Fields | undefined, fields: Fields): void {
    if (wanted === undefined) return this.#reader.skip();
    this.#wanted = wanted;
    setAt(object, key, this.value());
    this.#wanted = fields;
  }
}
