import { describe, expect, it } from 'vitest';
import { elementList, gather, gatheredList, jsonOf, nothingGathered } from './element-list.js';

describe('a list of path elements', () => {
  it('is one object per list of names, whoever builds it', () => {
    const gathered = gather(gather(nothingGathered(), 0, 'f:a'), 2, 'f:c');
    expect(gatheredList(gathered)).toBe(elementList(['f:a', 'f:c']));
    expect(elementList(['f:a'])).not.toBe(elementList(['f:a', 'f:c']));
  });

  it('gathered over the same way leads to the same place', () => {
    const nothing = nothingGathered();
    expect(gather(gather(nothing, 1, 'f:b'), 3, 'f:d')).toBe(gather(gather(nothing, 1, 'f:b'), 3, 'f:d'));
    expect(gather(nothing, 1, 'f:b')).not.toBe(gather(nothing, 3, 'f:d'));
    expect(gatheredList(nothing).names).toEqual([]);
  });

  it('keeps its names whatever becomes of the array that they came in', () => {
    const names = ['k:{"name":"a"}'];
    const list = elementList(names);
    names.push('k:{"name":"b"}');
    expect(list.names).toEqual(['k:{"name":"a"}']);
    expect(jsonOf(list)).toEqual(['"k:{\\"name\\":\\"a\\"}"']);
  });
});
