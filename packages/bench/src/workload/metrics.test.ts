import type { HostReport } from '@naumachia/core';
import { expect, test } from 'vitest';
import { bucketQuantile, metricItems, type MetricReading, METRICS, readMetrics } from './metrics.js';

const ATTEMPTS = 'scheduler_scheduling_attempt_duration_seconds';

const reading = (...samples: readonly { readonly result: string; readonly counts: readonly number[]; readonly sum: number }[]): MetricReading =>
  [{ metric: { name: ATTEMPTS, type: 'histogram', help: '', stability: 'STABLE', labels: ['result', 'profile'], buckets: [0.001, 0.002, 0.004] }, samples: samples.map(({ result, counts, sum }) => ({ labels: [result, 'default-scheduler'], counts, sum })) }];

test('quantiles lie on straight lines between the bounds of buckets, as those of component-base do', () => {
  expect(bucketQuantile(0.5, [1, 2, 4], [10, 0, 10, 0], 20)).toBe(1);
  expect(bucketQuantile(0.25, [1, 2, 4], [10, 0, 10, 0], 20)).toBe(0.5);
  expect(bucketQuantile(0.75, [1, 2, 4], [10, 0, 10, 0], 20)).toBe(3);
  expect(bucketQuantile(0.99, [1, 2, 4], [0, 0, 1, 9], 10)).toBe(4);
});

test('an item is what was counted while metrics were collected, for each result that was seen', () => {
  const before = reading({ result: 'scheduled', counts: [5, 5, 0, 0], sum: 0.01 }, { result: 'error', counts: [1, 0, 0, 0], sum: 0.001 });
  const after = reading({ result: 'scheduled', counts: [5, 15, 10, 0], sum: 0.05 }, { result: 'error', counts: [1, 0, 0, 0], sum: 0.001 });
  expect(metricItems({}, before, after, { Name: 'a/b/c' })).toEqual([
    { data: { Perc50: 2, Perc90: expect.closeTo(3.6, 6) as number, Perc95: expect.closeTo(3.8, 6) as number, Perc99: expect.closeTo(3.96, 6) as number, Average: expect.closeTo(2, 6) as number }, unit: 'ms', labels: { Name: 'a/b/c', Metric: ATTEMPTS, result: 'scheduled' } },
  ]);
});

test('without labels a metric is one item', () => {
  const after = reading({ result: 'scheduled', counts: [0, 10, 0, 0], sum: 0.015 }, { result: 'unschedulable', counts: [10, 0, 0, 0], sum: 0.005 });
  const [item, more] = metricItems({ [ATTEMPTS]: [] }, reading(), after, {});
  expect(more).toBe(undefined);
  expect(item).toMatchObject({ data: { Average: 1, Perc50: 1 }, labels: { Metric: ATTEMPTS } });
});

test('what the scheduler counts can be collected', () => {
  expect([...METRICS]).toContain(ATTEMPTS);
  expect(readMetrics([{ observed: { schedulerMetrics: reading() } } as unknown as HostReport, { observed: undefined } as HostReport])).toHaveLength(1);
});
