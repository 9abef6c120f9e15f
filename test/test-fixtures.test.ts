import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shell } from './golden-runner/kubectl/shell.js';

/** The fixtures for Vitest and node:test, run by their runners: one of four tests fails, and shows its cluster. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = fileURLToPath(new URL('fixtures/embedding/', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-fixtures-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'test'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (from: string, to: string, command: string): Promise<{ readonly exit: number; readonly said: string }> => {
  writeFileSync(join(folder, to), readFileSync(join(FILES, from)));
  const { PATH, HOME } = process.env;
  const { exit, stdout, stderr } = await shell(`"${process.execPath}" ${command}`, { cwd: folder, env: { PATH, HOME, NO_COLOR: '1' } });
  return { exit, said: stdout + stderr };
};

const FAILED = /the cluster of this failed test had seed 7 \(the same seed gives the same run\); its last steps, in seconds since its start:\n( +\d+\.\d{4} s {2}\S+: .*\n){40}/;

it('Vitest has a cluster for each test or file, and shows the one of a test that has failed', { timeout: 180_000 }, async () => {
  const { exit, said } = await run('cluster.vitest.ts', 'test/cluster.test.ts', 'node_modules/vitest/vitest.mjs run --root . --testTimeout 60000');
  expect({ exit, said }).toMatchObject({ exit: 1, said: expect.stringMatching(/Tests +1 failed \| 3 passed \(4\)/) });
  expect(said).toMatch(FAILED);
});

it('node:test has a cluster for each test or file, and shows the one of a test that has failed', { timeout: 180_000 }, async () => {
  const { exit, said } = await run('cluster.node-test.mjs', 'test/cluster.test.mjs', '--test test/cluster.test.mjs');
  expect({ exit, said }).toMatchObject({ exit: 1, said: expect.stringMatching(/pass 3\n(?:.*\n)*?.*fail 1\n/) });
  expect(said.replaceAll(/^# /gm, '')).toMatch(FAILED);
});
