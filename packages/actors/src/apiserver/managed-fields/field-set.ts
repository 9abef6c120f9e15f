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
  /** Path elements, sorted. */
  readonly elements: readonly string[];
  readonly children: readonly FieldSet[];
  /** Its FieldsV1 text, once somebody has asked for it. */
  text: string | undefined;
}

/** Interned nodes and remembered results are dropped together when either table outgrows this. */
const REMEMBERED = 8192;

let nextId = 3;
let nextElement = 1;
/** What is worked out once per path element: a number for hashes, and its JSON text. */
interface ElementInfo {
  readonly id: number;
  json: string | undefined;
}

const elementInfos = new Map<string, ElementInfo>();
/** By a hash of elements and children; the few that share a hash stand in one bucket. */
const interned = new Map<number, FieldSet[]>();
const parsed = new Map<string, FieldSet>();
let unions = new Map<number, FieldSet>();
let differences = new Map<number, FieldSet>();

export const NO_FIELDS: FieldSet = { id: 1, member: false, elements: [], children: [], text: undefined };
/** The set that holds just the path that leads to it. */
export const ITSELF: FieldSet = { id: 2, member: true, elements: [], children: [], text: undefined };

const forgetWhenFull = (): void => {
  if (interned.size < REMEMBERED && parsed.size < REMEMBERED && unions.size < REMEMBERED && differences.size < REMEMBERED && elementInfos.size < REMEMBERED) return;
  interned.clear();
  parsed.clear();
  elementInfos.clear();
  unions = new Map();
  differences = new Map();
};

const elementInfo = (element: string): ElementInfo => {
  let info = elementInfos.get(element);
  if (info === undefined) {
    info = { id: nextElement++, json: undefined };
    elementInfos.set(element, info);
  }
  return info;
};

/** `elements` must be sorted and `children` hold no empty set. */
export const fieldSet = (member: boolean, elements: readonly string[], children: readonly FieldSet[]): FieldSet => {
  const { length } = elements;
  if (length === 0) return member ? ITSELF : NO_FIELDS;
  let hash = member ? 0x811c9dc5 : 0x9e3779b1;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ elementInfo(elements[i] as string).id, 0x01000193);
    hash = Math.imul(hash ^ (children[i] as FieldSet).id, 0x85ebca6b);
  }
  let bucket = interned.get(hash);
  if (bucket === undefined) {
    forgetWhenFull();
    bucket = [];
    interned.set(hash, bucket);
  }
  for (let at = 0; at < bucket.length; at++) {
    const candidate = bucket[at] as FieldSet;
    if (candidate.member === member && sameParts(candidate, elements, children)) return candidate;
  }
  // Copies: arrays that were filled one by one have room for more than they hold.
  const node: FieldSet = { id: nextId++, member, elements: elements.slice(), children: children.slice(), text: undefined };
  bucket.push(node);
  return node;
};

const sameParts = (node: FieldSet, elements: readonly string[], children: readonly FieldSet[]): boolean => {
  if (node.elements.length !== elements.length) return false;
  for (let i = 0; i < elements.length; i++) if (node.elements[i] !== elements[i] || node.children[i] !== children[i]) return false;
  return true;
};

export const isEmpty = (set: FieldSet): boolean => set.elements.length === 0 && !set.member;

// Ids stay below 2^26 in any run that fits in memory between two clearings of the tables, so that a pair fits in a double.
const pair = (a: FieldSet, b: FieldSet): number => a.id * 0x400_0000 + (b.id % 0x400_0000);

export const union = (a: FieldSet, b: FieldSet): FieldSet => {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const key = pair(a, b);
  let result = unions.get(key);
  if (result === undefined) {
    result = mergeNodes(a, b);
    forgetWhenFull();
    unions.set(key, result);
  }
  return result;
};

const mergeNodes = (a: FieldSet, b: FieldSet): FieldSet => {
  const elements: string[] = [];
  const children: FieldSet[] = [];
  let i = 0;
  let j = 0;
  while (i < a.elements.length || j < b.elements.length) {
    const left = a.elements[i];
    const right = b.elements[j];
    if (right === undefined || (left !== undefined && left < right)) {
      elements.push(left as string);
      children.push(a.children[i++] as FieldSet);
    } else if (left === undefined || right < left) {
      elements.push(right);
      children.push(b.children[j++] as FieldSet);
    } else {
      elements.push(left);
      children.push(union(a.children[i++] as FieldSet, b.children[j++] as FieldSet));
    }
  }
  return fieldSet(a.member || b.member, elements, children);
};

/** The paths of `a` that are not in `b`; a path below a member of `b` is another path. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => {
  if (isEmpty(b) || isEmpty(a)) return a;
  if (a === b) return NO_FIELDS;
  const key = pair(a, b);
  let result = differences.get(key);
  if (result === undefined) {
    result = walk(a, b, difference, true, a.member && !b.member);
    forgetWhenFull();
    differences.set(key, result);
  }
  return result;
};

/** The paths of `a` that are neither in `b` nor below a path of `b` (RecursiveDifference). */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet =>
  walk(a, b, (left, right) => (right.member ? NO_FIELDS : recursiveDifference(left, right)), true, a.member && !b.member);

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  a === b ? a : walk(a, b, intersection, false, a.member && b.member);

const walk = (a: FieldSet, b: FieldSet, both: (a: FieldSet, b: FieldSet) => FieldSet, keepAlone: boolean, member: boolean): FieldSet => {
  const elements: string[] = [];
  const children: FieldSet[] = [];
  let j = 0;
  let same = member === a.member;
  for (let i = 0; i < a.elements.length; i++) {
    const element = a.elements[i] as string;
    const child = a.children[i] as FieldSet;
    while (j < b.elements.length && (b.elements[j] as string) < element) j++;
    const kept = b.elements[j] === element ? both(child, b.children[j] as FieldSet) : keepAlone ? child : NO_FIELDS;
    if (kept !== child) same = false;
    if (isEmpty(kept)) continue;
    elements.push(element);
    children.push(kept);
  }
  return same ? a : fieldSet(member, elements, children);
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
    text = set.member ? '{".":{}' : '{';
    for (let i = 0; i < set.elements.length; i++) {
      const element = set.elements[i] as string;
      const info = elementInfo(element);
      text += `${i > 0 || set.member ? ',' : ''}${(info.json ??= JSON.stringify(element))}:${textOfFieldSet(set.children[i] as FieldSet)}`;
    }
    text += '}';
    set.text = text;
  }
  return text;
};

/** The set that a FieldsV1 text means; undefined if it is none. */
export const parseFieldSet = (text: string): FieldSet | undefined => {
  let set = parsed.get(text);
  if (set === undefined) {
    let tree: unknown;
    try {
      tree = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return undefined;
    set = fromTree(tree as Record<string, unknown>, false);
    forgetWhenFull();
    parsed.set(text, set);
  }
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
