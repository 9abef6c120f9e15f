import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runGoldenCase } from './golden.js';

interface Totals {
  readonly passed: number;
  readonly notYetSupported: number;
  readonly failures: readonly string[];
}

const run = (family: string): Totals => {
  const file = fileURLToPath(new URL(`../../../../test/golden/scheduler/${family}.jsonl`, import.meta.url));
  let passed = 0;
  let notYetSupported = 0;
  const failures: string[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const golden = JSON.parse(line) as { readonly id: string };
    const outcome = runGoldenCase(family, golden);
    if (outcome.type === 'passed') passed++;
    else if (outcome.type === 'failed') failures.push(`${golden.id}: ${outcome.difference}`);
    else notYetSupported++;
  }
  return { passed, notYetSupported, failures };
};

describe('what kube-scheduler 1.36 did is done here', () => {
  it.each(['resources', 'nodeaffinity', 'taints', 'ports', 'images', 'balanced', 'conditions', 'gates'])('in all 60 decisions of the family %s', (family) => {
    expect(run(`decisions/${family}`)).toEqual({ passed: 60, notYetSupported: 0, failures: [] });
  });

  it('in the sequences of 20 pods that need built plugins alone', () => {
    expect(run('decisions/sequence')).toEqual({ passed: 19, notYetSupported: 11, failures: [] });
  });

  it('in the texts of Events and conditions', () => {
    expect(run('events/events')).toEqual({ passed: 13, notYetSupported: 7, failures: [] });
  });

  it('in the scenarios of the queue that need built plugins alone', () => {
    expect(run('queue/scenarios')).toEqual({ passed: 33, notYetSupported: 47, failures: [] });
  });

  it('in the queueing hints of the built plugins', () => {
    expect(run('queue/hints')).toEqual({ passed: 147, notYetSupported: 0, failures: [] });
  });
});
