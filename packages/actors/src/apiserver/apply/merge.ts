import { setAt } from '@naumachia/core';
import { valueAt } from '../../api/chosen-keys.js';
import type { ApiField, ApiType, ValueType } from '../../api/fields.js';
import type { FieldSet } from '../managed-fields/field-set.js';
import { listElementPath } from '../managed-fields/path-element.js';

/** Merging an applied configuration into a live object, and taking out what its manager has given up (structured-merge-diff, typed). */

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The live object with everything that the configuration says; the live one if it says nothing new. */
export const mergeConfig = (type: ApiType, live: Fields, config: Fields): Fields => {
  let merged: Record<string, unknown> | undefined;
  for (const key in config) {
    const field = type.field.get(key);
    const value = config[key];
    const before = live[key];
    const next = field === undefined ? value : mergeValue(field, field.type, before, value);
    if (next === before && key in live) continue;
    merged ??= Object.assign({}, live);
    merged[key] = next;
  }
  return merged ?? live;
};

const mergeValue = (field: ApiField | undefined, type: ValueType, live: unknown, config: unknown): unknown => {
  switch (type.kind) {
    case 'scalar':
      return config;
    case 'struct':
      if ((field?.atomic ?? type.struct.atomic) || type.struct.union !== undefined || !isFields(config)) return config;
      return mergeConfig(type.struct, isFields(live) ? live : {}, config);
    case 'map': {
      if (field?.atomic === true || !isFields(config) || !isFields(live)) return config;
      let merged: Record<string, unknown> | undefined;
      for (const key in config) {
        const before = valueAt(live, key);
        const next = mergeValue(undefined, type.element, before, config[key]);
        if (next === before) continue;
        merged ??= { ...live };
        setAt(merged, key, next);
      }
      return merged ?? live;
    }
    case 'list':
      if (field === undefined || field.listType === 'atomic' || !Array.isArray(config) || !Array.isArray(live)) return config;
      return mergeLists(field, type.element, live, config);
  }
};

/** Elements keep the order of the configuration; those of the live list alone stay where they were among their neighbours. */
const mergeLists = (field: ApiField, element: ValueType, live: readonly unknown[], config: readonly unknown[]): readonly unknown[] => {
  const pathOf = (item: unknown): string => listElementPath(field, item) ?? '';
  const livePaths = live.map(pathOf);
  const configPaths = config.map(pathOf);
  const liveItems = new Map<string, unknown>();
  livePaths.forEach((path, i) => { if (!liveItems.has(path)) liveItems.set(path, live[i]); });
  const configItems = new Map(configPaths.map((path, i) => [path, config[i]]));
  const shared = configPaths.filter((path) => liveItems.has(path));
  const merged = new Set<string>();
  const out: unknown[] = [];
  const both = (path: string): unknown => (liveItems.has(path) ? mergeValue(undefined, element, liveItems.get(path), configItems.get(path)) : configItems.get(path));
  let next = 0;
  let l = 0;
  let c = 0;
  while (l < livePaths.length || c < configPaths.length) {
    const left = livePaths[l];
    const right = configPaths[c];
    if (left !== undefined && right !== undefined) {
      if (left === right) {
        merged.add(left);
        out.push(both(left));
        l++;
        c++;
        next++;
        continue;
      }
      if (configItems.has(left) && shared[next] !== undefined && shared[next] !== left) {
        // It is shared, but not the one whose turn it is.
        l++;
        continue;
      }
    }
    if (left !== undefined) {
      if (!configItems.has(left)) {
        out.push(live[l]);
        l++;
        continue;
      }
      if (merged.has(left)) l++;
    }
    if (right !== undefined) {
      merged.add(right);
      out.push(both(right));
      c++;
      if (shared[next] === right) next++;
    }
  }
  return out.length === live.length && out.every((item, i) => item === live[i]) ? live : out;
};

/**
 * Takes out what the manager owned before and nobody owns now. `owned` holds the paths of all managers, the applied configuration
 * included; a field that something owned stands below is kept.
 */
export const removeGivenUp = (type: ApiType, object: Fields, last: FieldSet, owned: FieldSet): Fields => removeFromStruct(type, object, last, owned);

const childIn = (set: FieldSet | undefined, element: string): FieldSet | undefined => {
  if (set === undefined) return undefined;
  const at = set.elements.indexOf(element);
  return at < 0 ? undefined : set.children[at];
};

/** EnsureNamedFieldsAreMembers: a named field counts as owned if anything below it is. */
const isOwned = (owned: FieldSet | undefined, fieldNamed: boolean): boolean => owned !== undefined && (owned.member || (fieldNamed && owned.elements.length > 0));

const removeFromStruct = (type: ApiType, object: Fields, last: FieldSet, owned: FieldSet | undefined): Fields => {
  let left: Record<string, unknown> | undefined;
  last.elements.forEach((path, i) => {
    if (!path.startsWith('f:')) return;
    const key = path.slice(2);
    const value = (left ?? object)[key];
    if (value === undefined) return;
    const field = type.field.get(key);
    const next = reduced(field, field?.type, value, last.children[i] as FieldSet, childIn(owned, path), true);
    if (next === value) return;
    left ??= Object.assign({}, object);
    if (next === undefined) delete left[key];
    else left[key] = next;
  });
  return left ?? object;
};

/** What is left of a value: undefined if it goes, null if it stays and has become empty. */
const reduced = (field: ApiField | undefined, type: ValueType | undefined, value: unknown, last: FieldSet, owned: FieldSet | undefined, fieldNamed: boolean): unknown => {
  if (last.member && !isOwned(owned, fieldNamed)) return undefined;
  if (last.elements.length === 0 || type === undefined) return value;
  switch (type.kind) {
    case 'scalar':
      return value;
    case 'struct': {
      if (!isFields(value)) return value;
      const left = removeFromStruct(type.struct, value, last, owned);
      return left !== value && Object.keys(left).length === 0 ? null : left;
    }
    case 'map': {
      if (!isFields(value)) return value;
      let left: Record<string, unknown> | undefined;
      last.elements.forEach((path, i) => {
        const key = path.slice(2);
        const before = valueAt(left ?? value, key);
        if (before === undefined) return;
        const next = reduced(undefined, type.element, before, last.children[i] as FieldSet, childIn(owned, path), true);
        if (next === before) return;
        left ??= { ...value };
        if (next === undefined) delete left[key];
        else setAt(left, key, next);
      });
      return left === undefined ? value : Object.keys(left).length === 0 ? null : left;
    }
    case 'list': {
      if (!Array.isArray(value) || field === undefined) return value;
      const left: unknown[] = [];
      for (const item of value as readonly unknown[]) {
        const path = listElementPath(field, item) ?? '';
        const below = childIn(last, path);
        const next = below === undefined ? item : reduced(undefined, type.element, item, below, childIn(owned, path), false);
        if (next !== undefined) left.push(next);
      }
      if (left.length === value.length && left.every((item, i) => item === (value as readonly unknown[])[i])) return value;
      return left.length === 0 ? null : left;
    }
  }
};
