import { instantOf } from '@naumachia/core';
import { expect, test } from 'vitest';
import { addKey, doneWith, failureDelay, forgetKey, keyIsDue, takeKey, waitUntil, workQueue } from './work-queue.js';

const at = instantOf;

test('a key that is queued three times is handed out once', () => {
  const queue = workQueue();
  for (const key of ['a', 'b', 'a', 'a']) addKey(queue, key);
  expect([takeKey(queue, at(0)), takeKey(queue, at(0)), takeKey(queue, at(0))]).toEqual(['a', 'b', undefined]);
});

test('a key that changes while it is worked on is handed out again afterwards, and not before', () => {
  const queue = workQueue();
  addKey(queue, 'a');
  takeKey(queue, at(0));
  addKey(queue, 'a');
  expect(takeKey(queue, at(0))).toBeUndefined();
  doneWith(queue, 'a', at(0));
  expect(takeKey(queue, at(0))).toBe('a');
  doneWith(queue, 'a', at(0));
  expect(takeKey(queue, at(0))).toBeUndefined();
});

test('failures of a key wait 5 ms, doubled up to 1,000 s, and 5 ms again once it worked', () => {
  const queue = workQueue();
  const delays = Array.from({ length: 20 }, (_, i) => failureDelay(queue, 'a', at(i * 1e7)));
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(delays[19]).toBe(1_000_000);
  forgetKey(queue, 'a');
  expect(failureDelay(queue, 'a', at(1e9))).toBe(5);
});

test('more than a hundred failures at once are spread over time, ten a second', () => {
  const queue = workQueue();
  const delays = Array.from({ length: 110 }, (_, i) => failureDelay(queue, `key-${i}`, at(0)));
  expect(delays[99]).toBe(5);
  expect(delays[100]).toBeCloseTo(100);
  expect(delays[109]).toBeCloseTo(1000);
});

test('of two delays the earlier one counts, and the later timer does nothing', () => {
  const queue = workQueue();
  expect(waitUntil(queue, 'a', at(100))).toBe(true);
  expect(waitUntil(queue, 'a', at(200))).toBe(false);
  expect(waitUntil(queue, 'a', at(50))).toBe(true);
  keyIsDue(queue, 'a', at(50));
  expect(takeKey(queue, at(0))).toBe('a');
  doneWith(queue, 'a', at(0));
  keyIsDue(queue, 'a', at(100));
  expect(takeKey(queue, at(0))).toBeUndefined();
});

test('a queue counts what was added, how long keys waited for a worker, and how long they were worked on', () => {
  const queue = workQueue();
  for (const key of ['a', 'b', 'a']) addKey(queue, key);
  expect(takeKey(queue, at(1000))).toBe('a');
  // Queued again while it is worked on, once.
  for (const key of ['a', 'a', 'c']) addKey(queue, key);
  expect(takeKey(queue, at(3000))).toBe('b');
  doneWith(queue, 'a', at(3500));
  expect([takeKey(queue, at(3500)), takeKey(queue, at(4000))]).toEqual(['c', 'a']);
  failureDelay(queue, 'a', at(4000));
  const { adds, retries, queued, worked } = queue.counts;
  expect({ adds, retries }).toEqual({ adds: 4, retries: 1 });
  // a 0 s, b 2 s, c 0.5 s and a again 0.5 s.
  expect(queued.sum).toBeCloseTo(3);
  expect([...queued.counts]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0]);
  expect(worked.sum).toBeCloseTo(2.5);
  expect(queue.arrivals).toEqual([]);
});
