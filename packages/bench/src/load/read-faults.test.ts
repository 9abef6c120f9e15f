import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { endOfFaults, readFaults, UnreadableFaults } from './read-faults.js';

const folder = mkdtempSync(join(tmpdir(), 'naumachia-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string, processes = 2) => {
  const path = join(folder, 'faults.yaml');
  writeFileSync(path, text);
  const found = readFaults(path, { nodes: 4, processes, seed: 1 });
  return 'errors' in found ? found.errors.map(({ line, field, problem }) => `${line}: ${field}: ${problem}`) : found.plan;
};

it('reads faults of processes, components and links', () => {
  const plan = read(`faults:
  - { at: 5s, kill: { actor: process-2, for: 1m } }
  - { at: 1m, pause: { actor: 'process-*', for: 30s } }
  - { at: 2s, kill: { actor: apiserver, for: 3s } }
  - { at: 2s, stall: { between: [apiserver, kubelet/*], for: 4s } }
`);
  expect(plan).toEqual({
    actions: [{ type: 'kill', actor: 'apiserver', at: 2000, downFor: 3000 }, { type: 'kill', process: 'process-2', at: 5000, downFor: 60_000 }, { type: 'pause', process: 'process-*', at: 60_000, for: 30_000 }],
    rules: [{ from: 'apiserver', to: 'kubelet/*', bothWays: true, start: 2000, end: 6000, fault: { type: 'stall' } }],
  });
  expect(Array.isArray(plan) ? 0 : endOfFaults(plan)).toBe(90_000);
});

it('refuses a process that the run does not have, and what processes do not do, with line and field', () => {
  expect(read('faults:\n  - { at: 5s, kill: { actor: process-3, for: 1m } }\n')).toEqual(['2: faults[0].kill.actor: there is no "process-3": the run has 2 processes']);
  expect(read('faults:\n  - { at: 5s, kill: { actor: process-1, for: 1m } }\n', 0)).toEqual(['2: faults[0].kill.actor: there is no "process-1": everything is in one process here']);
  expect(read('faults:\n  - { at: 5s, slow: { actor: process-1, perStep: 5ms, for: 1m } }\n')).toEqual(['2: faults[0].slow.actor: process-1 is a process, which can be killed, restarted and paused']);
  expect(read('fautls: []\n')).toEqual(['1: fautls: unknown field; there are faults, swarm']);
});

it('says why a file cannot be read', () => {
  expect(() => readFaults(join(folder, 'nothing.yaml'), { nodes: 1, processes: 0, seed: 1 })).toThrow(UnreadableFaults);
});
