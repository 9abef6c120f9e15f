import { setAt } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../apiserver/patch/json-patch.js';
import { mergePatch } from '../apiserver/patch/merge-patch.js';
import { textAt, valueAt } from './chosen-keys.js';

describe.each(['__proto__', 'constructor', 'toString'])('a map whose key is %s', (key) => {
  const one = JSON.parse(`{"a":"b","${key}":"x"}`) as Record<string, string>;

  it('has what it was given, and nothing before that', () => {
    const map: Record<string, string> = {};
    expect([textAt(map, key), valueAt(map, key)]).toEqual([undefined, undefined]);
    setAt(map, key, 'x');
    expect([textAt(map, key), valueAt(map, key), Object.keys(map)]).toEqual(['x', 'x', [key]]);
  });

  it('is merged as any other', () => {
    const read = (text: string): unknown => JSON.parse(text);
    expect(JSON.stringify(mergePatch({ a: 'b' }, read(`{"${key}":"x"}`)))).toBe(`{"a":"b","${key}":"x"}`);
    expect(JSON.stringify(mergePatch(one, read(`{"${key}":"y"}`)))).toBe(`{"a":"b","${key}":"y"}`);
    expect(JSON.stringify(mergePatch(one, read('{"a":"c"}')))).toBe(`{"a":"c","${key}":"x"}`);
    expect(JSON.stringify(mergePatch(one, read(`{"${key}":null}`)))).toBe('{"a":"b"}');
  });

  it('is patched as any other, and not there to be removed before', () => {
    const patched = (target: object, operation: object): string => {
      const result = jsonPatch({ data: target }, [operation]);
      return result.type === 'patched' ? JSON.stringify((result.value as { readonly data: object }).data) : 'refused';
    };
    const path = `/data/${key}`;
    expect(patched({ a: 'b' }, { op: 'remove', path })).toBe('refused');
    expect(patched({ a: 'b' }, { op: 'add', path: `${path}/below`, value: 1 })).toBe('refused');
    expect(patched({ a: 'b' }, { op: 'test', path, value: null })).toBe('{"a":"b"}');
    expect(patched({ a: 'b' }, { op: 'add', path, value: 'x' })).toBe(`{"a":"b","${key}":"x"}`);
    expect(patched(one, { op: 'add', path: '/data/a', value: 'c' })).toBe(`{"a":"c","${key}":"x"}`);
    expect(patched(one, { op: 'copy', from: path, path: '/data/a' })).toBe(`{"a":"x","${key}":"x"}`);
    expect(patched(one, { op: 'remove', path })).toBe('{"a":"b"}');
  });
});
