import { describe, expect, it } from 'vitest';
import type { PodSpec } from '../../api/generated/types.js';
import { internedSpec } from './interned-spec.js';

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
