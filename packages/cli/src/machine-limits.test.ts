import { expect, it } from 'vitest';
import { machineLimits, threadsProblem } from './machine-limits.js';

const ROOMY = { memoryBytes: 64e9, memoryMaps: 10_000_000, threads: undefined };

it('lets pass what fits', () => {
  expect(threadsProblem(200, ROOMY)).toBeUndefined();
  expect(threadsProblem(900, { memoryBytes: undefined, memoryMaps: undefined, threads: undefined })).toBeUndefined();
});

it.each([
  ['memory maps', { ...ROOMY, memoryMaps: 42 * 216 }, 100],
  ['memory', { ...ROOMY, memoryBytes: 400_000_000 + 8_000_000 * 216 }, 100],
  ['a limit of processes', { ...ROOMY, threads: 216 }, 100],
])('names the number of nodes that %s leave room for', (_what, limits, fitting) => {
  expect(threadsProblem(fitting, limits)).toBeUndefined();
  expect(threadsProblem(fitting + 1, limits)).toContain(`at most --nodes ${fitting} would fit`);
});

it('never fits more than a process can hold safely', () => {
  expect(threadsProblem(1000, ROOMY)).toContain('at most --nodes 992 would fit');
});

it('knows this machine to have some memory', () => {
  expect(machineLimits().memoryBytes).toBeGreaterThan(0);
});
