import { describe, expect, it } from 'vitest';
import type { PodSpec } from '../../api/generated/types.js';
import { internedSpec, isAlike } from './interned-spec.js';

const spec = (image: string, more: object = {}): PodSpec => ({ containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }], ...more }) as PodSpec;

describe('specs of one template', () => {
  it('become the one that was seen first', () => {
    const first = internedSpec(spec('a:1'));
    expect(internedSpec(spec('a:1'))).toBe(first);
  });

  it('stay apart if anything of them differs', () => {
    const first = internedSpec(spec('b:1'));
    const other = spec('b:1', { nodeName: 'node-1' });
    expect(internedSpec(other)).toBe(other);
    expect(internedSpec(other)).not.toBe(first);
    expect(internedSpec(spec('b:1'))).toBe(first);
  });

  it('are few of each image at any time', () => {
    const first = internedSpec(spec('c:1', { priority: 0 }));
    for (let priority = 1; priority <= 8; priority++) internedSpec(spec('c:1', { priority }));
    expect(internedSpec(spec('c:1', { priority: 0 }))).not.toBe(first);
  });

  it('that name no image are left as they are', () => {
    for (const odd of [undefined, {}, { containers: [] }, { containers: [null] }, { containers: 'none' }] as unknown as PodSpec[]) expect(internedSpec(odd)).toBe(odd);
  });
});

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
