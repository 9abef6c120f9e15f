import { describe, expect, it } from 'vitest';
import { type FieldFinder, fieldFinder, findDiffering } from './differing-fields.js';

const find = (finder: FieldFinder, before: object, after: object, at = 0): unknown[] => {
  const found: unknown[] = [];
  const end = findDiffering(finder, before as Record<string, unknown>, after as Record<string, unknown>, found, at);
  return found.slice(at, end);
};

describe('the fields in which two structs differ', () => {
  const shared = {};
  const before = { a: 1, b: shared, $ref: 'x', 'x-"odd"': 1 };
  const after = { b: shared, a: 2, c: {}, $ref: 'x', 'x-"odd"': 2, other: 1 };
  const expected = [0, 1, 2, 2, undefined, after.c, 4, 1, 2];

  it('are found in the order of the names, and are the same once the type has code of its own', () => {
    const finder = fieldFinder(['a', 'b', 'c', '$ref', 'x-"odd"']);
    const byName = finder.find;
    for (let i = 0; i < 200; i++) expect(find(finder, before, after)).toEqual(expected);
    expect(finder.find).not.toBe(byName);
  });

  it('are written behind what is there', () => {
    expect(find(fieldFinder(['a']), before, after, 6)).toEqual([0, 1, 2]);
  });
});
