import { expect, test } from 'vitest';
import { passesLabels } from './label-filter.js';

test.each([
  ['', [], true],
  ['performance', ['performance', 'short'], true],
  ['+performance', ['short'], false],
  ['performance,-short', ['performance'], true],
  ['performance,-short', ['performance', 'short'], false],
  ['performance,,short', ['performance', 'short'], true],
])('the filter "%s" on %j: %s', (filter, labels, passes) => {
  expect(passesLabels(filter, labels)).toBe(passes);
});
