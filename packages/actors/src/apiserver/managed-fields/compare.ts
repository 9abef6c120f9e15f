import { valueAt } from '../../api/chosen-keys.js';
import type { ApiField, ApiType, ValueType } from '../../api/fields.js';
import { type FieldFinder, fieldFinder, findDiffering } from './differing-fields.js';
import { type Gathered, gather, gatheredList, nothingGathered } from './element-list.js';
import { type FieldSet, ITSELF, NO_FIELDS, fieldSet, fieldSetOf, isEmpty } from './field-set.js';
import { deepEqual } from '../equality.js';
import { zeroValue } from '../zero-value.js';
import { sortTexts } from '../../api/sort-texts.js';
import { listElementPath } from './path-element.js';

/**
 * What differs between two values of a type (typed.Comparison of structured-merge-diff): `changed` holds the paths that were added
 * or got another value, `removed` those that went. Subtrees that are the same object are not entered.
 */
export interface Comparison {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

type Fields = Readonly<Record<string, unknown>>;

// The walk answers through these two, which spares an object per node of the tree.
let changed: FieldSet = NO_FIELDS;
let removed: FieldSet = NO_FIELDS;

// The fields that differ in the structs that the walk is in, three places each, and where those of the next struct will stand.
const found: unknown[] = [];
let top = 0;
const MOST_FOUND = 1024;

/** What is worked out once per type. */
interface Struct {
  /** In the order of their path elements. */
  readonly fields: readonly ApiField[];
  readonly elements: readonly string[];
  readonly finder: FieldFinder;
  /** Whether all fields are leaves and few, as in conditions, ports and addresses; the sets then by which of them changed and whether the struct is new. */
  readonly leaves: Map<number, FieldSet> | undefined;
  /** Where lists of changed fields begin. */
  readonly nothing: Gathered;
}

const structs = new WeakMap<ApiType, Struct>();

const structOf = (type: ApiType): Struct => {
  let struct = structs.get(type);
  if (struct === undefined) {
    const fields = [...type.fields].sort((a, b) => (a.name < b.name ? -1 : 1));
    const leaves = fields.length < 30 && fields.every((field) => field.type.kind === 'scalar' || (field.type.kind === 'list' && field.listType === 'atomic') || field.atomic);
    struct = { fields, elements: fields.map((field) => elementOf(field.name)), finder: fieldFinder(fields.map((field) => field.name)), leaves: leaves ? new Map() : undefined, nothing: nothingGathered() };
    structs.set(type, struct);
  }
  return struct;
};

const elementNames = new Map<string, string>();
const elementOf = (name: string): string => {
  let element = elementNames.get(name);
  if (element === undefined) {
    element = `f:${name}`;
    if (elementNames.size > 20_000) elementNames.clear();
    elementNames.set(name, element);
  }
  return element;
};

/** Compares the fields of two structs of one type, but for those named in `skip`. */
export const compareStructs = (type: ApiType, before: Fields, after: Fields, skip?: ReadonlySet<string>): Comparison => {
  top = 0;
  walkStruct(type, before, after, false, skip);
  if (found.length > MOST_FOUND) found.length = 0;
  return { changed, removed };
};

const leaf = (before: unknown, after: unknown): void => {
  changed = NO_FIELDS;
  removed = NO_FIELDS;
  if (before === undefined) changed = ITSELF;
  else if (after === undefined) removed = ITSELF;
  else if (!deepEqual(before, after)) changed = ITSELF;
};

const same = (): void => {
  changed = NO_FIELDS;
  removed = NO_FIELDS;
};

const walkValue = (field: ApiField | undefined, type: ValueType, before: unknown, after: unknown): void => {
  if (before === after) return same();
  switch (type.kind) {
    case 'scalar':
      return leaf(before, after);
    case 'struct':
      if ((field?.atomic ?? type.struct.atomic) || type.struct.union !== undefined || (hollow(before) && hollow(after))) return leaf(before, after);
      if (structOf(type.struct).leaves === undefined && before === zeroValue(type.struct)) return walkFilled(type.struct, before, after);
      return walkStruct(type.struct, fieldsOf(before), fieldsOf(after), true, undefined, before, after);
    case 'map':
      if ((field?.atomic ?? false) || (hollow(before) && hollow(after))) return leaf(before, after);
      // Labels and selectors come back as they were read, in objects of their own.
      if (deepEqual(before, after)) return same();
      return walkMap(type.element, fieldsOf(before), fieldsOf(after), before, after);
    case 'list':
      if (field === undefined || field.listType === 'atomic' || (hollow(before) && hollow(after))) return leaf(before, after);
      return walkList(field, type.element, listOf(before), listOf(after), before, after);
  }
};

const filled = new WeakMap<object, FieldSet>();

/** What a struct holds that was empty before. Parts that many objects share, such as the spec of a pod template, are walked once. */
const walkFilled = (type: ApiType, before: unknown, after: unknown): void => {
  if (typeof after !== 'object' || after === null) return walkStruct(type, fieldsOf(before), fieldsOf(after), true, undefined, before, after);
  const known = filled.get(after);
  if (known !== undefined) {
    changed = known;
    removed = NO_FIELDS;
    return;
  }
  walkStruct(type, fieldsOf(before), fieldsOf(after), true, undefined, before, after);
  if (isEmpty(removed)) filled.set(after, changed);
};

const NOTHING: Fields = {};
const NO_ITEMS: readonly unknown[] = [];
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : NOTHING);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : NO_ITEMS);

/** Absent, null or without content: such a pair is compared as a leaf, which keeps the difference between empty and null. */
const hollow = (value: unknown): boolean => {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object') {
    for (const _ in value) return false;
    return true;
  }
  return false;
};

const setOfMask = (struct: Struct, leaves: Map<number, FieldSet>, mask: number, member: boolean): FieldSet => {
  if (mask === 0) return member ? ITSELF : NO_FIELDS;
  const key = mask * 2 + (member ? 1 : 0);
  let set = leaves.get(key);
  if (set === undefined) {
    const elements = struct.elements.filter((_, i) => (mask & (1 << i)) !== 0);
    set = fieldSet(member, elements, elements.map(() => ITSELF));
    leaves.set(key, set);
  }
  return set;
};

const walkLeaves = (struct: Struct, leaves: Map<number, FieldSet>, before: Fields, after: Fields, added: boolean, gone: boolean): void => {
  let changedMask = 0;
  let removedMask = 0;
  const end = findDiffering(struct.finder, before, after, found, top);
  for (let at = top; at < end; at += 3) {
    const i = found[at] as number;
    const left = found[at + 1];
    const right = found[at + 2];
    if (right === undefined) removedMask |= 1 << i;
    else if (left === undefined || !deepEqual(left, right)) changedMask |= 1 << i;
  }
  changed = setOfMask(struct, leaves, changedMask, added);
  removed = setOfMask(struct, leaves, removedMask, gone);
};

const NO_SETS: readonly FieldSet[] = [];

function walkStruct(type: ApiType, before: Fields, after: Fields, nested: boolean, skip?: ReadonlySet<string>, was?: unknown, is?: unknown): void {
  const struct = structOf(type);
  const added = nested && was === undefined;
  const gone = nested && is === undefined;
  if (skip === undefined && struct.leaves !== undefined) return walkLeaves(struct, struct.leaves, before, after, added, gone);
  const { fields, elements } = struct;
  let more = struct.nothing;
  let less = struct.nothing;
  let moreSets: FieldSet[] | undefined;
  let lessSets: FieldSet[] | undefined;
  const start = top;
  const end = findDiffering(struct.finder, before, after, found, start);
  top = end;
  for (let at = start; at < end; at += 3) {
    const i = found[at] as number;
    const field = fields[i] as ApiField;
    if (skip !== undefined && skip.has(field.name)) continue;
    walkValue(field, field.type, found[at + 1], found[at + 2]);
    const above = changed;
    const below = removed;
    if (!isEmpty(above)) {
      more = gather(more, i, elements[i] as string);
      if (moreSets === undefined) moreSets = [above];
      else moreSets.push(above);
    }
    if (!isEmpty(below)) {
      less = gather(less, i, elements[i] as string);
      if (lessSets === undefined) lessSets = [below];
      else lessSets.push(below);
    }
  }
  top = start;
  changed = fieldSetOf(added, gatheredList(more), moreSets ?? NO_SETS);
  removed = fieldSetOf(gone, gatheredList(less), lessSets ?? NO_SETS);
}

function walkMap(element: ValueType, before: Fields, after: Fields, was: unknown, is: unknown): void {
  let more: Part | undefined;
  let less: Part | undefined;
  for (const key of sortedUnion(before, after)) {
    walkValue(undefined, element, valueAt(before, key), valueAt(after, key));
    if (!isEmpty(changed)) more = withChild(more, elementOf(key), changed);
    if (!isEmpty(removed)) less = withChild(less, elementOf(key), removed);
  }
  finish(was === undefined, is === undefined, more, less);
}

const sortedUnion = (before: Fields, after: Fields): string[] => {
  const keys = Object.keys(before);
  for (const key in after) if (!Object.hasOwn(before, key)) keys.push(key);
  return sortTexts(keys);
};

/** What is gathered of a set: its elements so far, in order, and what stands below each. */
interface Part {
  readonly elements: string[];
  readonly children: FieldSet[];
}

const withChild = (part: Part | undefined, element: string, child: FieldSet): Part => {
  if (part === undefined) return { elements: [element], children: [child] };
  part.elements.push(element);
  part.children.push(child);
  return part;
};

/** As `withChild`, for elements that come in any order. */
const withChildInOrder = (part: Part | undefined, element: string, child: FieldSet): Part => {
  const whole = withChild(part, element, child);
  const { elements, children } = whole;
  for (let at = elements.length - 1; at > 0 && (elements[at - 1] as string) > element; at--) {
    elements[at] = elements[at - 1] as string;
    children[at] = children[at - 1] as FieldSet;
    elements[at - 1] = element;
    children[at - 1] = child;
  }
  return whole;
};

/** Lists of more elements than this are matched by a table. */
const FEW = 16;

function walkList(field: ApiField, element: ValueType, before: readonly unknown[], after: readonly unknown[], was: unknown, is: unknown): void {
  const left = before.length <= FEW && after.length <= FEW ? distinctPaths(field, before) : undefined;
  const right = left === undefined ? undefined : distinctPaths(field, after);
  if (left === undefined || right === undefined) return walkLongList(field, element, before, after, was, is);
  let more: Part | undefined;
  let less: Part | undefined;
  for (let i = 0; i < right.length; i++) {
    const path = right[i];
    if (path === undefined) continue;
    const at = left[i] === path ? i : left.indexOf(path);
    walkValue(undefined, element, at < 0 ? undefined : before[at], after[i]);
    if (!isEmpty(changed)) more = withChildInOrder(more, path, changed);
    if (!isEmpty(removed)) less = withChildInOrder(less, path, removed);
  }
  for (let i = 0; i < left.length; i++) {
    const path = left[i];
    if (path === undefined || right[i] === path || right.includes(path)) continue;
    walkValue(undefined, element, before[i], undefined);
    if (!isEmpty(changed)) more = withChildInOrder(more, path, changed);
    if (!isEmpty(removed)) less = withChildInOrder(less, path, removed);
  }
  finish(was === undefined, is === undefined, more, less);
}

/** The path of each element, where it has one; undefined if two have the same. */
const distinctPaths = (field: ApiField, items: readonly unknown[]): (string | undefined)[] | undefined => {
  const paths: (string | undefined)[] = [];
  for (let i = 0; i < items.length; i++) {
    const path = listElementPath(field, items[i]);
    if (path !== undefined && paths.includes(path)) return undefined;
    paths.push(path);
  }
  return paths;
};

function walkLongList(field: ApiField, element: ValueType, before: readonly unknown[], after: readonly unknown[], was: unknown, is: unknown): void {
  const left = byPath(field, before);
  const right = byPath(field, after);
  const paths = [...left.keys()];
  for (const path of right.keys()) if (!left.has(path)) paths.push(path);
  let more: Part | undefined;
  let less: Part | undefined;
  for (const path of sortTexts(paths)) {
    const before1 = left.get(path);
    const after1 = right.get(path);
    if (before1 instanceof Repeated || after1 instanceof Repeated) leaf(itemsOf(before1), itemsOf(after1));
    else walkValue(undefined, element, before1, after1);
    if (!isEmpty(changed)) more = withChild(more, path, changed);
    if (!isEmpty(removed)) less = withChild(less, path, removed);
  }
  finish(was === undefined, is === undefined, more, less);
}

/** Elements that share a path, which the store may hold: together they are one leaf. */
class Repeated {
  readonly items: unknown[];
  constructor(items: unknown[]) {
    this.items = items;
  }
}

const itemsOf = (value: unknown): unknown => (value instanceof Repeated ? value.items : value);

const byPath = (field: ApiField, items: readonly unknown[]): Map<string, unknown> => {
  const map = new Map<string, unknown>();
  for (const item of items) {
    const path = listElementPath(field, item);
    if (path === undefined) continue;
    const former = map.get(path);
    if (former === undefined) map.set(path, item);
    else if (former instanceof Repeated) former.items.push(item);
    else map.set(path, new Repeated([former, item]));
  }
  return map;
};

const finish = (added: boolean, gone: boolean, more: Part | undefined, less: Part | undefined): void => {
  changed = more === undefined ? (added ? ITSELF : NO_FIELDS) : fieldSet(added, more.elements, more.children);
  removed = less === undefined ? (gone ? ITSELF : NO_FIELDS) : fieldSet(gone, less.elements, less.children);
};
