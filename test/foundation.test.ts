import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GOLDEN_SETS } from './golden-runner/command.js';
import { readFoundation } from './golden-runner/foundation.js';
import type { CaseResult } from './golden-runner/golden-set.js';
import { textOfTotals, totalsOf } from './golden-runner/report.js';

/** Recorded cases of the foundation, and of what the repository holds besides: all are run, none may fail, and none of the foundation may be left out. */

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const foundation = readFoundation(`${GOLDEN}/foundation.txt`);

/** Lines of foundation.txt, and what they come to: names of cases, or families and the cases in them. */
const NUMBERS: Readonly<Record<string, { readonly lines: number; readonly cases: number }>> = {
  api: { lines: 336, cases: 336 },
  kubelet: { lines: 15, cases: 15 },
  scheduler: { lines: 8, cases: 480 },
  'kube-proxy': { lines: 7, cases: 57 },
};

const run = (set: string): Promise<readonly CaseResult[]> => {
  const golden = GOLDEN_SETS.find(({ name }) => name === set);
  if (!golden) throw new Error(`no golden set ${set}`);
  return golden.read(`${GOLDEN}/${set}`).run({});
};

describe.each(Object.entries(NUMBERS))('the golden set %s', (set, { lines, cases }) => {
  it(`answers as the real components do in ${cases} cases of the foundation, and in all others that it holds`, { timeout: 600_000 }, async () => {
    const results = await run(set);
    process.stdout.write(`${set}: ${textOfTotals(totalsOf(results.map(({ outcome }) => outcome)))}\n`);
    const failed = results.flatMap(({ name, outcome }) => (outcome.type === 'failed' ? [`${name}: ${outcome.difference}`] : []));
    expect(failed).toEqual([]);
    const named = foundation.filter((line) => line.set === set);
    expect(named).toHaveLength(lines);
    const meant = named.map(({ name }) => results.filter((result) => result.name === name || result.family === name));
    expect(meant.filter((found) => found.length === 0)).toEqual([]);
    expect(meant.flat()).toHaveLength(cases);
    expect(meant.flat().filter(({ outcome }) => outcome.type === 'not yet supported')).toEqual([]);
  });
});
