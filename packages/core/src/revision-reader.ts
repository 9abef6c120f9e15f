import { isList, isMap, isRecord, type RecordReader, type Values } from './record-reader.js';
import { MARKED_LEVELS, type Marks, type Written } from './record-writer.js';

export interface Revision {
  readonly value: unknown;
  /** Where the parts of the value stand; undefined if it has none. */
  readonly marks: Marks | undefined;
}

/**
 * Reads a value that is a revision of one that is still decoded: it shares with that one whatever has the same bytes. A watcher that has
 * seen a pod created makes of its next revision the changed parts only.
 */
export class RevisionReader implements Values {
  readonly #reader: RecordReader;
  /** The marks that are being made, and how many they are. */
  readonly #objects: (object | undefined)[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #mark = 0;
  /** Of what is read next. */
  #level = 0;
  #former: Written | undefined;
  /** Where in the former marks the part is expected that is read next, and where the parts end among which it is one. */
  #cursor = 0;
  #last = 0;

  constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  read(bytes: Uint8Array, former: Written | undefined): Revision {
    this.#mark = 0;
    this.#level = 0;
    this.#former = former;
    this.#cursor = 0;
    this.#last = former === undefined ? 0 : former.marks.objects.length;
    try {
      const value = this.#reader.read(bytes, bytes.length, this);
      const count = this.#mark;
      if (count === 0) return { value, marks: undefined };
      return { value, marks: { objects: this.#objects.slice(0, count) as object[], starts: this.#starts.slice(0, count), ends: this.#ends.slice(0, count) } };
    } finally {
      // Nothing is kept alive from here; arrays that are emptied would have to grow again.
      this.#objects.fill(undefined, 0, this.#mark);
      this.#former = undefined;
    }
  }

  value(): unknown {
    const reader = this.#reader;
    const token = reader.bytes[reader.at] as number;
    return isRecord(token) || isList(token) || isMap(token) ? this.#part(token) : reader.value();
  }

  /** An object or a list: taken from the former value if it has the same bytes there, else read and marked. */
  #part(token: number): object {
    const reader = this.#reader;
    const former = this.#former;
    const cursor = this.#cursor;
    const last = this.#last;
    if (former === undefined || cursor >= last) return this.#enter(token);
    const { marks, bytes } = former;
    let tried = cursor;
    // What an object consists of stays; of its fields and of the items of lists some may have been put in or taken out.
    let isSame = this.#level < 2 || bytes[former.start + (marks.starts[cursor] as number)] === token;
    if (!isSame) {
      tried = afterPart(marks, cursor, last);
      isSame = tried < last && bytes[former.start + (marks.starts[tried] as number)] === token;
    }
    if (isSame) {
      const from = marks.starts[tried] as number;
      const length = (marks.ends[tried] as number) - from;
      if (reader.at + length <= reader.end && sameBytes(bytes, former.start + from, reader.bytes, reader.at, length)) return this.#shared(marks, tried, length);
      this.#cursor = tried + 1;
      this.#last = afterPart(marks, tried, last);
    } else this.#last = cursor;
    const object = this.#enter(token);
    // Behind the part that it was compared with; one that was put in takes nothing from its neighbours.
    this.#cursor = isSame ? this.#last : cursor;
    this.#last = last;
    return object;
  }

  #enter(token: number): object {
    const reader = this.#reader;
    const mark = this.#mark++;
    this.#starts[mark] = reader.at;
    const object = this.#composed(token);
    this.#objects[mark] = object;
    this.#ends[mark] = reader.at;
    return object;
  }

  /** What is in lists and records is of the next level. */
  #composed(token: number): object {
    const reader = this.#reader;
    if (this.#level === MARKED_LEVELS || isMap(token)) return reader.value() as object;
    this.#level++;
    const object = isRecord(token) ? reader.record(token, this) : reader.list(token, this);
    this.#level--;
    return object;
  }

  /** The part of the former value at a mark, which has the same bytes, and the marks within it. */
  #shared(marks: Marks, mark: number, length: number): object {
    const reader = this.#reader;
    const end = marks.ends[mark] as number;
    const moved = reader.at - (marks.starts[mark] as number);
    let within = mark;
    let to = this.#mark;
    do {
      this.#objects[to] = marks.objects[within] as object;
      this.#starts[to] = (marks.starts[within] as number) + moved;
      this.#ends[to++] = (marks.ends[within++] as number) + moved;
    } while (within < marks.objects.length && (marks.starts[within] as number) < end);
    this.#mark = to;
    this.#cursor = within;
    reader.at += length;
    return marks.objects[mark] as object;
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
