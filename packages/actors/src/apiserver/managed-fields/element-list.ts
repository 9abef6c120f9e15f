/**
 * The path elements of one level of a field set (`f:spec`, `k:{"name":"c"}`), sorted. Interned: the sets of thousands of objects of
 * one shape name the same fields at each level, so that sets can be told apart by the identity of these lists.
 */
export interface ElementList {
  /** Unique per list. */
  readonly id: number;
  readonly names: readonly string[];
  /** It names what one object alone has: nobody else will ask for it, and no table keeps it. */
  readonly isOwn: boolean;
  /** The names as JSON, once somebody has asked for them. */
  json: readonly string[] | undefined;
}

/** Numbers of names and lists of them are dropped together when either table outgrows this. */
const REMEMBERED = 8192;

let nextName = 1;
let nextList = 1;
const numbers = new Map<string, number>();
/** By a hash of the names; the few that share a hash stand in one bucket. */
const lists = new Map<number, ElementList[]>();

/** Of a pod's addresses, which no other pod has: with those of each, the tables would hold little else. */
const OWN = 'k:{"ip":';

/** The list of these names, which must be sorted; the array stays the caller's. */
export const elementList = (names: readonly string[]): ElementList => {
  const { length } = names;
  if (length > 0 && (names[0] as string).startsWith(OWN)) return { id: nextList++, names: names.slice(), isOwn: true, json: undefined };
  let hash = length;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ numberOf(names[i] as string), 0x01000193);
  let bucket = lists.get(hash);
  if (bucket === undefined) {
    if (lists.size >= REMEMBERED || numbers.size >= REMEMBERED) {
      lists.clear();
      numbers.clear();
    }
    bucket = [];
    lists.set(hash, bucket);
  }
  for (let at = 0; at < bucket.length; at++) {
    const candidate = bucket[at] as ElementList;
    if (sameNames(candidate.names, names)) return candidate;
  }
  // A copy: an array that was filled one by one has room for more than it holds.
  const list: ElementList = { id: nextList++, names: names.slice(), isOwn: false, json: undefined };
  bucket.push(list);
  return list;
};

const numberOf = (name: string): number => {
  let number = numbers.get(name);
  if (number === undefined) {
    number = nextName++;
    numbers.set(name, number);
  }
  return number;
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

export const jsonOf = (list: ElementList): readonly string[] => (list.json ??= list.names.map((name) => JSON.stringify(name)));

/**
 * Lists that are gathered name by name out of a few known ones, such as the fields of a struct that have changed: each step leads from
 * what has been gathered so far to the same place, however often it is taken.
 */
export interface Gathered {
  readonly former: Gathered | undefined;
  readonly name: string;
  /** By the number of the name that comes next. */
  readonly next: (Gathered | undefined)[];
  list: ElementList | undefined;
}

export const nothingGathered = (): Gathered => ({ former: undefined, name: '', next: [], list: undefined });

/** So many places are remembered in all: far more than clients change fields together in different ways. */
const MOST_GATHERED = 50_000;
let gathered = 0;

/** What is gathered with one more name, which is the `index`th of those that there are; names must come in order. */
export const gather = (soFar: Gathered, index: number, name: string): Gathered => {
  const known = soFar.next[index];
  if (known !== undefined) return known;
  const place: Gathered = { former: soFar, name, next: [], list: undefined };
  if (gathered < MOST_GATHERED) {
    gathered++;
    soFar.next[index] = place;
  }
  return place;
};

export const gatheredList = (place: Gathered): ElementList => (place.list ??= elementList(namesOf(place)));

const namesOf = (place: Gathered): string[] => {
  const names: string[] = [];
  for (let at = place; at.former !== undefined; at = at.former) names.push(at.name);
  return names.reverse();
};
