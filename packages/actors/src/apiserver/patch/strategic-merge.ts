import type { ApiField, ApiType, ValueType } from '../../api/fields.js';
import { isInt64 } from '../../api/go-text.js';
import { deepEqual } from '../equality.js';
import { zeroOfField } from '../zero-value.js';
import { change, forgetChanges, nextChange, valueOf, withChanges } from './changes.js';
import { directiveOf, directivesFor } from './list-directives.js';

/**
 * Strategic merge patches (apimachinery util/strategicpatch) over the tables. What a patch does not touch stays the same object.
 * A refusal is thrown inside this file alone; `strategicMerge` returns it as a value.
 */
export type StrategicMergeResult = { readonly type: 'merged'; readonly value: Fields } | { readonly type: 'refused'; readonly code: 400 | 422 | 500; readonly message: string };

type Fields = Readonly<Record<string, unknown>>;

interface Problem {
  readonly code: 400 | 422 | 500;
  readonly message: string;
}

export const strategicMerge = (type: ApiType, original: Fields, patch: Fields): StrategicMergeResult => {
  forgetChanges();
  try {
    return { type: 'merged', value: mergeFields(type, undefined, original, patch) };
  } catch (problem) {
    if (isProblem(problem)) return { type: 'refused', ...problem };
    throw problem;
  }
};

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'code' in value && 'message' in value && !(value instanceof Error);
const refuse = (code: 400 | 422 | 500, message: string): never => {
  throw { code, message } satisfies Problem;
};

/** Merges `patch` into a struct of `type`, or into a map whose elements are `element`. */
function mergeFields(type: ApiType | undefined, element: ValueType | undefined, original: Fields, patch: Fields): Fields {
  const directive = patch['$patch'];
  if (directive !== undefined) {
    if (directive === 'replace') {
      const { $patch: _, ...rest } = patch;
      return dropDirectives(rest, type === undefined ? undefined : ({ kind: 'struct', struct: type } as ValueType)) as Fields;
    }
    if (directive === 'delete') return {};
    refuse(500, `unknown patch type: ${goStringText(directive)} in map: ${goText(patch)}`);
  }
  const start = nextChange();
  if ('$retainKeys' in patch) retainKeys(patch, original, start);
  for (const key in patch) {
    const value = patch[key];
    if (key.charCodeAt(0) === DOLLAR) {
      const directed = directiveOf(key);
      if (directed.order) orderWithoutPatch(type, directed.field, value, patch, original, start);
      else if (directed.removal) deletePrimitives(directed.field, value, patch, original, start);
      continue;
    }
    const field = type?.field.get(key);
    if (value === null) {
      change(original, start, key, field !== undefined && zeroOfField(field) === null ? null : undefined);
      continue;
    }
    const before = valueOf(original, start, key);
    const valueType = field?.type ?? element;
    if (before === undefined || before === null || Array.isArray(before) !== Array.isArray(value) || typeof before !== typeof value) {
      // A directive for a map that is not there is nothing.
      if (!isDirective(value)) change(original, start, key, dropDirectives(value, valueType));
      else if ((before ?? undefined) !== undefined && (value as Fields)['$patch'] === 'delete') change(original, start, key, undefined);
    } else if (Array.isArray(value)) {
      const { order: orderKey, removals: removalsKey } = directivesFor(key);
      const order = patch[orderKey];
      const removals = patch[removalsKey];
      change(original, start, key, mergeList(field, before as readonly unknown[], value, Array.isArray(order) ? order : undefined, Array.isArray(removals) ? removals : undefined));
    } else if (typeof value === 'object') {
      if (field?.patchStrategy.includes('replace') === true) change(original, start, key, dropDirectives(value, valueType));
      else if (valueType?.kind === 'struct') change(original, start, key, mergeFields(valueType.struct, undefined, before as Fields, value as Fields));
      else change(original, start, key, mergeFields(undefined, valueType?.kind === 'map' ? valueType.element : undefined, before as Fields, value as Fields));
    } else if (before !== value) change(original, start, key, value);
  }
  return withChanges(type, original, start);
}

const DOLLAR = 0x24;

const retainKeys = (patch: Fields, original: Fields, start: number): void => {
  const asked = patch['$retainKeys'];
  if (!Array.isArray(asked)) return refuse(400, 'invalid patch format of retainKeys');
  const retained = new Set(asked);
  for (const key in patch) {
    if (key.startsWith('$') || patch[key] === null || retained.has(key)) continue;
    refuse(400, 'invalid patch format of retainKeys');
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) change(original, start, key, undefined);
};

/** `$setElementOrder/x` without `x`: the live list is put in order. */
const orderWithoutPatch = (type: ApiType | undefined, key: string, order: unknown, patch: Fields, original: Fields, start: number): void => {
  if (!Array.isArray(order)) return refuse(500, `expected a []interface {}, but received a ${goTypeOf(order)}`);
  if (key in patch) return;
  const list = original[key];
  const field = type?.field.get(key);
  if (type !== undefined && field === undefined) return refuse(500, `unable to find api field in struct ${type.goName} for the json field ${JSON.stringify(key)}`);
  if (!Array.isArray(list) || field === undefined || !field.patchStrategy.includes('merge')) return;
  const removals = patch[directivesFor(key).removals];
  change(original, start, key, mergeList(field, list, [], order, Array.isArray(removals) ? removals : undefined));
};

const deletePrimitives = (key: string, removals: unknown, patch: Fields, original: Fields, start: number): void => {
  const list = original[key];
  if (!Array.isArray(removals) || !Array.isArray(list) || key in patch || directivesFor(key).order in patch) return;
  change(original, start, key, list.filter((item) => !removals.includes(item)));
};

function mergeList(field: ApiField | undefined, original: readonly unknown[], patch: readonly unknown[], order: readonly unknown[] | undefined, removals: readonly unknown[] | undefined): readonly unknown[] {
  if (field === undefined || !field.patchStrategy.includes('merge')) {
    const replaced = patch.map((item) => dropDirectives(item, field?.type.element));
    return deepEqual(replaced, original) ? original : replaced;
  }
  const { mergeKey } = field;
  const plain = mergeKey === undefined ? undefined : mergePlainly(field, mergeKey, original as readonly Fields[], patch as readonly Fields[], (order ?? patch) as readonly Fields[]);
  if (plain !== undefined) return plain;
  if (!areOfOneType(original, patch)) refuse(500, `list element types are not identical: ${goText([original, patch])}`);
  if (order !== undefined) checkOrder(patch, order, mergeKey);
  const merged = mergeKey === undefined ? mergePrimitives(original, patch, removals) : mergeByKey(field, mergeKey, original, patch);
  // Without an order of its own a patch puts what it names in its own order, before what only the server has.
  const ordered = inOrder(merged, original, order ?? patch.filter((item) => !isDirective(item)), mergeKey);
  return ordered.length === original.length && ordered.every((item, i) => item === original[i]) ? original : ordered;
}

/**
 * The common case of a list with keys: no directives, and an order that names each of its elements once. Undefined for any other,
 * and for what is to be refused.
 */
const mergePlainly = (field: ApiField, mergeKey: string, original: readonly Fields[], patch: readonly Fields[], order: readonly Fields[]): readonly unknown[] | undefined => {
  const live = plainKeys(original, mergeKey);
  const wanted = live && plainKeys(order, mergeKey);
  const given = wanted && (order === patch ? wanted : plainKeys(patch, mergeKey));
  if (given === undefined || wanted === undefined || live === undefined) return undefined;
  for (let i = 0, at = -1; i < given.length; i++) {
    const next = wanted.indexOf(given[i], at + 1);
    if (next < 0) return undefined;
    at = next;
  }
  const merged: Fields[] = [];
  let kept = 0;
  let next = 0;
  for (let i = 0; i < wanted.length; i++) {
    const key = wanted[i];
    const at = live[kept] === key ? kept : live.indexOf(key);
    const before = at < 0 ? undefined : (original[at] as Fields);
    if (before !== undefined) kept++;
    if (next < given.length && given[next] === key) {
      const item = patch[next++] as Fields;
      merged.push(before === undefined ? (dropDirectives(item, field.type.element) as Fields) : mergeFields(field.type.element?.struct, undefined, before, item));
    } else if (before !== undefined) merged.push(before);
  }
  // What only the server has stands where the live list has it.
  if (kept < live.length) return undefined;
  if (merged.length !== original.length) return merged;
  for (let i = 0; i < merged.length; i++) if (merged[i] !== original[i]) return merged;
  return original;
};

const areOfOneType = (original: readonly unknown[], patch: readonly unknown[]): boolean => {
  const all = [...original, ...patch];
  return all.every((item) => goTypeOf(item) === goTypeOf(all[0]));
};

/** The keys of elements that are objects without directives and have different ones. */
const plainKeys = (items: readonly Fields[], mergeKey: string): unknown[] | undefined => {
  const keys: unknown[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item !== 'object' || item === null || item['$patch'] !== undefined) return undefined;
    const key = item[mergeKey];
    if (key === undefined || keys.includes(key)) return undefined;
    keys.push(key);
  }
  return keys;
};

const isDirective = (item: unknown): boolean => typeof item === 'object' && item !== null && (item as Fields)['$patch'] !== undefined;

/** Everything that a patch names must stand in its $setElementOrder, in that order. */
const checkOrder = (patch: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void => {
  const identity = (item: unknown): unknown => (mergeKey === undefined ? item : (item as Fields)[mergeKey]);
  const wanted = order.map(identity);
  let last = -1;
  for (const item of patch) {
    if (isDirective(item)) continue;
    const at = wanted.indexOf(identity(item), last + 1);
    if (at < 0) refuse(500, `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`);
    last = at;
  }
};

const mergePrimitives = (original: readonly unknown[], patch: readonly unknown[], removals: readonly unknown[] | undefined): unknown[] => {
  const kept = removals === undefined ? [...original] : original.filter((item) => !removals.includes(item));
  for (const item of patch) if (!kept.includes(item)) kept.push(item);
  return kept;
};

function mergeByKey(field: ApiField, mergeKey: string, original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const type = field.type.element?.struct;
  const items = patch as readonly Fields[];
  for (const item of items) if (typeof item !== 'object' || item === null) refuse(422, `cannot restore struct from: ${goTypeOf(item)}`);
  if (items.some((item) => item['$patch'] === 'replace')) return items.filter((item) => item['$patch'] === undefined).map((item) => dropDirectives(item, field.type.element));
  let merged = [...original] as Fields[];
  for (const item of items) {
    if (item['$patch'] === 'delete') {
      if (!(mergeKey in item)) refuse(500, 'delete patch type with no merge key defined');
      merged = merged.filter((existing) => existing[mergeKey] !== item[mergeKey]);
    }
  }
  for (const item of items) {
    if (item['$patch'] === 'delete') continue;
    if (!(mergeKey in item)) refuse(500, `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
    const at = merged.findIndex((existing) => existing[mergeKey] === item[mergeKey]);
    if (at < 0) {
      if (item['$patch'] !== undefined) refuse(500, `unknown patch type: ${goText(item['$patch'])} in map: ${goText(item)}`);
      merged.push(dropDirectives(item, field.type.element) as Fields);
    } else merged[at] = mergeFields(type, undefined, merged[at] as Fields, item);
  }
  return merged;
}

/** normalizeElementOrder: patched items in the asked order, items of the server alone among them where the live list had them. */
const inOrder = (merged: readonly unknown[], live: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): readonly unknown[] => {
  const identity = (item: unknown): unknown => (mergeKey === undefined ? item : (item as Fields)[mergeKey]);
  const wanted = order.map(identity);
  if (isOrdered(merged, wanted, identity)) return merged;
  const patched = merged.filter((item) => wanted.includes(identity(item))).sort((a, b) => wanted.indexOf(identity(a)) - wanted.indexOf(identity(b)));
  const server = live.map(identity);
  const place = (item: unknown): number => server.indexOf(identity(item));
  const alone = merged.filter((item) => !wanted.includes(identity(item)));
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < alone.length || j < patched.length) {
    const left = alone[i];
    const right = patched[j];
    const leftFirst = j >= patched.length || (i < alone.length && place(left) >= 0 && place(right) >= 0 && place(left) < place(right));
    if (leftFirst) {
      result.push(left);
      i++;
    } else {
      result.push(right);
      j++;
    }
  }
  return result;
};

/** Whether every item is wanted, and they stand in that order already: what most patches come to. */
const isOrdered = (merged: readonly unknown[], wanted: readonly unknown[], identity: (item: unknown) => unknown): boolean => {
  let last = -1;
  for (const item of merged) {
    const at = wanted.indexOf(identity(item));
    if (at <= last) return false;
    last = at;
  }
  return true;
};

/** What is not in the original is taken from the patch, without directives, and without nulls where the type knows none. */
const dropDirectives = (value: unknown, type?: ValueType): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const element = type?.kind === 'list' ? type.element : undefined;
    let kept: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      const next = isDirective(item) ? undefined : dropDirectives(item, element);
      if (next === item && kept === undefined) continue;
      kept ??= value.slice(0, i);
      if (!isDirective(item)) kept.push(next);
    }
    return kept ?? value;
  }
  let kept: Record<string, unknown> | undefined;
  for (const key in value) {
    const inner = (value as Fields)[key];
    const next = isPlain(key, inner) ? inner : withoutDirectives(key, inner, type);
    if (kept === undefined) {
      if (next === inner) continue;
      kept = fieldsBefore(value as Fields, key);
    }
    if (next !== undefined) kept[key] = next;
  }
  return kept ?? value;
};

const isPlain = (key: string, value: unknown): boolean => typeof value !== 'object' && key.charCodeAt(0) !== DOLLAR;

/** What stays of a field that may be a directive, hold some, or be a null. */
const withoutDirectives = (key: string, value: unknown, type: ValueType | undefined): unknown => {
  if (key.charCodeAt(0) === DOLLAR || isDirective(value)) return undefined;
  const field = type?.kind === 'struct' ? type.struct.field.get(key) : undefined;
  if (value === null && (field === undefined || zeroOfField(field) !== null)) return undefined;
  return dropDirectives(value, field?.type ?? (type?.kind === 'map' ? type.element : undefined));
};

/** A copy of the fields that stand before `end`. Not a copy of all, less some: an object that has lost a field is slow to read from then on. */
const fieldsBefore = (value: Fields, end: string): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    if (key === end) break;
    copy[key] = value[key];
  }
  return copy;
};

const goTypeOf = (value: unknown): string => (value === null ? '<nil>' : typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int64' : typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}');

/** As fmt's %v prints decoded JSON: `map[a:1 b:[x y]]`, keys sorted. */
export const goText = (value: unknown): string => {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return `map[${keys.map((key) => `${key}:${goText((value as Fields)[key])}`).join(' ')}]`;
  }
  return String(value);
};

/** As `%s` of Go prints what should have been a string. */
const goStringText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === null) return '%!s(<nil>)';
  if (Array.isArray(value)) return `[${value.map(goStringText).join(' ')}]`;
  if (typeof value === 'object') return `map[${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => `${key}:${goStringText(part)}`).join(' ')}]`;
  return typeof value === 'boolean' ? `%!s(bool=${value})` : `%!s(${isInt64(value as number) ? 'int64' : 'float64'}=${String(value)})`;
};
