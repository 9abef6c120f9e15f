import { instantOf } from '@naumachia/core';
import { expect, test } from 'vitest';
import { addKey, doneWith, failureDelay, forgetKey, keyIsDue, takeKey, waitUntil, workQueue } from './work-queue.js';

const at = instantOf;

test('a key that is queued three times is handed out once', () => {
  const queue = workQueue();
  for (const key of ['a', 'b', 'a', 'a']) addKey(queue, key);
  expect([takeKey(queue), takeKey(queue), takeKey(queue)]).toEqual(['a', 'b', undefined]);
});

test('a key that changes while it is worked on is handed out again afterwards, and not before', () => {
  const queue = workQueue();
  addKey(queue, 'a');
  takeKey(queue);
  addKey(queue, 'a');
  expect(takeKey(queue)).toBeUndefined();
  doneWith(queue, 'a');
  expect(takeKey(queue)).toBe('a');
  doneWith(queue, 'a');
  expect(takeKey(queue)).toBeUndefined();
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
  expect(takeKey(queue)).toBe('a');
  doneWith(queue, 'a');
  keyIsDue(queue, 'a', at(100));
  expect(takeKey(queue)).toBeUndefined();
});
