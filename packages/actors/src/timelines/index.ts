import { play } from './play.js';
import type { Scenario } from './scenario.js';
import { searchSchedule } from './search.js';

export { play } from './play.js';
export { missingCommands } from './needs.js';
export { readScenario, type Scenario } from './scenario.js';

/** Runs of a scenario that may be spent on looking for the recorded one among those that a cluster can do. */
const MOST_RUNS = 150;

/**
 * Plays a recorded timeline in virtual time and compares every write with what was recorded (`comparison.ts`); the first difference of
 * the run that came closest, in words, or nothing if they are the same.
 */
export const compareScenario = (scenario: Scenario): string | undefined => {
  const { difference, runs } = searchSchedule(scenario, (schedule) => play(scenario, schedule), MOST_RUNS);
  return difference === undefined ? undefined : `step ${difference.step}: ${difference.text} (the closest of ${runs} runs)`;
};
