import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defineActor, named, Simulation } from '@naumachia/core';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import runCluster, { SCENARIO } from './fixtures/seeded-cluster.mjs';

const TASK = fileURLToPath(new URL('./fixtures/seeded-cluster.mjs', import.meta.url));
const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

interface Outcome {
  readonly seed: number;
  readonly trace: string;
  readonly snapshot: string;
  readonly failures: readonly string[];
  readonly lossy: readonly string[];
}

describe('a simulated cluster', () => {
  let pool: Piscina;
  let first: Outcome[];
  let second: Outcome[];
  beforeAll(async () => {
    pool = new Piscina({ filename: TASK, maxThreads: 2 });
    const all: Outcome[] = await Promise.all([...SEEDS, ...SEEDS].map((seed) => pool.run({ seed })));
    [first, second] = [all.slice(0, SEEDS.length), all.slice(SEEDS.length)];
  }, 120_000);
  afterAll(() => pool?.destroy());

  /** What to type to see a run again; it stands in the message of an assertion that fails. */
  const replay = (seed: number) => `replay: npx naumachia simulate test/fixtures/three-nodes.yaml --seed ${seed}`;

  it('20 seeds, each run twice, have equal traces and equal states', () => {
    for (const [index, outcome] of first.entries()) expect(outcome, replay(outcome.seed)).toEqual(second[index]);
  });

  it('another seed gives another run', () => {
    expect(new Set(first.map((outcome) => outcome.trace)).size).toBe(SEEDS.length);
    expect(new Set(first.map((outcome) => outcome.snapshot)).size).toBe(SEEDS.length);
  });

  it('every seed keeps all properties and ends with all pods running, whatever fails on the way', () => {
    for (const { seed, failures } of first) expect(failures, replay(seed)).toEqual([]);
  });

  it('the state of every actor of a cluster is plain data: decoded from a snapshot it is equal', () => {
    for (const { seed, lossy } of first) expect(lossy, replay(seed)).toEqual([]);
  });

  it('an observer does not change a run', async () => {
    const seen = { posted: 0 };
    const observed = await runCluster({ seed: 1, observer: { posted: () => void seen.posted++ } });
    expect(seen.posted).toBeGreaterThan(500);
    expect(observed).toEqual(first[0]);
  });

  it('a run with every message encoded is as deterministic', async () => {
    const [once, again] = await Promise.all([pool.run({ seed: 3, codec: 'always' }), pool.run({ seed: 3, codec: 'always' })]);
    expect(once).toEqual(again);
    expect(once.failures).toEqual([]);
  });

  it('a run that fails prints its seed and the command that replays it, and `naumachia simulate` is such a command', async () => {
    const broken = defineActor<object, object, { readonly type: 'break' }>({ kind: 'broken', start: () => ({}), receive: { break: () => { throw new Error('broken'); } } });
    const sim = new Simulation({ seed: 17, definitions: [broken], replay: 'npx naumachia simulate test/fixtures/three-nodes.yaml --seed 17' });
    sim.start([{ name: 'broken', kind: 'broken', config: {} }]);
    sim.port('port/test').send(named<{ readonly type: 'break' }>('broken'), { type: 'break' });
    expect(() => sim.advance(1000 as never)).toThrow(/^seed 17, 2026-01-01T00:00:00.*broken failed: Error: broken[^]*replay: npx naumachia simulate test\/fixtures\/three-nodes.yaml --seed 17$/);
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'simulate', SCENARIO, '--seed', '17', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ seed: 17, passed: true, traceHash: first[16]?.trace }] });
  });
});
