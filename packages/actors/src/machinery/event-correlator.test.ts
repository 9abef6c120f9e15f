import { instantOf, later, minutes, Random, seconds, milliseconds } from '@naumachia/core';
import { expect, test } from 'vitest';
import { correlate, eventCorrelator } from './event-correlator.js';
import { eventName } from './event-recorder.js';

const NOW = instantOf(1_000_000);
const RANDOM = Random.named(1, 'correlator');
const event = (message: string, reason = 'BackOff') => ({ type: 'Warning', reason, message, fieldPath: undefined });

test('the same event again counts up the first one', () => {
  const correlator = eventCorrelator();
  expect(correlate(correlator, 'uid', event('again'), 'pod.1', NOW, RANDOM)).toEqual({ outcome: 'create', message: 'again' });
  expect(correlate(correlator, 'uid', event('again'), 'pod.2', later(NOW, seconds(1)), RANDOM)).toEqual({ outcome: 'count', message: 'again', name: 'pod.1', first: NOW, count: 2 });
});

test('the tenth different message of a reason within ten minutes is combined with the others', () => {
  const correlator = eventCorrelator();
  const outcomes = Array.from({ length: 12 }, (_, i) => correlate(correlator, 'uid', event(`number ${i}`), `pod.${i}`, NOW, RANDOM));
  expect(outcomes[8]).toEqual({ outcome: 'create', message: 'number 8' });
  expect(outcomes[9]).toEqual({ outcome: 'create', message: '(combined from similar events): number 9' });
  expect(outcomes[11]).toEqual({ outcome: 'count', message: '(combined from similar events): number 11', name: 'pod.9', first: NOW, count: 3 });
});

test('of ten different messages any one makes room, and only that one is combined when it is said again', () => {
  const combinedAgain = (seed: number, number: number) => {
    const random = Random.named(seed, 'room');
    const correlator = eventCorrelator();
    for (let i = 0; i < 10; i++) correlate(correlator, 'uid', event(`number ${i}`), `pod.${i}`, NOW, random);
    const again = correlate(correlator, 'uid', event(`number ${number}`), 'again', NOW, random);
    return again.outcome !== 'drop' && again.message.startsWith('(combined');
  };
  const numbers = Array.from({ length: 10 }, (_, number) => number);
  const madeRoom = Array.from({ length: 50 }, (_, seed) => numbers.filter((number) => combinedAgain(seed, number)));
  expect(madeRoom.every((combined) => combined.length === 1)).toBe(true);
  expect(new Set(madeRoom.flat()).size).toBeGreaterThan(5);
});

test('messages older than ten minutes are not combined', () => {
  const correlator = eventCorrelator();
  for (let i = 0; i < 9; i++) correlate(correlator, 'uid', event(`number ${i}`), `pod.${i}`, NOW, RANDOM);
  expect(correlate(correlator, 'uid', event('late'), 'pod.late', later(NOW, minutes(11)), RANDOM)).toEqual({ outcome: 'create', message: 'late' });
});

test('an object may make 25 events at once, and one more each five minutes', () => {
  const correlator = eventCorrelator();
  const outcomes = Array.from({ length: 26 }, (_, i) => correlate(correlator, 'uid', event('again', `Reason${i}`), `pod.${i}`, NOW, RANDOM).outcome);
  expect(outcomes.filter((outcome) => outcome === 'create')).toHaveLength(25);
  expect(outcomes[25]).toBe('drop');
  expect(correlate(correlator, 'another', event('again'), 'x', NOW, RANDOM).outcome).toBe('create');
  expect(correlate(correlator, 'uid', event('later', 'Later'), 'y', later(NOW, seconds(301)), RANDOM).outcome).toBe('create');
});

test('names of events are nanoseconds since the epoch in hex, and rise within one instant and after it', () => {
  const now = instantOf(1_795_270_965_123);
  const random = Random.named(1, 'names');
  const newest = { millisecond: 0, nanoseconds: 0 };
  const names = Array.from({ length: 100 }, () => eventName('web', now, random, newest));
  for (const name of names) expect(BigInt(`0x${name.slice(4)}`) / 1_000_000n).toBe(1_795_270_965_123n);
  names.push(eventName('web', later(now, milliseconds(1)), random, newest));
  expect(names).toEqual([...new Set(names)].sort());
});
