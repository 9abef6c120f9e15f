import { describe, expect, it } from 'vitest';
import type { DeleteRangeOperation, Operation, PutOperation, TxnOperation } from '../api/etcd-requests.js';
import { apply, newStateMachine, type EtcdReply, type StateMachine } from './state-machine.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (key: string, value = 'x', more: Partial<PutOperation> = {}): PutOperation => ({ type: 'put', key, header: {}, value: bytes(value), ...more });
const erase = (key: string, rangeEnd?: string): DeleteRangeOperation => (rangeEnd === undefined ? { type: 'delete-range', key } : { type: 'delete-range', key, rangeEnd });
const txn = (success: Operation[], failure: Operation[] = [], compare: TxnOperation['compare'] = []): TxnOperation => ({ type: 'txn', compare, success, failure });
const run = (machine: StateMachine, ...commands: Parameters<typeof apply>[1][]): EtcdReply | undefined => {
  let reply: EtcdReply | undefined;
  for (const command of commands) ({ reply } = apply(machine, command));
  return reply;
};
const duplicate = { type: 'refused', code: 'duplicate-key', message: 'etcdserver: duplicate key given in txn request' };

describe('a transaction', () => {
  it('touches no key twice in one branch', () => {
    for (const operations of [[put('/a'), put('/a')], [put('/a'), erase('/a')], [erase('/', '0'), put('/a')], [put('/b'), erase('/a', '/c')]]) {
      expect(run(newStateMachine(1e9), txn(operations))).toEqual(duplicate);
      expect(run(newStateMachine(1e9), txn([], operations))).toEqual(duplicate);
    }
    expect(run(newStateMachine(1e9), txn([put('/a'), put('/b'), erase('/c'), erase('/c')], [put('/a')]))).toMatchObject({ type: 'txn', revision: 2 });
    // The end of all keys is no end that this check knows, as in the real one.
    expect(run(newStateMachine(1e9), txn([put('/b'), erase('/a', '\0')]))).toMatchObject({ type: 'txn', revision: 2 });
    expect(run(newStateMachine(1e9), txn([erase('/a', '/b'), put('/b')]))).toMatchObject({ type: 'txn', revision: 2 });
  });

  it('may put one key in both branches of an inner transaction, but not inside and outside', () => {
    expect(run(newStateMachine(1e9), txn([txn([put('/a')], [put('/a')])]))).toMatchObject({ type: 'txn', revision: 2 });
    expect(run(newStateMachine(1e9), txn([txn([put('/a')]), put('/a')]))).toEqual(duplicate);
    expect(run(newStateMachine(1e9), txn([txn([put('/a')]), erase('/a')]))).toEqual(duplicate);
    expect(run(newStateMachine(1e9), txn([txn([put('/a')]), txn([], [put('/a')])]))).toEqual(duplicate);
  });

  it('has at most 128 guards and operations, inner ones counted with the outer', () => {
    const puts = (count: number): Operation[] => Array.from({ length: count }, (_, i) => put(`/${i}`));
    const tooMany = { type: 'refused', code: 'too-many-operations', message: 'etcdserver: too many operations in txn request' };
    expect(run(newStateMachine(1e9), txn(puts(128)))).toMatchObject({ type: 'txn' });
    expect(run(newStateMachine(1e9), txn(puts(129)))).toEqual(tooMany);
    expect(run(newStateMachine(1e9), txn([], puts(129)))).toEqual(tooMany);
    const guards: TxnOperation['compare'] = Array.from({ length: 129 }, () => ({ key: '/', target: 'mod', result: 'equal', value: 0 }));
    expect(run(newStateMachine(1e9), txn([], [], guards))).toEqual(tooMany);
    expect(run(newStateMachine(1e9), txn([txn(puts(127))]))).toMatchObject({ type: 'txn' });
    expect(run(newStateMachine(1e9), txn([txn(puts(128))]))).toEqual(tooMany);
  });

  it('makes one revision of all that it changes, and none if it changes nothing', () => {
    const machine = newStateMachine(1e9);
    expect(run(machine, put('/a'), txn([put('/b'), put('/c'), erase('/a')]))).toMatchObject({ revision: 3, responses: [{ revision: 3 }, { revision: 3 }, { revision: 3, deleted: [{ header: { key: '/a' } }] }] });
    expect(run(machine, txn([erase('/nothing'), { type: 'range', key: '/b' }]))).toMatchObject({ revision: 3, responses: [{ deleted: [], revision: 3 }, { count: 1, revision: 3 }] });
    expect(machine.store.revision).toBe(3);
  });

  it('shows its later operations what the earlier ones did', () => {
    const machine = newStateMachine(1e9);
    const reply = run(machine, txn([put('/a', 'new'), { type: 'range', key: '/', rangeEnd: '0' }, erase('/b')]));
    expect(reply).toMatchObject({ responses: [{ type: 'put' }, { type: 'range', count: 1, revision: 2 }, { type: 'delete-range', deleted: [] }] });
  });

  it('changes nothing when one of its operations is refused', () => {
    const machine = newStateMachine(1e9);
    expect(run(machine, txn([put('/a'), put('/b', 'x', { lease: 5 })]))).toMatchObject({ code: 'lease-not-found' });
    expect(run(machine, txn([put('/a'), { type: 'range', key: '/a', revision: 9 }]))).toMatchObject({ code: 'future-revision' });
    expect(run(machine, txn([put('/a'), put('/c', '', { ignoreValue: true })]))).toEqual({ type: 'refused', code: 'key-not-found', message: 'etcdserver: key not found' });
    expect(run(machine, txn([put('/a'), put('')]))).toEqual({ type: 'refused', code: 'empty-key', message: 'etcdserver: key is not provided' });
    expect(run(machine, txn([put('/a'), { ...put('/b'), value: new Uint8Array(2 * 1024 * 1024) }]))).toMatchObject({ code: 'request-too-large' });
    expect(machine.store).toMatchObject({ revision: 1, keys: 0, bytes: 0 });
  });

  it('compares raw values in the order of their bytes, and fails where there is none', () => {
    const machine = newStateMachine(1e9);
    run(machine, put('/a', 'm'));
    const result = (key: string, how: 'less' | 'greater' | 'not-equal', value: string) => {
      const reply = run(machine, txn([], [], [{ key, target: 'value', result: how, value: bytes(value) }]));
      return reply?.type === 'txn' && reply.succeeded;
    };
    expect([result('/a', 'less', 'n'), result('/a', 'greater', 'n'), result('/a', 'greater', ''), result('/a', 'less', 'mm'), result('/none', 'not-equal', 'x')]).toEqual([true, false, true, true, false]);
  });
});

describe('a put', () => {
  it('can keep value or lease of what was there, and answer with it', () => {
    const machine = newStateMachine(1e9);
    run(machine, { type: 'lease-grant', id: 3, ttl: 5 }, put('/a', 'old', { lease: 3 }));
    const kept = run(machine, put('/a', '', { ignoreValue: true, prevKv: true }));
    expect(kept).toMatchObject({ kv: { header: { version: 2, lease: 0 }, value: bytes('old') }, prevKv: { header: { version: 1, lease: 3 } } });
    run(machine, put('/a', 'x', { lease: 3 }));
    expect(run(machine, put('/a', 'y', { ignoreLease: true }))).toMatchObject({ kv: { header: { lease: 3 }, value: bytes('y') } });
    expect(run(machine, put('/a', 'z', { ignoreValue: true }))).toMatchObject({ message: 'etcdserver: value is provided' });
    expect(run(machine, put('/a', 'z', { ignoreLease: true, lease: 3 }))).toMatchObject({ message: 'etcdserver: lease is provided' });
  });

  it('gives a key that was deleted a new life: version 1, and its own creation', () => {
    const machine = newStateMachine(1e9);
    expect(run(machine, put('/a'), put('/a'), erase('/a'), put('/a'))).toMatchObject({ kv: { header: { version: 1, createRevision: 5, revision: 5 } } });
  });

  it('stamps a header that has been stamped before anew', () => {
    const machine = newStateMachine(1e9);
    const first = run(machine, put('/a', 'x', { header: { name: 'a' } }));
    const header = first?.type === 'put' ? first.kv.header : {};
    expect(run(machine, put('/b', 'x', { header }))).toMatchObject({ kv: { header: { name: 'a', key: '/b', createRevision: 3, revision: 3, version: 1 } } });
  });
});
