import { expect, it } from 'vitest';
import { fitThreads, type MachineLimits, machineLimits, processesFor, type TooManyThreads } from './machine-limits.js';

const ROOMY = { memoryBytes: 64e9, memoryMaps: 10_000_000, threads: undefined };
/** vm.max_map_count as Linux has it. */
const USUAL = { ...ROOMY, memoryMaps: 65_530 };

const refused = (nodes: number, limits: MachineLimits): TooManyThreads | undefined => {
  const fit = fitThreads(nodes, limits, 1);
  return 'refused' in fit ? fit.refused : undefined;
};

it('lets pass what fits', () => {
  expect(refused(200, ROOMY)).toBeUndefined();
  expect(refused(700, { memoryBytes: undefined, memoryMaps: undefined, threads: undefined })).toBeUndefined();
});

it.each([
  ['memory maps', { ...ROOMY, memoryMaps: 42 * 216 }, 100],
  ['memory', { ...ROOMY, memoryBytes: 400_000_000 + 9_200_000 * 216 }, 100],
  ['a limit of processes', { ...ROOMY, threads: 216 }, 100],
])('names the number of nodes that %s leave room for in one process', (_what, limits, fitting) => {
  expect(refused(fitting, limits)).toBeUndefined();
  expect(refused(fitting + 1, limits)?.nodes).toBe(fitting);
});

it('takes one process while one holds all threads, and as many as the limits ask for when it does not', () => {
  expect(fitThreads(300, USUAL)).toEqual({ processes: 1 });
  expect(fitThreads(400, USUAL)).toEqual({ processes: 2 });
  expect(fitThreads(1000, USUAL)).toEqual({ processes: 3 });
  expect(fitThreads(3000, USUAL)).toEqual({ processes: 8 });
  expect(fitThreads(1000, { ...USUAL, memoryMaps: 42 * 500 })).toEqual({ processes: 4 });
});

it('refuses fewer processes than are needed, and names how many would do', () => {
  expect(fitThreads(1000, USUAL, 2)).toEqual({ processes: 2 });
  expect(fitThreads(1000, USUAL, 1)).toEqual({ refused: { why: expect.stringMatching(/a process holds at most 1500 of them safely$/) as unknown, nodes: 742, processes: 2 } });
});

it('refuses what no number of processes makes room for', () => {
  expect(fitThreads(2000, { ...USUAL, memoryBytes: 8e9 })).toEqual({ refused: { why: expect.stringMatching(/each takes about 9.2 MB of the 8000 MB that are free$/) as unknown, nodes: expect.any(Number) as unknown, processes: undefined } });
});

it('gives a thread to each component where that is asked for, and refuses --processes elsewhere', () => {
  expect(processesFor(3, 'threads', undefined)).toBe(1);
  expect(processesFor(100_000, 'packed', undefined)).toBe(1);
  expect(() => processesFor(3, 'packed', 2)).toThrow('--processes belongs to --mode threads');
  expect(() => processesFor(100_000, 'threads', undefined)).toThrow(/at most --nodes \d+ would fit\. --mode packed has no such limit/);
});

it('knows this machine to have some memory', () => {
  expect(machineLimits().memoryBytes).toBeGreaterThan(0);
});
