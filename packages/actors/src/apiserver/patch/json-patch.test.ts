import { describe, expect, it } from 'vitest';
import { jsonPatch } from './json-patch.js';

const target = { metadata: { labels: { 'a/b': '1' } }, list: ['x', 'y'], keep: { deep: true } };
const patch = (...operations: object[]): unknown => {
  const result = jsonPatch(target, operations);
  return result.type === 'patched' ? result.value : 'refused';
};

describe('a JSON patch', () => {
  it('adds, replaces and removes, in lists and below escaped keys', () => {
    expect(patch({ op: 'replace', path: '/metadata/labels/a~1b', value: '2' })).toHaveProperty(['metadata', 'labels', 'a/b'], '2');
    expect(patch({ op: 'add', path: '/list/0', value: 'w' })).toHaveProperty('list', ['w', 'x', 'y']);
    expect(patch({ op: 'add', path: '/list/-', value: 'z' })).toHaveProperty('list', ['x', 'y', 'z']);
    expect(patch({ op: 'remove', path: '/list/-1' })).toHaveProperty('list', ['x']);
  });

  it('leaves what it does not touch the same object', () => {
    expect((patch({ op: 'add', path: '/new', value: 1 }) as typeof target).keep).toBe(target.keep);
  });

  it('is lax where the real library is: replace, move and copy of what a map lacks succeed', () => {
    expect(patch({ op: 'replace', path: '/metadata/labels/none', value: 'v' })).toHaveProperty('metadata.labels.none', 'v');
    expect(patch({ op: 'copy', from: '/none', path: '/copied' })).toHaveProperty('copied', null);
  });

  it('is refused where a test fails, a parent is missing or nothing is there to remove', () => {
    expect(patch({ op: 'test', path: '/list/0', value: 'other' })).toBe('refused');
    expect(patch({ op: 'add', path: '/none/below', value: 1 })).toBe('refused');
    expect(patch({ op: 'remove', path: '/none' })).toBe('refused');
    expect(patch({ op: 'fly', path: '/list' })).toBe('refused');
  });
});
