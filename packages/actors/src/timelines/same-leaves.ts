import type { Leaves } from './histories.js';

/** The recorded machine was busy: a time may be off by so many seconds (README of the golden set). */
export const TOLERANCE = 2;

const TIME = /<([+-]\d+)s>/g;
const timesIn = (text: string): number[] => [...text.matchAll(TIME)].map(([, seconds]) => Number(seconds));

/** By how much the clock of one run is ahead of the other's: 0, or what the steps before this one took more or less. */
export type Shifts = readonly number[];

/** Whether two times may be the same moment. */
export const sameTime = (recorded: number, played: number, shifts: Shifts): boolean => shifts.some((shift) => Math.abs(played - recorded - shift) <= TOLERANCE);

/** What was before the scenario began is another run's past. */
const isBefore = (recorded: number, played: number | undefined): boolean => recorded < 0 && (played ?? 0) < 0;

/** Whether two leaves are the same but for times within the tolerance. */
export const sameLeaf = (recorded: string, played: string, shifts: Shifts): boolean => {
  if (recorded === played) return true;
  const [a, b] = [recorded.replace(TIME, '<s>'), played.replace(TIME, '<s>')];
  if (a !== b) {
    // An entry that is like another does not say which revision it is about.
    if (!recorded.includes('<h>') && !played.includes('<h>')) return false;
    if (a.replace(/<h\d+>/g, '<h>') !== b.replace(/<h\d+>/g, '<h>')) return false;
  }
  const [times, others] = [timesIn(recorded), timesIn(played)];
  return times.length !== others.length || times.every((time, index) => isBefore(time, others[index]) || sameTime(time, others[index] ?? time, shifts));
};

/** The first path at which two objects differ. */
export const difference = (recorded: Leaves, played: Leaves, shifts: Shifts): string | undefined => {
  for (const [path, value] of recorded) {
    const other = played.get(path);
    if (other === undefined || !sameLeaf(value, other, shifts)) return path;
  }
  for (const path of played.keys()) if (!recorded.has(path)) return path;
  return undefined;
};
