import { setAt } from '@naumachia/core';
import type { ApiType } from '../../api/fields.js';

type Fields = Readonly<Record<string, unknown>>;

// What changes in the objects that the merge is in, and where the changes of the next object will stand: two lists for each would be
// most of what a patch leaves to the garbage collector.
const keys: string[] = [];
const values: unknown[] = [];
let top = 0;

/** Before a patch: one that was refused has left its changes. */
export const forgetChanges = (): void => {
  top = 0;
};

/** Where the changes of an object begin that is merged from here on. */
export const nextChange = (): number => top;

const placeOf = (start: number, key: string): number => {
  for (let at = start; at < top; at++) if (keys[at] === key) return at;
  return -1;
};

export const valueOf = (original: Fields, start: number, key: string): unknown => {
  const at = placeOf(start, key);
  return at < 0 ? original[key] : values[at];
};

/** Notes what a field becomes; undefined: it goes. */
export const change = (original: Fields, start: number, key: string, value: unknown): void => {
  const at = placeOf(start, key);
  if (at >= 0) values[at] = value;
  else if (original[key] !== value) {
    keys[top] = key;
    values[top++] = value;
  }
};

/**
 * The object with its changes, which are those from `start` on. A struct that gets new fields is built in the order of its table:
 * objects of a kind then have few shapes, which costs less here and wherever they are read.
 */
export const withChanges = (type: ApiType | undefined, original: Fields, start: number): Fields => {
  const end = top;
  if (end === start) return original;
  const result = type !== undefined && end - start > 3 ? inTableOrder(type, original, start) : changed(original, start);
  for (let at = start; at < end; at++) values[at] = undefined;
  top = start;
  return result;
};

const inTableOrder = (type: ApiType, original: Fields, start: number): Fields => {
  const result: Record<string, unknown> = {};
  for (const { name } of type.fields) {
    const value = valueOf(original, start, name);
    if (value !== undefined) result[name] = value;
  }
  for (const key in original) if (!type.field.has(key) && placeOf(start, key) < 0) result[key] = original[key];
  for (let at = start; at < top; at++) if (!type.field.has(keys[at] as string) && values[at] !== undefined) result[keys[at] as string] = values[at];
  return result;
};

const hasRemovals = (start: number): boolean => {
  for (let at = start; at < top; at++) if (values[at] === undefined) return true;
  return false;
};

const changed = (original: Fields, start: number): Fields => {
  let result: Record<string, unknown>;
  if (hasRemovals(start)) {
    // Not `delete`: an object that has lost a field is slow to read from then on.
    result = {};
    for (const key in original) if (placeOf(start, key) < 0) setAt(result, key, original[key]);
  } else result = { ...original };
  for (let at = start; at < top; at++) if (values[at] !== undefined) setAt(result, keys[at] as string, values[at]);
  return result;
};
