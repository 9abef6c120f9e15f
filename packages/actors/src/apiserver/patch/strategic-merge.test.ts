import { describe, expect, it } from 'vitest';
import { typeNamed } from '../kinds/type-named.js';
import { strategicMerge } from './strategic-merge.js';

const merge = (original: object, patch: object): unknown => {
  const result = strategicMerge(typeNamed('core.v1.Pod'), original as never, patch as never);
  return result.type === 'merged' ? result.value : result;
};
const pod = { metadata: { name: 'p', finalizers: ['a/1', 'b/2'] }, spec: { nodeSelector: { x: '1' }, containers: [{ name: 'a', image: 'i1' }, { name: 'b', image: 'i2', args: ['1'] }] } };

describe('a strategic merge patch', () => {
  it('merges lists by their key and leaves the rest the same object', () => {
    const merged = merge(pod, { spec: { containers: [{ name: 'b', image: 'new' }] } }) as typeof pod;
    expect(merged.spec.containers).toEqual([{ name: 'b', image: 'new', args: ['1'] }, { name: 'a', image: 'i1' }].sort((x, y) => (x.name < y.name ? -1 : 1)));
    expect(merged.metadata).toBe(pod.metadata);
    expect(merged.spec.nodeSelector).toBe(pod.spec.nodeSelector);
  });

  it('puts new elements before those of the server alone', () => {
    expect((merge(pod, { spec: { containers: [{ name: 'c', image: 'i3' }] } }) as typeof pod).spec.containers.map((container) => container.name)).toEqual(['c', 'a', 'b']);
  });

  it('is refused if it mixes types in a list that is merged', () => {
    const refused = (patch: object): unknown => (merge({ metadata: { name: 'p', finalizers: ['a/b'] } }, patch) as { readonly message?: string }).message;
    expect(refused({ metadata: { finalizers: [true] } })).toBe('list element types are not identical: [[a/b] [true]]');
    expect(refused({ metadata: { finalizers: ['x', { x: 1 }] } })).toBe('list element types are not identical: [[a/b] [x map[x:1]]]');
    expect(refused({ metadata: { finalizers: [null] } })).toBe('list element types are not identical: [[a/b] [<nil>]]');
  });

  it('that says nothing new gives the very same object', () => {
    expect(merge(pod, { spec: { containers: [{ name: 'a', image: 'i1' }] } })).toBe(pod);
  });

  it('orders, deletes, replaces and retains by its directives', () => {
    expect((merge(pod, { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } }) as typeof pod).spec.containers.map((container) => container.name)).toEqual(['b', 'a']);
    expect((merge(pod, { spec: { containers: [{ name: 'a', $patch: 'delete' }] } }) as typeof pod).spec.containers.map((container) => container.name)).toEqual(['b']);
    expect((merge(pod, { spec: { containers: [{ $patch: 'replace' }, { name: 'z', image: 'i' }] } }) as typeof pod).spec.containers).toEqual([{ name: 'z', image: 'i' }]);
    expect((merge(pod, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/1'] } }) as typeof pod).metadata.finalizers).toEqual(['b/2']);
    expect(merge({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } })).toEqual({ spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } });
  });

  it('removes what is null, but keeps the null of a time that is always written', () => {
    expect(merge(pod, { spec: { nodeSelector: null } })).not.toHaveProperty('spec.nodeSelector');
    const merged = merge({ status: {} }, { status: { conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }] } });
    expect(merged).toEqual({ status: { conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }] } });
  });

  it('with an unknown directive is refused in the words of the real server', () => {
    expect(merge(pod, { spec: { $patch: 'fly', containers: [] } })).toEqual({ type: 'refused', code: 500, message: 'unknown patch type: fly in map: map[$patch:fly containers:[]]' });
  });

  it('whose order names every element takes it, with what is new at its place', () => {
    const condition = (type: string, status: string): object => ({ type, status });
    const before = { status: { conditions: [condition('B', 'False'), condition('C', 'True')] } };
    const order = (...types: string[]): object[] => types.map((type) => ({ type }));
    const merged = merge(before, { status: { '$setElementOrder/conditions': order('A', 'B', 'C'), conditions: [condition('A', 'True'), condition('B', 'True')] } }) as typeof before;
    expect(merged.status.conditions).toEqual([condition('A', 'True'), condition('B', 'True'), condition('C', 'True')]);
    expect(merged.status.conditions[2]).toBe(before.status.conditions[1]);
    expect(merge(before, { status: { '$setElementOrder/conditions': order('B', 'C'), conditions: [condition('C', 'True')] } })).toBe(before);
    expect(merge(before, { status: { '$setElementOrder/conditions': order('C'), conditions: [condition('B', 'True')] } })).toMatchObject({ type: 'refused', code: 500 });
  });

  it('leaves out directives and nulls of what is new, in the order in which it came', () => {
    const merged = merge({}, { metadata: { annotations: { a: '1', b: null, c: '2' }, labels: { $patch: 'replace', x: '1' } } });
    expect(JSON.stringify(merged)).toBe('{"metadata":{"annotations":{"a":"1","c":"2"}}}');
  });
});
