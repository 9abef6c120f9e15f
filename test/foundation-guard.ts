import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { GOLDEN_SETS } from './golden-runner/command.js';
import { readFoundation } from './golden-runner/foundation.js';
import { textOfTotals, totalsOf } from './golden-runner/report.js';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

export interface Guarded {
  readonly set: string;
  /** Lines of foundation.txt: names of cases, or of families. */
  readonly lines: number;
  /** What these come to. */
  readonly cases: number;
  readonly limitMs: number;
}

/** A test that runs every case of a set that the repository holds: none may fail, and none of the foundation may be left out. */
export const guardFoundation = ({ set, lines, cases, limitMs }: Guarded): void => {
  it(`the golden set ${set}: ${cases} cases of the foundation, and all others that are kept here, come out as the real components had them`, { timeout: limitMs }, async () => {
    const golden = GOLDEN_SETS.find(({ name }) => name === set);
    const results = (await golden?.read(`${GOLDEN}/${set}`).run({})) ?? [];
    process.stdout.write(`${set}: ${textOfTotals(totalsOf(results.map(({ outcome }) => outcome)))}\n`);
    const failed = results.flatMap(({ name, outcome }) => (outcome.type === 'failed' ? [`${name}: ${outcome.difference}`] : []));
    expect(failed).toEqual([]);
    const named = readFoundation(`${GOLDEN}/foundation.txt`).filter((line) => line.set === set);
    expect(named).toHaveLength(lines);
    const meant = named.map(({ name }) => results.filter((result) => result.name === name || result.family === name));
    expect(meant.flat()).toHaveLength(cases);
    expect(meant.every((found) => found.length > 0)).toBe(true);
    expect(meant.flat().filter(({ outcome }) => outcome.type === 'not yet supported')).toEqual([]);
  });
};
