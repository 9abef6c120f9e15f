import { describe, expect, it } from 'vitest';
import { deepEqual, isAlike } from './equality.js';

describe('values are alike', () => {
  it('if their bytes would be', () => {
    expect(isAlike({ a: [1, { b: null }], c: 'x' }, { a: [1, { b: null }], c: 'x' })).toBe(true);
  });

  it.each([
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['a key more', { a: 1 }, { a: 1, b: undefined }],
    ['an item more', [1], [1, 2]],
    ['a list in place of an object', [], {}],
    ['an object in place of a list', {}, []],
    ['nothing in place of an object', {}, null],
    ['a number in place of a text', { a: 1 }, { a: '1' }],
  ])('but not with %s', (_, a, b) => {
    expect(isAlike(a, b)).toBe(false);
  });
});

describe('values are equal', () => {
  it.each([
    ['keys in another order', { a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }],
    ['a key whose value is undefined', { a: 1 }, { a: 1, b: undefined }],
  ])('with %s', (_, a, b) => {
    expect([deepEqual(a, b), deepEqual(b, a)]).toEqual([true, true]);
  });

  it.each([
    ['items in another order', [1, 2], [2, 1]],
    ['a key more', { a: 1 }, { a: 1, b: null }],
    ['another key', { a: undefined, b: 1 }, { c: 1 }],
    ['a list in place of an object', [], {}],
    ['nothing in place of an object', {}, null],
  ])('but not with %s', (_, a, b) => {
    expect([deepEqual(a, b), deepEqual(b, a)]).toEqual([false, false]);
  });
});
