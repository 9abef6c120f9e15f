import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixEnd, type KeyValue, type RangeOperation } from '../api/etcd-requests.js';
import { scavenge } from './compaction.js';
import { PAGE_KEYS } from './key-index.js';
import { range, unreadable } from './range.js';
import { apply, newStateMachine, type StateMachine } from './state-machine.js';

const put = (machine: StateMachine, key: string, value = 'x'): void => {
  apply(machine, { type: 'put', key, header: {}, value: new TextEncoder().encode(value) });
};
const name = (i: number): string => `/registry/pods/default/${String(i).padStart(5, '0')}`;
const read = (machine: StateMachine, operation: Partial<RangeOperation>) => range(machine.store, { type: 'range', key: '/', rangeEnd: '0', ...operation }, machine.store.revision);
const keysOf = (kvs: readonly KeyValue[]): string[] => kvs.map((kv) => kv.header.key);

describe('a range', () => {
  it('counts whole pages as the keys that lived at its revision', () => {
    const step = fc.record({ from: fc.nat(999), count: fc.integer({ min: 1, max: 400 }), deletes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12, size: 'max' }), fc.nat(999), fc.nat(999), fc.nat(30), (steps, from, to, back) => {
        const machine = newStateMachine(2 ** 30);
        const alive = new Set<string>();
        const at: Set<string>[] = [new Set(), new Set()];
        for (const each of steps) {
          for (let i = each.from; i < Math.min(1000, each.from + each.count); i++) {
            if (!each.deletes) put(machine, name((i * 7) % 1000));
            else if (alive.has(name((i * 7) % 1000))) apply(machine, { type: 'delete-range', key: name((i * 7) % 1000) });
            if (each.deletes) alive.delete(name((i * 7) % 1000));
            else alive.add(name((i * 7) % 1000));
            at[machine.store.revision] = new Set(alive);
          }
        }
        const revision = Math.max(1, machine.store.revision - back * 10);
        const expected = [...(at[revision] as Set<string>)].filter((key) => key >= name(from) && key < name(to)).sort();
        const reply = read(machine, { key: name(from), rangeEnd: name(to), revision, limit: 3 });
        expect({ keys: keysOf(reply.kvs), count: reply.count, more: reply.more }).toEqual({ keys: expected.slice(0, 3), count: expected.length, more: expected.length > 3 });
        expect(read(machine, { key: name(from), rangeEnd: name(to), revision, countOnly: true })).toMatchObject({ kvs: [], count: expected.length });
        // The same after everything before that revision has been removed.
        apply(machine, { type: 'compact', revision });
        while (!scavenge(machine.store, 1000));
        expect(keysOf(read(machine, { key: name(from), rangeEnd: name(to), revision }).kvs)).toEqual(expected);
        expect(read(machine, { countOnly: true }).count).toBe(alive.size);
      }),
      { numRuns: 30 },
    );
  });

  it('is paged by its limit over more keys than fit a page of the index', () => {
    const machine = newStateMachine(2 ** 30);
    const count = 5 * PAGE_KEYS + 17;
    for (let i = 0; i < count; i++) put(machine, name((i * 31) % count));
    const seen: string[] = [];
    let key = '/registry/pods/';
    for (let more = true; more; ) {
      const page = read(machine, { key, rangeEnd: prefixEnd('/registry/pods/'), limit: 100 });
      expect(page.count).toBe(count - seen.length);
      seen.push(...keysOf(page.kvs));
      key = `${seen[seen.length - 1] ?? ''}\0`;
      ({ more } = page);
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => name(i)));
  });

  it('is sorted and bounded before it is cut, and its count heeds neither', () => {
    const machine = newStateMachine(2 ** 30);
    for (const [key, value] of [['/c', '1'], ['/a', '3'], ['/b', '2'], ['/a', '4']] as const) put(machine, key, value);
    expect(keysOf(read(machine, { sort: { target: 'mod', order: 'descend' } }).kvs)).toEqual(['/a', '/b', '/c']);
    expect(keysOf(read(machine, { sort: { target: 'create', order: 'ascend' } }).kvs)).toEqual(['/c', '/a', '/b']);
    expect(keysOf(read(machine, { sort: { target: 'key', order: 'descend' } }).kvs)).toEqual(['/c', '/b', '/a']);
    expect(keysOf(read(machine, { sort: { target: 'value', order: 'ascend' } }).kvs)).toEqual(['/c', '/b', '/a']);
    expect(keysOf(read(machine, { sort: { target: 'version', order: 'descend' }, limit: 1 }).kvs)).toEqual(['/a']);
    const bounded = read(machine, { minModRevision: 3, maxModRevision: 4 });
    expect({ keys: keysOf(bounded.kvs), count: bounded.count }).toEqual({ keys: ['/b'], count: 3 });
    expect(keysOf(read(machine, { maxCreateRevision: 2 }).kvs)).toEqual(['/c']);
    expect(read(machine, { sort: { target: 'mod', order: 'ascend' }, limit: 2 })).toMatchObject({ more: true, count: 3 });
  });

  it('without values gives empty ones under the headers', () => {
    const machine = newStateMachine(2 ** 30);
    put(machine, '/a', 'long');
    const [kv] = read(machine, { keysOnly: true }).kvs;
    expect(kv?.header).toMatchObject({ key: '/a', revision: 2 });
    expect(kv?.value).toEqual(new Uint8Array(0));
  });

  it('is refused at revisions that were compacted or are yet to come, with the texts of etcd', () => {
    const machine = newStateMachine(2 ** 30);
    for (let i = 0; i < 5; i++) put(machine, '/a');
    apply(machine, { type: 'compact', revision: 4 });
    expect(unreadable(machine.store, 3)).toEqual({ type: 'refused', code: 'compacted', message: 'etcdserver: mvcc: required revision has been compacted', revision: 4 });
    expect(unreadable(machine.store, 4)).toBeUndefined();
    expect(unreadable(machine.store, 7)).toEqual({ type: 'refused', code: 'future-revision', message: 'etcdserver: mvcc: required revision is a future revision' });
  });
});
