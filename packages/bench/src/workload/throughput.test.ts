import { expect, test } from 'vitest';
import { newThroughput, sampleThroughput, throughputItem } from './throughput.js';

const sampled = (...scheduled: readonly number[]): readonly number[] => {
  const throughput = newThroughput();
  for (const [second, count] of scheduled.entries()) sampleThroughput(throughput, { at: second * 1000, scheduled: count });
  return throughput.samples;
};

test('the tick that sees the first pods only begins', () => {
  expect(sampled(0, 0, 500, 1500, 1700)).toEqual([1000, 200]);
});

test('a second without a pod is no sample of nothing: the next one stands for both', () => {
  expect(sampled(10, 10, 10, 310)).toEqual([100, 100, 100]);
});

test('buckets are those samples that scheduler_perf takes', () => {
  const throughput = newThroughput();
  let scheduled = 1;
  for (let second = 0; second <= 20; second++) sampleThroughput(throughput, { at: second * 1000, scheduled: (scheduled += second) });
  const [item] = throughputItem(throughput, { scheduled, duration: 20_000 }, { Name: 'a/b/c' });
  expect(item).toEqual({ data: { Average: 10.5, Perc50: 10, Perc90: 18, Perc95: 19, Perc99: 20 }, unit: 'pods/s', labels: { Name: 'a/b/c', Metric: 'SchedulingThroughput' } });
});

test('what is over before there are samples is one', () => {
  expect(throughputItem(newThroughput(), { scheduled: 300, duration: 500 }, {})[0]?.data['Average']).toBe(600);
  expect(throughputItem(newThroughput(), { scheduled: 0, duration: 500 }, {})).toEqual([]);
});
