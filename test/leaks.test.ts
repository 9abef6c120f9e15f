import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));

const leaks = async (...flags: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'bench', 'leaks', '-o', 'json', ...flags]);
  const { figures } = JSON.parse(stdout) as { readonly figures: readonly { readonly name: string; readonly value: number }[] };
  return new Map(figures.map(({ name, value }) => [name, value]));
};

/** A cluster of three nodes holds some four megabytes: one that stayed would show. */
const MOST_PER_CLUSTER = 200_000;

it.each([
  ['on the thread of their caller', ['--clusters', '30']],
  ['in virtual time', ['--clusters', '20', '--mode', 'simulated']],
])('clusters %s leave neither memory nor sockets, timers and threads', { timeout: 120_000 }, async (_where, flags) => {
  const found = await leaks(...flags);
  expect(found.get('leaks.handles')).toBe(0);
  expect(found.get('leaks.memory.end')).toBeGreaterThan(1e6);
  expect(found.get('leaks.memory.per-cluster')).toBeLessThan(MOST_PER_CLUSTER);
});

it('clusters on worker threads leave no thread', { timeout: 120_000 }, async () => {
  expect((await leaks('--clusters', '2', '--mode', 'packed')).get('leaks.handles')).toBe(0);
});
