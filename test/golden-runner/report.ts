import type { CaseResult, Outcome } from './golden-set.js';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly notYetSupported: number;
}

/** Counts outcomes. */
export const totalsOf = (outcomes: readonly Outcome[]): Totals => {
  const count = (type: Outcome['type']): number => outcomes.filter((outcome) => outcome.type === type).length;
  return { passed: count('passed'), failed: count('failed'), notYetSupported: count('not yet supported') };
};

export const textOfTotals = ({ passed, failed, notYetSupported }: Totals): string => `${passed} passed, ${failed} failed, ${notYetSupported} not yet supported`;

const familiesOf = (results: readonly CaseResult[]): Map<string, CaseResult[]> => {
  const families = new Map<string, CaseResult[]>();
  for (const result of results) {
    const found = families.get(result.family);
    if (found) found.push(result);
    else families.set(result.family, [result]);
  }
  return families;
};

const outcomesOf = (results: readonly CaseResult[]): Outcome[] => results.map(({ outcome }) => outcome);

/** A line per family, the first difference of each failure below its family, and a line for all. */
export const reportOf = (set: string, results: readonly CaseResult[]): string => {
  const families = familiesOf(results);
  const width = Math.max(set.length, ...[...families.keys()].map((family) => family.length));
  const lines: string[] = [];
  for (const [family, members] of families) {
    lines.push(`${family.padEnd(width)}  ${textOfTotals(totalsOf(outcomesOf(members)))}`);
    for (const { name, outcome } of members) if (outcome.type === 'failed') lines.push(`  FAIL ${name}: ${outcome.difference.replaceAll('\n', '\n    ')}`);
  }
  return [...lines, `${set.padEnd(width)}  ${textOfTotals(totalsOf(outcomesOf(results)))}`, ''].join('\n');
};

/** Everything as data: totals, families, and each case that did not pass. */
export const dataOf = (results: readonly CaseResult[]): unknown => ({
  ...totalsOf(outcomesOf(results)),
  families: [...familiesOf(results)].map(([family, members]) => ({ set: members[0]?.set, family, ...totalsOf(outcomesOf(members)) })),
  cases: results.map(({ set, family, name, outcome }) => {
    const { type, ...rest } = outcome;
    return { set, family, name, outcome: type, ...rest };
  }),
});
