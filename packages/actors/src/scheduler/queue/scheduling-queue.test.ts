import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type GoldenHint, type GoldenScenario, compareHints, compareScenario, missingPlugin } from '../golden-queue.js';

const recorded = <T>(file: string): T[] =>
  readFileSync(fileURLToPath(new URL(`../../../../../test/golden/scheduler/queue/${file}.jsonl`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

describe('the scheduling queue', () => {
  it('moves pods as that of kube-scheduler 1.36 does in every scenario that needs built plugins alone', () => {
    const supported = recorded<GoldenScenario>('scenarios').filter((scenario) => missingPlugin(scenario) === undefined);
    expect(supported).toHaveLength(33);
    expect(supported.flatMap((scenario) => compareScenario(scenario)?.replace(/^/, `${scenario.id}: `) ?? [])).toEqual([]);
  });
});

describe('queueing hints', () => {
  it('of the built plugins say what those of kube-scheduler 1.36 say', () => {
    const all = recorded<GoldenHint>('hints');
    expect(all).toHaveLength(147);
    expect(all.flatMap((golden) => compareHints(golden)?.replace(/^/, `${golden.id}: `) ?? [])).toEqual([]);
  });
});
