import { jsonOf, type ElementList, elementList } from './element-list.js';

/**
 * A set of field paths, as structured-merge-diff keeps it: a tree whose edges are path elements in their serialised form
 * (`f:spec`, `k:{"name":"c"}`, `v:"x"`) and whose nodes say whether the path itself is in the set (`.`). Sets are immutable and
 * interned, so that the sets of thousands of objects of one shape are one set, and the algebra on them is remembered by identity.
 */
export interface FieldSet {
  /** Unique per set; equal sets that were interned while the table held them have equal ids. */
  readonly id: number;
  /** The path to this node is itself in the set. */
  readonly member: boolean;
  readonly list: ElementList;
  /** Path elements, sorted: those of `list`. */
  readonly elements: readonly string[];
  readonly children: readonly FieldSet[];
  /** It holds paths that one object alone has: it is not interned, and nothing is remembered of it. */
  readonly isOwn: boolean;
  /** Its FieldsV1 text, once somebody has asked for it. */
  text: string | undefined;
}

/** Interned nodes and parsed texts are dropped together when either table outgrows this. */
const REMEMBERED = 8192;

let nextId = 3;
/** By a hash of elements and children; the few that share a hash stand in one bucket. */
const interned = new Map<number, FieldSet[]>();
const parsed = new Map<string, FieldSet>();

const NO_ELEMENTS = elementList([]);
export const NO_FIELDS: FieldSet = { id: 1, member: false, list: NO_ELEMENTS, elements: NO_ELEMENTS.names, children: [], isOwn: false, text: undefined };
/** The set that holds just the path that leads to it. */
export const ITSELF: FieldSet = { id: 2, member: true, list: NO_ELEMENTS, elements: NO_ELEMENTS.names, children: [], isOwn: false, text: undefined };

const forgetWhenFull = (): void => {
  if (interned.size < REMEMBERED && parsed.size < REMEMBERED) return;
  interned.clear();
  parsed.clear();
  byLength.clear();
};

/** `elements` must be sorted and `children` hold no empty set. */
export const fieldSet = (member: boolean, elements: readonly string[], children: readonly FieldSet[]): FieldSet => fieldSetOf(member, elementList(elements), children);

/** As `fieldSet`, where the elements are known. */
export const fieldSetOf = (member: boolean, list: ElementList, children: readonly FieldSet[]): FieldSet => {
  const { length } = children;
  if (length === 0) return member ? ITSELF : NO_FIELDS;
  let { isOwn } = list;
  for (let i = 0; i < length; i++) isOwn ||= (children[i] as FieldSet).isOwn;
  // A copy: an array that was filled one by one has room for more than it holds.
  if (isOwn) return { id: nextId++, member, list, elements: list.names, children: children.slice(), isOwn, text: undefined };
  let hash = Math.imul((member ? 0x811c9dc5 : 0x9e3779b1) ^ list.id, 0x01000193);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (children[i] as FieldSet).id, 0x85ebca6b) ^ (hash >>> 15);
  let bucket = interned.get(hash);
  if (bucket === undefined) {
    forgetWhenFull();
    bucket = [];
    interned.set(hash, bucket);
  }
  for (let at = 0; at < bucket.length; at++) {
    const candidate = bucket[at] as FieldSet;
    if (candidate.member === member && candidate.list === list && sameChildren(candidate.children, children)) return candidate;
  }
  const node: FieldSet = { id: nextId++, member, list, elements: list.names, children: children.slice(), isOwn, text: undefined };
  bucket.push(node);
  return node;
};

const sameChildren = (a: readonly FieldSet[], b: readonly FieldSet[]): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

export const isEmpty = (set: FieldSet): boolean => set.elements.length === 0 && !set.member;

/** What an operation made of pairs of sets. A pair takes the place of whichever had its slot. */
interface Results {
  readonly left: (FieldSet | undefined)[];
  readonly right: (FieldSet | undefined)[];
  readonly result: FieldSet[];
}

/** A power of two. */
const SLOTS = 4096;
const noResults = (): Results => ({ left: new Array<FieldSet | undefined>(SLOTS).fill(undefined), right: new Array<FieldSet | undefined>(SLOTS).fill(undefined), result: new Array<FieldSet>(SLOTS).fill(NO_FIELDS) });
const unions = noResults();
const differences = noResults();

const slotOf = (a: FieldSet, b: FieldSet): number => {
  const hash = Math.imul(Math.imul(a.id, 0x9e3779b1) ^ b.id, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
};

const keepResult = (results: Results, slot: number, a: FieldSet, b: FieldSet, result: FieldSet): FieldSet => {
  if (a.isOwn || b.isOwn) return result;
  results.left[slot] = a;
  results.right[slot] = b;
  results.result[slot] = result;
  return result;
};

export const union = (a: FieldSet, b: FieldSet): FieldSet => {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const slot = slotOf(a, b);
  if (unions.left[slot] === a && unions.right[slot] === b) return unions.result[slot] as FieldSet;
  return keepResult(unions, slot, a, b, mergeNodes(a, b));
};

const mergeNodes = (a: FieldSet, b: FieldSet): FieldSet => {
  const elements: string[] = [];
  const children: FieldSet[] = [];
  let i = 0;
  let j = 0;
  while (i < a.elements.length || j < b.elements.length) {
    const left = a.elements[i];
    const right = b.elements[j];
    if (left === right) {
      elements.push(left as string);
      children.push(union(a.children[i++] as FieldSet, b.children[j++] as FieldSet));
    } else if (right === undefined || (left !== undefined && left < right)) {
      elements.push(left as string);
      children.push(a.children[i++] as FieldSet);
    } else {
      elements.push(right);
      children.push(b.children[j++] as FieldSet);
    }
  }
  return fieldSet(a.member || b.member, elements, children);
};

/** The paths of `a` that are not in `b`; a path below a member of `b` is another path. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => {
  if (isEmpty(b) || isEmpty(a)) return a;
  if (a === b) return NO_FIELDS;
  const slot = slotOf(a, b);
  if (differences.left[slot] === a && differences.right[slot] === b) return differences.result[slot] as FieldSet;
  return keepResult(differences, slot, a, b, walk(a, b, difference, true, a.member && !b.member));
};

/** The paths of `a` that are neither in `b` nor below a path of `b` (RecursiveDifference). */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet =>
  walk(a, b, (left, right) => (right.member ? NO_FIELDS : recursiveDifference(left, right)), true, a.member && !b.member);

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  a === b ? a : walk(a, b, intersection, false, a.member && b.member);

const walk = (a: FieldSet, b: FieldSet, both: (a: FieldSet, b: FieldSet) => FieldSet, keepAlone: boolean, member: boolean): FieldSet => {
  let elements: string[] | undefined;
  let children: FieldSet[] | undefined;
  let j = 0;
  for (let i = 0; i < a.elements.length; i++) {
    const element = a.elements[i] as string;
    const child = a.children[i] as FieldSet;
    while (j < b.elements.length && b.elements[j] !== element && (b.elements[j] as string) < element) j++;
    const kept = b.elements[j] === element ? both(child, b.children[j] as FieldSet) : keepAlone ? child : NO_FIELDS;
    if (elements === undefined || children === undefined) {
      if (kept === child) continue;
      elements = a.elements.slice(0, i);
      children = a.children.slice(0, i);
    }
    if (isEmpty(kept)) continue;
    elements.push(element);
    children.push(kept);
  }
  if (elements === undefined || children === undefined) return member === a.member ? a : fieldSetOf(member, a.list, a.children);
  return fieldSet(member, elements, children);
};

export const childOf = (set: FieldSet, element: string): FieldSet => {
  const at = set.elements.indexOf(element);
  return at < 0 ? NO_FIELDS : (set.children[at] as FieldSet);
};

/** The set without everything at and below `path`. */
export const withoutPath = (set: FieldSet, path: readonly string[]): FieldSet => {
  const [first, ...rest] = path;
  const at = first === undefined ? -1 : set.elements.indexOf(first);
  if (at < 0) return set;
  const kept = rest.length === 0 ? NO_FIELDS : withoutPath(set.children[at] as FieldSet, rest);
  if (kept === set.children[at]) return set;
  const elements = [...set.elements];
  const children = [...set.children];
  if (isEmpty(kept)) {
    elements.splice(at, 1);
    children.splice(at, 1);
  } else children[at] = kept;
  return fieldSet(set.member, elements, children);
};

/** FieldsV1: `{}` is the path itself, and `.` names it where something stands below it. */
export const textOfFieldSet = (set: FieldSet): string => {
  if (set.elements.length === 0) return '{}';
  let { text } = set;
  if (text === undefined) {
    const names = jsonOf(set.list);
    text = set.member ? '{".":{}' : '{';
    for (let i = 0; i < names.length; i++) text += `${i > 0 || set.member ? ',' : ''}${names[i] as string}:${textOfFieldSet(set.children[i] as FieldSet)}`;
    text += '}';
    set.text = text;
  }
  return text;
};

/** Texts that were parsed last, by their length: to compare a text that was just read with a few others costs less than its hash. */
const byLength = new Map<number, Recent>();
interface Recent {
  readonly texts: string[];
  readonly sets: FieldSet[];
  next: number;
}
const RECENT = 4;

/** The set that a FieldsV1 text means; undefined if it is none. */
export const parseFieldSet = (text: string): FieldSet | undefined => {
  const { length } = text;
  let alike = byLength.get(length);
  if (alike !== undefined) for (let i = 0; i < alike.texts.length; i++) if (alike.texts[i] === text) return alike.sets[i];
  const set = parsed.get(text) ?? parse(text);
  if (set === undefined) return undefined;
  if (alike === undefined) {
    alike = { texts: [], sets: [], next: 0 };
    byLength.set(length, alike);
  }
  alike.texts[alike.next] = text;
  alike.sets[alike.next] = set;
  alike.next = (alike.next + 1) % RECENT;
  return set;
};

const parse = (text: string): FieldSet | undefined => {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return undefined;
  const set = fromTree(tree as Record<string, unknown>, false);
  if (set.isOwn) return set;
  forgetWhenFull();
  parsed.set(text, set);
  return set;
};

const fromTree = (tree: Record<string, unknown>, leaf: boolean): FieldSet => {
  const elements = Object.keys(tree).sort();
  if (elements.length === 0) return leaf ? ITSELF : NO_FIELDS;
  const children: FieldSet[] = [];
  const kept: string[] = [];
  let member = false;
  for (const element of elements) {
    if (element === '.') {
      member = true;
      continue;
    }
    const below = tree[element];
    kept.push(element);
    children.push(typeof below === 'object' && below !== null ? fromTree(below as Record<string, unknown>, true) : ITSELF);
  }
  return fieldSet(member, kept, children);
};
