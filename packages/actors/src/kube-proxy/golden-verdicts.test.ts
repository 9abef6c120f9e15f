import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareVerdicts, type GoldenOutcome } from './golden-verdicts.js';

const golden = fileURLToPath(new URL('../../../../test/golden/kube-proxy/', import.meta.url));
const ids = readdirSync(`${golden}cases`).map((file) => file.replace('.txtar', ''));

const outcomes = new Map<string, GoldenOutcome[]>();
for (const id of ids) {
  const outcome = compareVerdicts(readFileSync(`${golden}cases/${id}.txtar`, 'utf8'), readFileSync(`${golden}verdicts/${id}.jsonl`, 'utf8'));
  outcomes.set(outcome.family, [...(outcomes.get(outcome.family) ?? []), outcome]);
}

describe('packets meet what the rules of the real kube-proxy did to them', () => {
  it.each([...outcomes])('in every case of %s', (_family, cases) => {
    expect(cases.filter((outcome) => outcome.result !== 'passed').map((outcome) => `${outcome.id}: ${outcome.different} of ${outcome.packets}, ${outcome.difference}`)).toEqual([]);
  });
});
