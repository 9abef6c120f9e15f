import { expect, it } from 'vitest';
import type { Figure } from './figures.js';
import { BadThreshold, judge, parseThreshold } from './threshold.js';

const FIGURES: readonly Figure[] = [
  { name: 'create-to-running.p99', value: 4200, unit: 'ms' },
  { name: 'service-lookup.mean', value: 80, unit: 'ns' },
  { name: 'memory.per-node', value: 27_800, unit: 'bytes' },
  { name: 'create-to-running.pods-per-second', value: 3120, unit: 'pods/s' },
  { name: 'writes.per-pod', value: 9.1, unit: 'count' },
];
const verdict = (text: string): string | undefined => judge([parseThreshold(text)], FIGURES)[0]?.verdict;

it.each([
  ['p99(create-to-running) < 5s', 'kept'],
  ['p99(create-to-running) < 4s', 'crossed'],
  ['create-to-running.p99 <= 4200ms', 'kept'],
  ['create-to-running.p99 < 4200', 'crossed'],
  ['mean(service-lookup)<=0.1us', 'kept'],
  ['service-lookup.mean < 79ns', 'crossed'],
  ['memory.per-node <= 30kB', 'kept'],
  ['memory.per-node <= 27KiB', 'crossed'],
  ['create-to-running.pods-per-second >= 3000', 'kept'],
  ['create-to-running.pods-per-second >= 3000pods/s', 'kept'],
  ['writes.per-pod == 9.1', 'kept'],
  ['p99(watch-delay) < 1s', 'not measured'],
])('judges %s as %s', (text, expected) => {
  expect(verdict(text)).toBe(expected);
});

it.each(['', 'p99', 'p99(create-to-running)', 'p99(create-to-running) < fast', 'p99(create-to-running) < 5 parsecs', 'p99(nothing) < 5s', 'create-to-running.p99 <> 5'])('refuses "%s" as a threshold', (text) => {
  expect(() => parseThreshold(text)).toThrow(BadThreshold);
});

it('refuses to compare what has another unit', () => {
  expect(() => verdict('create-to-running.p99 < 5MB')).toThrow(/measured in ms/);
});

it('reads units of time and of size where both know the letter', () => {
  expect(judge([parseThreshold('network-programming.max < 1m')], [{ name: 'network-programming.max', value: 59_000, unit: 'ms' }])[0]?.verdict).toBe('kept');
});
