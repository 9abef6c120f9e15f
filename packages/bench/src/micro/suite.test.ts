import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NoSavedRun, ratioTo, readSavedRun, saveRun } from './saved-run.js';
import { measureSuite } from './suite.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'naumachia-micro-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spin = (milliseconds: number) => (): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

it('a task that does several operations at a time is counted by them', async () => {
  const [one, ten] = await measureSuite([{ name: 'one', run: spin(2) }, { name: 'ten', operations: 10, run: spin(2) }], 40);
  expect(one?.nanosecondsPerOperation).toBeGreaterThanOrEqual(2e6);
  expect(one?.nanosecondsPerOperation).toBeLessThan(2e7);
  expect((ten?.operationsPerSecond ?? 0) / (one?.operationsPerSecond ?? 1)).toBeGreaterThan(5);
});

it('a task that fails is no figure', async () => {
  const broken = { name: 'broken', run: () => { throw new Error('it is broken'); } };
  await expect(measureSuite([broken], 10)).rejects.toThrow('it is broken');
});

it('figures are held against those that were saved, by name', () => {
  const file = join(folder, 'before.json');
  const figure = (name: string, operationsPerSecond: number) => ({ name, operationsPerSecond, nanosecondsPerOperation: 1e9 / operationsPerSecond, errorPercent: 1 });
  saveRun(file, { node: 'v20', cpu: 'a', savedAt: 'then', figures: [figure('fast', 100)] });
  const saved = readSavedRun(file);
  expect(ratioTo(saved, figure('fast', 150))).toBe(1.5);
  expect(ratioTo(saved, figure('new', 150))).toBeUndefined();
});

it.each([['nothing.json', undefined], ['text.json', 'no JSON'], ['other.json', '{"a": 1}']])('%s is no saved run', (name, text) => {
  const file = join(folder, name);
  if (text !== undefined) writeFileSync(file, text);
  expect(() => readSavedRun(file)).toThrow(NoSavedRun);
});
