import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type GoldenDecision, compareDecision } from './golden-decisions.js';

const cases = (family: string): GoldenDecision[] =>
  readFileSync(fileURLToPath(new URL(`../../../../test/golden/scheduler/decisions/${family}.jsonl`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenDecision);

describe.each(['resources', 'nodeaffinity', 'taints', 'ports', 'images', 'balanced', 'conditions', 'gates'])('decisions of the family %s', (family) => {
  it('equal those of kube-scheduler 1.36 in all 60 cases', () => {
    const all = cases(family);
    const failed = all.map((golden) => ({ id: golden.id, differences: compareDecision(golden) })).filter(({ differences }) => differences.length > 0);
    expect(failed).toEqual([]);
    expect(all).toHaveLength(60);
  });
});
