import type { ApiField, ApiType, ValueType } from '../../api/fields.js';
import { goText } from '../patch/strategic-merge.js';
import { type FieldSet, fieldSet, ITSELF, NO_FIELDS } from '../managed-fields/field-set.js';
import { listElementPath } from '../managed-fields/path-element.js';

/**
 * An applied configuration as structured-merge-diff types it: the paths that it names (ToFieldSet), or what is wrong with it.
 * Unlike in a comparison, an element of a list and a key of a map stand for themselves, and what is null or empty is a leaf.
 */
export type TypedConfig = { readonly type: 'typed'; readonly set: FieldSet } | { readonly type: 'malformed'; readonly errors: readonly string[] };

type Fields = Readonly<Record<string, unknown>>;

interface Walk {
  readonly errors: string[];
}

export const typedConfig = (type: ApiType, config: Fields): TypedConfig => {
  const walk: Walk = { errors: [] };
  const set = setOfStruct(walk, type, config, '');
  return walk.errors.length > 0 ? { type: 'malformed', errors: walk.errors } : { type: 'typed', set };
};

/** `.spec.containers[name="c"].image`. */
export const pathText = (path: string, element: string): string => {
  if (element.startsWith('f:')) return `${path}.${element.slice(2)}`;
  if (element.startsWith('v:')) return `${path}[=${element.slice(2)}]`;
  const keys = JSON.parse(element.slice(2)) as Fields;
  return `${path}[${Object.keys(keys).sort().map((key) => `${key}=${JSON.stringify(keys[key])}`).join(',')}]`;
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isHollow = (value: unknown): boolean => value === null || (isFields(value) && Object.keys(value).length === 0);

const node = (member: boolean, parts: readonly (readonly [string, FieldSet])[]): FieldSet => {
  const sorted = parts.filter(([, set]) => set !== NO_FIELDS).sort(([a], [b]) => (a < b ? -1 : 1));
  return fieldSet(member, sorted.map(([element]) => element), sorted.map(([, set]) => set));
};

const withItself = (set: FieldSet): FieldSet => (set.member ? set : fieldSet(true, set.elements, set.children));

const setOfStruct = (walk: Walk, type: ApiType, value: Fields, path: string): FieldSet => {
  const parts: (readonly [string, FieldSet])[] = [];
  for (const key of Object.keys(value).sort()) {
    const field = type.field.get(key);
    const at = `${path}.${key}`;
    if (field === undefined) {
      // The real server, too, looks no further among the fields of this struct, though at fields in an order of chance.
      walk.errors.push(`${at}: field not declared in schema`);
      break;
    }
    const given = value[key];
    const set = setOfValue(walk, field, field.type, given, at);
    parts.push([`f:${key}`, isHollow(given) ? withItself(set) : set]);
  }
  return node(false, parts);
};

const setOfValue = (walk: Walk, field: ApiField | undefined, type: ValueType, value: unknown, path: string): FieldSet => {
  const atomic = field?.atomic === true;
  switch (type.kind) {
    case 'scalar':
      scalarErrors(walk, type, value, path);
      return ITSELF;
    case 'struct':
      if (value !== null && !isFields(value)) return malformed(walk, path, `expected map, got &{${goText(value)}}`);
      if (type.struct.union !== undefined) return ITSELF;
      if (!(field?.atomic ?? type.struct.atomic)) return value === null ? NO_FIELDS : setOfStruct(walk, type.struct, value, path);
      if (value !== null) setOfStruct(walk, type.struct, value, path);
      return ITSELF;
    case 'map': {
      if (value !== null && !isFields(value)) return malformed(walk, path, `expected map, got &{${goText(value)}}`);
      if (value === null) return atomic ? ITSELF : NO_FIELDS;
      const set = node(false, Object.keys(value).map((key) => [`f:${key}`, withItself(setOfValue(walk, undefined, type.element, value[key], `${path}.${key}`))] as const));
      return atomic ? ITSELF : set;
    }
    case 'list':
      if (value !== null && !Array.isArray(value)) return malformed(walk, path, `expected list, got &{${goText(value)}}`);
      if (field === undefined || field.listType === 'atomic') {
        for (const [index, item] of (value ?? []).entries()) setOfValue(walk, undefined, type.element, item, `${path}[${index}]`);
        return ITSELF;
      }
      return value === null ? NO_FIELDS : setOfList(walk, field, type.element, value as readonly unknown[], path);
  }
};

const setOfList = (walk: Walk, field: ApiField, element: ValueType, items: readonly unknown[], path: string): FieldSet => {
  const parts: (readonly [string, FieldSet])[] = [];
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const misfit = misfitOf(field, item);
    if (misfit !== undefined) {
      walk.errors.push(`${path}: element ${index}: ${misfit}`);
      continue;
    }
    // An element without its key has an empty one, which validation refuses later.
    const at = listElementPath(field, item) ?? `k:{"${field.listMapKeys[0] ?? ''}":""}`;
    if (seen.has(at)) {
      walk.errors.push(`${path}: duplicate entries for key ${pathText('', at)}`);
      continue;
    }
    seen.add(at);
    parts.push([at, withItself(setOfValue(walk, undefined, element, item, pathText(path, at)))]);
  }
  return node(false, parts);
};

/** Why an element has no place in an associative list (structured-merge-diff typed/helpers.go). */
const misfitOf = (field: ApiField, item: unknown): string | undefined => {
  if (field.listType !== 'set') return isFields(item) ? undefined : `associative list with keys may not have ${item === null ? 'a null element' : 'non-map elements'}`;
  if (item === null) return "associative list without keys has an element that's an explicit null";
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return isFields(item) ? "associative list without keys has an element that's a map type" : undefined;
};

const malformed = (walk: Walk, path: string, text: string): FieldSet => {
  walk.errors.push(`${path}: ${text}`);
  return NO_FIELDS;
};

const goKind = (value: unknown): string => (typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int64' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}');

const scalarErrors = (walk: Walk, type: ValueType, value: unknown, path: string): void => {
  if (value === null) return;
  switch (type.scalar) {
    case 'string':
      if (typeof value !== 'string') walk.errors.push(`${path}: expected string, got &value.valueUnstructured{Value:${goText(value)}}`);
      return;
    case 'bool':
      if (typeof value !== 'boolean') walk.errors.push(`${path}: expected boolean, got &{${goText(value)}}`);
      return;
    case 'int32':
    case 'int64':
    case 'float64':
      if (typeof value !== 'number') walk.errors.push(`${path}: expected numeric (int or float), got ${goKind(value)}`);
      return;
    case 'Quantity':
    case 'IntOrString':
      if (typeof value === 'object') walk.errors.push(`${path}: expected any scalar, got &{${goText(value)}}`);
      return;
    default:
  }
};
