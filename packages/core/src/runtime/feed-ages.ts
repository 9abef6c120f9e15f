import type { Duration, Instant } from '../time.js';

/** How old the entries of a log are: marks at some of its positions, rather than a time for each entry. */
export interface Ages {
  readonly fresh: Duration;
  /** Entries before `position` were there at `at`; ascending. */
  marks: { readonly at: Instant; readonly position: number }[];
}

/** Marks per freshness: entries stay for up to an eighth longer than that. */
const MARKS = 8;

/** Entries that stay however old they are, as the least capacity of a watch cache (kube-apiserver 1.36, `defaultLowerBoundCapacity`). */
const LEAST_ENTRIES = 100;

export const newAges = (fresh: Duration): Ages => ({ fresh, marks: [] });

/** Entries are about to be added at `position`. */
export const note = (ages: Ages, position: number, now: Instant): void => {
  const last = ages.marks[ages.marks.length - 1];
  if (last === undefined || last.at + ages.fresh / MARKS <= now) ages.marks.push({ at: now, position });
};

/** How many of the `count` entries from position `base` on have grown old. */
export const dropBy = (ages: Ages, now: Instant, base: number, count: number): number => {
  const { marks, fresh } = ages;
  // What came after a mark came soon after it, or there would be another one.
  const passed = marks.findLastIndex(({ at }) => at + fresh + fresh / MARKS <= now);
  if (passed < 0) return 0;
  ages.marks = marks.slice(passed + 1);
  const [next] = ages.marks;
  return Math.max(0, Math.min(next === undefined ? count : next.position - base, count - LEAST_ENTRIES));
};
