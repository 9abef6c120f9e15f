import { expect, test } from 'vitest';
import { isPercent, scaledValue } from './int-or-string.js';

test('a percentage is rounded as asked, a number stays', () => {
  // A Deployment of 3 with 25 % may surge by 1 and miss 0.
  expect(scaledValue('25%', 3, 'up')).toBe(1);
  expect(scaledValue('25%', 3, 'down')).toBe(0);
  expect(scaledValue(2, 3, 'up')).toBe(2);
  expect(scaledValue('100%', 7, 'down')).toBe(7);
});

test('a text without a percent sign scales to nothing', () => {
  expect(scaledValue('5', 10, 'up')).toBeUndefined();
  expect(isPercent('5%')).toBe(true);
  expect(isPercent(5)).toBe(false);
});
