import { textTable } from '../report/text-table.js';
import type { SeedRun } from './run-seed.js';

/** How fast virtual time went, against the wall's. */
export const timesWall = (runs: readonly Pick<SeedRun, 'virtualSeconds' | 'wallSeconds'>[]): number => {
  const wall = runs.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  return wall === 0 ? 0 : runs.reduce((sum, { virtualSeconds }) => sum + virtualSeconds, 0) / wall;
};

/** All runs as a table, the sum in the last line. */
export const seedsTable = (runs: readonly SeedRun[]): string => {
  const failed = runs.filter(({ passed }) => !passed).length;
  const sum = (of: (run: SeedRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return textTable([
    ['SEED', 'RESULT', 'VIRTUAL', 'WALL', 'VIRTUAL/WALL', 'TRACE'],
    ...runs.map((run) => [
      String(run.seed), run.passed ? 'passed' : (run.failures[0]?.property ?? 'failed'), `${run.virtualSeconds.toFixed(1)} s`, `${run.wallSeconds.toFixed(2)} s`, `${Math.round(timesWall([run])).toLocaleString('en')}x`, run.traceHash,
    ]),
    [`${runs.length} seeds`, failed === 0 ? 'all passed' : `${failed} failed`, `${sum((run) => run.virtualSeconds).toFixed(1)} s`, `${sum((run) => run.wallSeconds).toFixed(2)} s`, `${Math.round(timesWall(runs)).toLocaleString('en')}x`, ''],
  ]);
};

/** A failed run for people: what, when, how to see it again, and the trace around it. */
export const failureText = (run: SeedRun, replay: string): string => {
  const [first, ...others] = run.failures;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : `\n  and ${others.length} more: ${[...new Set(others.map(({ property }) => property))].join(', ')}`;
  return `seed ${run.seed}: ${first.property} at ${first.at.toFixed(4)} s: ${first.what}${more}\n  replay: ${replay}\n${first.trace.map((line) => `  ${line}`).join('\n')}\n`;
};
