import { instantOf, later, minutes } from '@naumachia/core';
import { expect, test } from 'vitest';
import { areSatisfied, creationObserved, deletionObserved, expectCreations, expectDeletions, type Expectations } from './expectations.js';

const NOW = instantOf(0);

test('a controller that made two pods trusts its cache when both were seen', () => {
  const expectations: Expectations = new Map();
  expectCreations(expectations, 'default/web', 2, NOW);
  expect(areSatisfied(expectations, 'default/web', NOW)).toBe(false);
  creationObserved(expectations, 'default/web');
  expect(areSatisfied(expectations, 'default/web', NOW)).toBe(false);
  creationObserved(expectations, 'default/web');
  expect(areSatisfied(expectations, 'default/web', NOW)).toBe(true);
});

test('a deletion that is seen twice, or that nobody asked for, counts once', () => {
  const expectations: Expectations = new Map();
  expectDeletions(expectations, 'default/web', ['default/a', 'default/b'], NOW);
  deletionObserved(expectations, 'default/web', 'default/a');
  deletionObserved(expectations, 'default/web', 'default/a');
  deletionObserved(expectations, 'default/web', 'default/c');
  expect(areSatisfied(expectations, 'default/web', NOW)).toBe(false);
  deletionObserved(expectations, 'default/web', 'default/b');
  expect(areSatisfied(expectations, 'default/web', NOW)).toBe(true);
});

test('what was not seen within five minutes is not waited for any longer', () => {
  const expectations: Expectations = new Map();
  expectCreations(expectations, 'default/web', 1, NOW);
  expect(areSatisfied(expectations, 'default/web', later(NOW, minutes(5)))).toBe(false);
  expect(areSatisfied(expectations, 'default/web', later(NOW, minutes(5.01)))).toBe(true);
});
