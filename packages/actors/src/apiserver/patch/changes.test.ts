import { describe, expect, it } from 'vitest';
import { typeNamed } from '../kinds/type-named.js';
import { change, forgetChanges, nextChange, valueOf, withChanges } from './changes.js';
import { strategicMerge } from './strategic-merge.js';

describe('changes of an object', () => {
  it('stay apart from those of an object within it', () => {
    forgetChanges();
    const outer = { a: 1, b: { c: 1 } };
    const start = nextChange();
    change(outer, start, 'a', 2);
    const inner = nextChange();
    change(outer.b, inner, 'a', 3);
    const b = withChanges(undefined, outer.b, inner);
    change(outer, start, 'b', b);
    expect(withChanges(undefined, outer, start)).toEqual({ a: 2, b: { c: 1, a: 3 } });
    expect(nextChange()).toBe(start);
  });

  it('are seen by who asks for a value, the last of a field only', () => {
    forgetChanges();
    const object = { a: 1, b: 1 };
    const start = nextChange();
    change(object, start, 'a', 2);
    change(object, start, 'a', 3);
    expect([valueOf(object, start, 'a'), valueOf(object, start, 'b')]).toEqual([3, 1]);
    expect(withChanges(undefined, object, start)).toEqual({ a: 3, b: 1 });
  });

  it('that are none leave it the same object, and what is taken out is not there', () => {
    forgetChanges();
    const object = { a: 1, b: 1 };
    change(object, nextChange(), 'a', 1);
    expect(withChanges(undefined, object, nextChange())).toBe(object);
    const start = nextChange();
    change(object, start, 'a', undefined);
    expect(Object.keys(withChanges(undefined, object, start))).toEqual(['b']);
  });

  it('do not pile up with patches that are refused', () => {
    const pod = typeNamed('core.v1.Pod');
    const refused = { metadata: { name: 'b' }, spec: { $patch: 'unheard-of' } };
    expect(strategicMerge(pod, { metadata: { name: 'a' }, spec: {} }, refused).type).toBe('refused');
    expect(nextChange()).toBeGreaterThan(0);
    expect(strategicMerge(pod, { metadata: { name: 'a' } }, { metadata: { name: 'c' } })).toEqual({ type: 'merged', value: { metadata: { name: 'c' } } });
    expect(nextChange()).toBe(0);
  });
});
