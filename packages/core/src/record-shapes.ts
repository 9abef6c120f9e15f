import type { Structure } from './codec.js';
import type { RecordWriter } from './record-writer.js';

/** The ids of frozen shapes in msgpackr's format: one byte up to 0x5f, from there on two. */
export const FIRST_RECORD = 0x40;
export const FIRST_LONG_RECORD = 0x60;

/** Where a walk over the keys of an object stands: nearly always one key only can follow. */
export interface Shape {
  /** The record's id, or 0 if no shape ends here. */
  id: number;
  /** The keys that lead here; how their values are written is compiled when the first such object comes. */
  keys: Structure;
  write: ((writer: RecordWriter, value: object) => void) | undefined;
  /** The same for objects whose parts are marked. */
  mark: ((writer: RecordWriter, value: object, level: number) => void) | undefined;
  /** How many such objects were written before that. */
  uses: number;
  /** The last whole value of this shape was not worth marks, and neither will the next one be. */
  small: boolean;
  key: string | undefined;
  next: Shape | undefined;
  others: Map<string, Shape> | undefined;
}

const newShape = (): Shape => ({ id: 0, keys: [], write: undefined, mark: undefined, uses: 0, small: false, key: undefined, next: undefined, others: undefined });

/** Straight-line code: V8 reads `value.name` from few hidden classes at the cost of a load, and `value[key]` in a loop at that of a search. */
export const compile = (keys: Structure): NonNullable<Shape['write']> =>
  new Function('writer', 'value', keys.map((key) => `writer.value(value[${JSON.stringify(key)}]);`).join('\n')) as NonNullable<Shape['write']>;

/** As `compile`; `level` is that of the fields. */
export const compileMarked = (keys: Structure): NonNullable<Shape['mark']> =>
  new Function('writer', 'value', 'level', keys.map((key) => `writer.marked(value[${JSON.stringify(key)}], level);`).join('\n')) as NonNullable<Shape['mark']>;

export const shapesOf = (structures: readonly Structure[]): Shape => {
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

/** The shape of an object, if it is a known one and not empty (what has no keys to be seen may be anything). */
export const shapeOf = (root: Shape, value: Record<string, unknown>): Shape | undefined => {
  let shape = root;
  for (const key in value) {
    const next: Shape | undefined = shape.key === key ? shape.next : shape.others?.get(key);
    if (next === undefined) return undefined;
    shape = next;
  }
  return shape.id === 0 || shape === root ? undefined : shape;
};
