import { compareTimelines, type Difference } from './comparison.js';
import type { Schedule } from './pace.js';
import type { Scenario, Timeline } from './scenario.js';

export interface Found {
  /** The schedule that came closest. */
  readonly schedule: Schedule;
  readonly runs: number;
  /** Nothing if that run is the recorded one. */
  readonly difference: Difference | undefined;
}

/** Attempts at the step in which the runs part, before the step before it is tried again too. */
const PATIENCE = 12;

/**
 * A recording is one run of a cluster in which components race; a cluster that behaves the same can do what was recorded, under some
 * schedule. This looks for that schedule, step by step: as long as the runs part in a step, that step is played again at another pace.
 * All is drawn from fixed seeds, so the same scenario always finds the same.
 */
export const searchSchedule = (scenario: Scenario, play: (schedule: Schedule) => Timeline, most: number): Found => {
  const compare = (schedule: Schedule): Difference | undefined => compareTimelines(scenario, play(schedule), { nodes: scenario.nodes === true });
  let best: { schedule: number[]; difference: Difference | undefined } = { schedule: [], difference: compare([]) };
  const tries = new Map<number, number>();
  let runs = 1;
  for (let sinceBetter = 0; best.difference !== undefined && runs < most; runs++) {
    const { step } = best.difference;
    // What follows from an earlier step's pace, or from the phases, shows only later.
    const again = sinceBetter >= PATIENCE && sinceBetter % 2 === 0 ? Math.max(0, step - 1) : sinceBetter % 2 === 1 ? 0 : step;
    const attempt = (tries.get(again) ?? 0) + 1;
    tries.set(again, attempt);
    const schedule = Array.from({ length: Math.max(again, best.schedule.length - 1) + 1 }, (_, index) => (index === again ? attempt : best.schedule[index] ?? 0));
    const difference = compare(schedule);
    const better = difference === undefined || difference.step > step || (difference.step === step && difference.agreed > best.difference.agreed);
    if (better) best = { schedule, difference };
    sinceBetter = better ? 0 : sinceBetter + 1;
  }
  return { ...best, runs };
};
