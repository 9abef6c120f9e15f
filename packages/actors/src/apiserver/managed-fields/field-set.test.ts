import { describe, expect, it } from 'vitest';
import { difference, fieldSet, intersection, ITSELF, parseFieldSet, recursiveDifference, textOfFieldSet, union, withoutPath } from './field-set.js';

const parse = (text: string) => {
  const set = parseFieldSet(text);
  if (set === undefined) throw new Error(`no field set: ${text}`);
  return set;
};

describe('a field set', () => {
  const one = parse('{"f:data":{".":{},"f:a":{},"f:b":{}}}');
  const two = parse('{"f:data":{"f:b":{},"f:c":{}}}');

  it('is written as FieldsV1 and read back', () => {
    const text = '{"f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{}}}}}';
    expect(textOfFieldSet(parse(text))).toBe(text);
  });

  it('is one object per set, whoever builds it', () => {
    expect(fieldSet(false, ['f:x'], [ITSELF])).toBe(fieldSet(false, ['f:x'], [ITSELF]));
    expect(union(one, two)).toBe(union(parse('{"f:data":{".":{},"f:a":{},"f:b":{}}}'), two));
  });

  it('unites, intersects and subtracts path by path', () => {
    expect(textOfFieldSet(union(one, two))).toBe('{"f:data":{".":{},"f:a":{},"f:b":{},"f:c":{}}}');
    expect(textOfFieldSet(intersection(one, two))).toBe('{"f:data":{"f:b":{}}}');
    expect(textOfFieldSet(difference(one, two))).toBe('{"f:data":{".":{},"f:a":{}}}');
  });

  it('keeps what stands below a path that is taken away, unless asked for all', () => {
    const parent = parse('{"f:data":{}}');
    expect(textOfFieldSet(difference(one, parent))).toBe('{"f:data":{"f:a":{},"f:b":{}}}');
    expect(textOfFieldSet(recursiveDifference(one, parent))).toBe('{}');
  });

  it('loses a path with everything below it', () => {
    expect(textOfFieldSet(withoutPath(one, ['f:data', 'f:a']))).toBe('{"f:data":{".":{},"f:b":{}}}');
    expect(textOfFieldSet(withoutPath(one, ['f:data']))).toBe('{}');
  });

  it('is read alike however many texts of its length were read since', () => {
    const texts = Array.from({ length: 9 }, (_, i) => `{"f:data":{"f:key${i}":{}}}`);
    const sets = texts.map(parse);
    texts.forEach((text, i) => {
      expect(parse(text)).toBe(sets[i]);
      expect(textOfFieldSet(parse(text))).toBe(text);
    });
  });

  it('loses nothing where no path is shared, and is the same object then', () => {
    expect(difference(one, parse('{"f:status":{"f:phase":{}}}'))).toBe(one);
    expect(difference(one, parse('{"f:data":{"f:c":{}}}'))).toBe(one);
  });
});
