import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SCENARIO, readScenario, runSeeds, type Scenario, scenarioPath, type SeedRun } from '@naumachia/bench';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const BUGS = new URL('./planted-bugs/', import.meta.url);
const JOBS = 2;

const scenarioOf = (name: string): Scenario => {
  const read = readScenario(name.includes('/') ? name : scenarioPath(name));
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.scenario;
};
const storm = scenarioOf(DEFAULT_SCENARIO);

/** What a failed assertion shows: the first violation, and the command that shows it again. */
const failuresOf = (runs: readonly SeedRun[]) => runs.flatMap(({ seed, failures }) => failures.map(({ property, at, what }) => `${property} at ${at} s: ${what} (npx naumachia simulate --seed ${seed})`));

describe('the default scenario', () => {
  it('passes with every seed, and a seed played again has the same trace', async () => {
    const runs = await runSeeds({ scenario: storm, seeds: [1, 2, 3, 4, 5, 6], jobs: JOBS });
    expect(failuresOf(runs)).toEqual([]);
    const again = await runSeeds({ scenario: storm, seeds: [2, 1], jobs: 1 });
    expect(again.map(({ traceHash }) => traceHash)).toEqual([runs[1]?.traceHash, runs[0]?.traceHash]);
    expect(new Set(runs.map(({ traceHash }) => traceHash)).size).toBe(runs.length);
  }, 240_000);

  it('passes with the seeds that once showed a bug of the cluster', async () => {
    const seeds = [...readFileSync(new URL('../TRACK_RECORD.md', import.meta.url), 'utf8').matchAll(/^\| \d+ \|.*`npx naumachia simulate --seed (\d+)`/gm)].map((match) => Number(match[1]));
    expect(seeds.length).toBeGreaterThan(1);
    expect(failuresOf(await runSeeds({ scenario: storm, seeds: [...new Set(seeds)], jobs: JOBS }))).toEqual([]);
  }, 240_000);
});

describe('a planted bug is found within 200 seeds', () => {
  const bugs = readdirSync(BUGS).filter((file) => file.endsWith('.mjs') && file !== 'plant.mjs');

  it('of which there are at least five, all of them in the track record', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(5);
    const record = readFileSync(new URL('../TRACK_RECORD.md', import.meta.url), 'utf8');
    for (const bug of bugs) expect(record).toContain(`--catalog test/planted-bugs/${bug}`);
  });

  it.each(bugs)('%s', async (bug) => {
    const catalog = new URL(bug, BUGS).href;
    // One that needs nodes which are nearly full has a scenario of its own beside it.
    const own = fileURLToPath(new URL(bug.replace('.mjs', '.yaml'), BUGS));
    const stop = new AbortController();
    let found: SeedRun | undefined;
    await runSeeds({
      scenario: existsSync(own) ? scenarioOf(own) : storm, seeds: Array.from({ length: 200 }, (_, index) => index + 1), jobs: JOBS, catalog, signal: stop.signal,
      ended: (run) => {
        if (run.passed || found) return;
        found = run;
        stop.abort();
      },
    });
    expect(found?.failures[0]?.property).toMatch(/^[a-z-]+$/);
    // An accident of the bug's own making would be no find.
    expect(found?.failures.map(({ property }) => property)).not.toContain('component-failed');
  }, 240_000);
});

describe('naumachia simulate', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'naumachia-simulate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const simulate = (...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [COMMAND, 'simulate', ...args], (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }));
    });

  const SMALL = `
nodes: 2
latency: none
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      replicas: 3
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [{ name: web, image: nginx:1.27 }] }
faults:
  - { at: 1s..3s, kill: { actor: kubelet/?, for: 2s } }
duration: 10s
`;

  it('prints runs as JSON, in the order of their seeds', async () => {
    const { code, out } = await simulate(file('small.yaml', SMALL), '--seeds', '3..5', '-o', 'json', '--jobs', '2');
    const { runs } = JSON.parse(out) as { readonly runs: readonly SeedRun[] };
    expect(runs.map(({ seed, passed, failures }) => ({ seed, passed, failures }))).toEqual([3, 4, 5].map((seed) => ({ seed, passed: true, failures: [] })));
    for (const { traceHash, virtualSeconds, wallSeconds } of runs) {
      expect(traceHash).toMatch(/^[0-9a-f]{16}$/);
      expect(virtualSeconds).toBeGreaterThan(10);
      expect(wallSeconds).toBeGreaterThan(0);
    }
    expect(code).toBe(0);
  });

  it('prints of a failed seed what was violated, the command that replays it and the trace around it, and exits 1', async () => {
    // What does not fit on two nodes never runs.
    const path = file('too-much.yaml', `${SMALL.replace('image: nginx:1.27', 'image: nginx:1.27, resources: { requests: { cpu: 3 } }')}settle: 1m\n`);
    const { code, out, err } = await simulate(path, '--seed', '7');
    expect(err).toContain('seed 7: pods-run at ');
    expect(err).toContain(`replay: npx naumachia simulate ${path} --seed 7`);
    expect(err).toMatch(/revision \d+: pods default\/web-/);
    expect(out).toMatch(/^7 +pods-run/m);
    expect(code).toBe(1);
  });

  it('refuses a scenario that is wrong with file, line and field, all at once', async () => {
    const path = file('wrong.yaml', `nodes: 2\nmanifest: []\nfaults:\n  - { at: soon, kill: { actor: etcd, for: 1s } }\n  - at: 1s\n    kill: { actor: kubelet/node-9, for: 1s }\n`);
    const { code, out, err } = await simulate(path);
    expect(err).toContain(`${path}:2: manifest: unknown field; there are `);
    expect(err).toContain(`${path}:4: faults[0].at: expected a duration such as 30s, or a span such as 10s..1m, found "soon"`);
    expect(err).toContain(`${path}:6: faults[1].kill.actor: there is no "kubelet/node-9": the scenario has 2 nodes`);
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  it('answers wrong flags and unreadable files with 2', async () => {
    expect(await simulate('--seeds', '9..3')).toMatchObject({ code: 2, err: expect.stringContaining('such as 1..200') });
    expect(await simulate('--seed', '1', '--seeds', '1..2')).toMatchObject({ code: 2, err: expect.stringContaining('exclude one another') });
    expect(await simulate(join(folder, 'absent.yaml'))).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
    expect(await simulate('--catalog', join(folder, 'absent.mjs'))).toMatchObject({ code: 2, err: expect.stringContaining('--catalog') });
  });

  it('keeps what is there on Ctrl-C', async () => {
    const child = spawn(process.execPath, [COMMAND, 'simulate', file('small.yaml', SMALL), '--seeds', '1..5000', '--jobs', '1', '-o', 'json']);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => {
      // Once: a second one ends the process at once.
      if (!err.includes(' seeds, ') && String(chunk).includes(' seeds, ')) child.kill('SIGINT');
      err += String(chunk);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect((JSON.parse(out) as { readonly runs: readonly SeedRun[] }).runs.length).toBeGreaterThan(0);
    expect(err).toMatch(/interrupted after \d+ of 5000 seeds/);
  }, 60_000);
});
