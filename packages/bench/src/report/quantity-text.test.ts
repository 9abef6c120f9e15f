import { expect, it } from 'vitest';
import { quantityText } from './quantity-text.js';
import type { Unit } from './figures.js';

it.each<[number, Unit, string]>([
  [4210, 'ms', '4.21 s'],
  [0.5, 'ms', '500 us'],
  [80, 'ns', '80 ns'],
  [0.08, 'us', '80 ns'],
  [90_000, 'ms', '1.5 min'],
  [0, 'ms', '0 ms'],
  [27_800, 'bytes', '27.8 kB'],
  [0, 'bytes', '0 B'],
  [999, 'bytes', '999 B'],
  [1_234_567, 'count', '1,234,567'],
  [9.123, 'count', '9.12'],
  [3120.4, 'pods/s', '3,120 pods/s'],
])('says %s %s as %s', (value, unit, text) => {
  expect(quantityText({ value, unit })).toBe(text);
});
