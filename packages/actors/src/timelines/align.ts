import type { Leaves, Write } from './histories.js';
import { difference, sameLeaf, sameTime, type Shifts } from './same-leaves.js';

/** Where two sequences part: the writes that should be the same, and why they are not. */
export interface Divergence {
  readonly recorded: Write | undefined;
  readonly played: Write | undefined;
  /** What differs: a path of the object, or `by`, `t` or `verb`. */
  readonly what: string;
  /** How many writes were the same before. */
  readonly agreed: number;
}

/** Writes that one write of the other run may stand for. */
const LONGEST_MERGE = 24;
/** Writes of one run that together are as many of the other, cut elsewhere. */
const LONGEST_RECUT = 8;

/**
 * Whether two sequences of writes are the same, write by write, where `merges` says that updates of one controller may have merged into
 * one: then the object must go through states that both runs have, and between two of those each field must go the same way.
 */
export const align = (recorded: readonly Write[], played: readonly Write[], merges: boolean, shifts: (recorded: Write, played: Write) => Shifts): Divergence | undefined => {
  const rows = recorded.length;
  const columns = played.length;
  if (rows === 0 && columns === 0) return undefined;
  const same = new Map<number, boolean>();
  const agree = (i: number, j: number): boolean => {
    const key = i * columns + j;
    const known = same.get(key);
    if (known !== undefined) return known;
    const [a, b] = [recorded[i], played[j]];
    const result = a !== undefined && b !== undefined && whatDiffers(a, b, shifts(a, b)) === undefined;
    same.set(key, result);
    return result;
  };
  const reached = new Map<number, number>();
  const reach = (i: number, j: number, agreed: number): void => void reached.set(i * columns + j, Math.max(agreed, reached.get(i * columns + j) ?? 0));
  if (rows > 0 && columns > 0 && agree(0, 0) && sameManagers([recorded[0]], [played[0]])) reach(0, 0, 1);
  let furthest = { i: -1, j: -1, agreed: 0 };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const agreed = reached.get(i * columns + j);
      if (agreed === undefined) continue;
      if (agreed > furthest.agreed || (agreed === furthest.agreed && i + j > furthest.i + furthest.j)) furthest = { i, j, agreed };
      for (let a = 0; a <= (merges ? LONGEST_MERGE : 1) && i + a < rows; a++) {
        for (let b = a === 0 ? 1 : 0; b <= (merges ? LONGEST_MERGE : 1) && j + b < columns; b++) {
          if (!merges && (a !== 1 || b !== 1)) continue;
          if (a > 1 && b > 1 && Math.max(a, b) > LONGEST_RECUT) break;
          if (reached.has((i + a) * columns + j + b) && (a > 1 || b > 1)) continue;
          if (!agree(i + a, j + b)) continue;
          const [left, right] = [recorded.slice(i, i + a + 1), played.slice(j, j + b + 1)];
          if ((a !== 1 || b !== 1) && !(isMerge(left) && isMerge(right) && goTheSameWay(left, right, shifts))) continue;
          if (!sameManagers(left.slice(1), right.slice(1))) continue;
          reach(i + a, j + b, agreed + 1);
        }
      }
    }
  }
  if (reached.has(rows * columns - 1) && rows > 0 && columns > 0) return undefined;
  const [a, b] = [recorded[furthest.i + 1], played[furthest.j + 1]];
  const what = a === undefined || b === undefined ? 'verb' : whatDiffers(a, b, shifts(a, b)) ?? 'by';
  return { recorded: a, played: b, what, agreed: furthest.agreed };
};

const whatDiffers = (recorded: Write, played: Write, shifts: Shifts): string | undefined => {
  if (recorded.verb !== played.verb) return 'verb';
  const path = difference(recorded.leaves, played.leaves, shifts);
  if (path !== undefined) return path;
  return sameTime(recorded.t, played.t, shifts) ? undefined : 't';
};

/** The managers of a write are not known where it changed nothing of their entries but a time in the same second. */
const sameManagers = (recorded: readonly (Write | undefined)[], played: readonly (Write | undefined)[]): boolean => {
  const [a, b] = [new Set(recorded.flatMap((write) => write?.by ?? [])), new Set(played.flatMap((write) => write?.by ?? []))];
  if (a.size === 0 || b.size === 0) return true;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  return [...few].every((manager) => many.has(manager)) && (few.size === many.size || recorded.length !== 1 || played.length !== 1);
};

/** The writes after the first are updates, so they can have merged. */
const isMerge = (writes: readonly Write[]): boolean => writes.slice(1).every(({ verb }) => verb === 'modified');

/**
 * Counts of pods, and of sets of pods. Those may change in another order, entries of different objects being free to swap, so between two
 * states that both runs have their sums may go another way. That each is a count of what there was, `causes.ts` sees to.
 */
const COUNT = /^status\.\w*[rR]eplicas$/;

const goTheSameWay = (recorded: readonly Write[], played: readonly Write[], shifts: (recorded: Write, played: Write) => Shifts): boolean => {
  const [first, other] = [recorded[0], played[0]];
  if (first === undefined || other === undefined) return false;
  const between = shifts(first, other);
  const paths = new Set([...recorded, ...played].flatMap(({ changed }) => changed));
  for (const path of paths) {
    if (COUNT.test(path)) continue;
    const [a, b] = [valuesOf(recorded, path), valuesOf(played, path)];
    const [few, many] = a.length <= b.length ? [a, b] : [b, a];
    if (!isWithin(few, many, between) && !(isMonotone([...a, ...b.slice(-1)]) && isMonotone([...b, ...a.slice(-1)]))) return false;
  }
  return true;
};

const ABSENT = '';

const valuesOf = (writes: readonly Write[], path: string): string[] => {
  const values: string[] = [];
  for (const { leaves } of writes) {
    const value = (leaves as Leaves).get(path) ?? ABSENT;
    if (values.at(-1) !== value) values.push(value);
  }
  return values;
};

const isWithin = (few: readonly string[], many: readonly string[], shifts: Shifts): boolean => {
  let next = 0;
  for (const value of many) {
    const wanted = few[next];
    if (wanted !== undefined && sameLeaf(wanted, value, shifts)) next++;
  }
  return next === few.length;
};

/** Counts that only rise or only fall; an absent one is 0. Of times only the last counts. */
const isMonotone = (values: readonly string[]): boolean => {
  if (values.every((value) => value === ABSENT || /^"<([+-]\d+)?s>"$/.test(value))) return true;
  const numbers = values.map((value) => (value === ABSENT ? 0 : Number(value)));
  if (numbers.some((number) => Number.isNaN(number))) return false;
  const rises = numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));
  const falls = numbers.every((number, index) => index === 0 || number <= (numbers[index - 1] ?? 0));
  return rises || falls;
};
