import { instantOf } from '@naumachia/core';
import { expect, it } from 'vitest';
import { ageSince, humanDuration } from './age.js';

// From the table of k8s.io/apimachinery/pkg/util/duration.
it.each([
  [-2, '<invalid>'], [-0.5, '0s'], [0, '0s'], [119, '119s'], [120, '2m'], [125, '2m5s'], [599, '9m59s'], [600, '10m'], [179 * 60, '179m'], [180 * 60, '3h'], [3 * 3600 + 60, '3h1m'],
  [8 * 3600, '8h'], [47 * 3600, '47h'], [48 * 3600, '2d'], [49 * 3600, '2d1h'], [8 * 86400, '8d'], [729 * 86400, '729d'], [730 * 86400, '2y'], [731 * 86400, '2y1d'], [8 * 365 * 86400, '8y'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(humanDuration(seconds)).toBe(text);
});

it('what has no time is of unknown age', () => {
  expect(ageSince(null, instantOf(0))).toBe('<unknown>');
  expect(ageSince(undefined, instantOf(0))).toBe('<unknown>');
});
