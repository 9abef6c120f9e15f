import { decodeState, encodeState, Encoded } from '@naumachia/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Compare, KeyValue, Operation } from '../api/etcd-requests.js';
import { scavenge } from './compaction.js';
import { history } from './history.js';
import { range } from './range.js';
import { apply, newStateMachine, type Command, type StateMachine } from './state-machine.js';

/** What a key holds, in the model. */
interface Held {
  readonly value: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease: number;
}
type Keys = ReadonlyMap<string, Held>;

/** The plainest store that can be thought of: a whole map for every revision. */
interface Model {
  readonly revisions: Keys[];
  readonly leases: Set<number>;
  compacted: number;
}

const newModel = (): Model => ({ revisions: [new Map(), new Map()], leases: new Set(), compacted: 0 });
const now = (model: Model): number => model.revisions.length - 1;
const newest = (model: Model): Keys => model.revisions[now(model)] as Keys;

const inRange = (key: string, from: string, end: string | undefined): boolean => (end === undefined ? key === from : key >= from && (end === '\0' || key < end));
const keysIn = (keys: Keys, from: string, end: string | undefined): string[] => [...keys.keys()].filter((key) => inRange(key, from, end)).sort();

const judge = (keys: Keys, compare: Compare): boolean => {
  const fields = { mod: 'mod', create: 'create', version: 'version', lease: 'lease' } as const;
  const one = (held: Held | undefined): boolean => {
    if (compare.target === 'value') return held !== undefined && held.value === new TextDecoder().decode(compare.value) && compare.result === 'equal';
    const left = held?.[fields[compare.target]] ?? 0;
    return { equal: left === compare.value, 'not-equal': left !== compare.value, greater: left > compare.value, less: left < compare.value }[compare.result];
  };
  const found = keysIn(keys, compare.key, compare.rangeEnd);
  return found.length === 0 ? one(undefined) : found.every((key) => one(keys.get(key)));
};

/** Carries out operations on a copy and counts what they change; guards look at the map from before, at every depth. */
const perform = (before: Keys, after: Map<string, Held>, operations: readonly Operation[], revision: number): number => {
  let events = 0;
  for (const operation of operations) {
    if (operation.type === 'put') {
      const held = after.get(operation.key);
      const value = new TextDecoder().decode(operation.value as Uint8Array);
      after.set(operation.key, { value, create: held?.create ?? revision, mod: revision, version: (held?.version ?? 0) + 1, lease: operation.lease ?? 0 });
      events += 1;
    } else if (operation.type === 'delete-range') {
      for (const key of keysIn(after, operation.key, operation.rangeEnd)) events += after.delete(key) ? 1 : 0;
    } else if (operation.type === 'txn') {
      events += perform(before, after, operation.compare.every((compare) => judge(before, compare)) ? operation.success : operation.failure, revision);
    }
  }
  return events;
};

const performOn = (model: Model, operations: readonly Operation[]): void => {
  const after = new Map(newest(model));
  if (perform(newest(model), after, operations, now(model) + 1) > 0) model.revisions.push(after);
};

/** The model's step for a command that the store did not refuse. */
const step = (model: Model, command: Command): void => {
  switch (command.type) {
    case 'put':
    case 'delete-range':
    case 'txn':
      return performOn(model, [command]);
    case 'optimistic-put':
      if ((newest(model).get(command.key)?.mod ?? 0) === command.expected) performOn(model, [{ ...command, type: 'put' }]);
      return;
    case 'optimistic-delete':
      if ((newest(model).get(command.key)?.mod ?? 0) === command.expected) performOn(model, [{ type: 'delete-range', key: command.key }]);
      return;
    case 'compact':
      model.compacted = command.revision;
      return;
    case 'lease-grant':
      model.leases.add(command.id);
      return;
    case 'lease-revoke': {
      model.leases.delete(command.id);
      const doomed = [...newest(model)].filter(([, held]) => held.lease === command.id).map(([key]): Operation => ({ type: 'delete-range', key }));
      return performOn(model, doomed);
    }
    case 'alarm':
      return;
  }
};

const raw = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (kv: KeyValue): string => new TextDecoder().decode(kv.value as Uint8Array);
const shape = (kv: KeyValue) => ({ key: kv.header.key, value: textOf(kv), create: kv.header.createRevision, mod: kv.header.revision, version: kv.header.version, lease: kv.header.lease });

const key = fc.constantFrom('/a', '/a/1', '/a/2', '/b', '/b/1', '/c');
const rangeEnd = fc.option(fc.constantFrom('/a/2', '/b', '/d', '\0'), { nil: undefined, freq: 2 });
const lease = fc.constantFrom(0, 0, 0, 1, 2);
const put = fc.record({ type: fc.constant('put' as const), key, header: fc.constant({}), value: fc.constantFrom('x', 'y', 'z').map(raw), lease });
const withEnd = <T extends object>(base: fc.Arbitrary<T>) => fc.tuple(base, rangeEnd).map(([each, end]) => (end === undefined ? each : { ...each, rangeEnd: end }));
const deletion = withEnd(fc.record({ type: fc.constant('delete-range' as const), key }));
const read = withEnd(fc.record({ type: fc.constant('range' as const), key }));
const number = fc.record({
  key,
  target: fc.constantFrom('mod' as const, 'create' as const, 'version' as const, 'lease' as const),
  result: fc.constantFrom('equal' as const, 'not-equal' as const, 'greater' as const, 'less' as const),
  value: fc.nat(6),
});
const valueGuard = fc.record({ key, target: fc.constant('value' as const), result: fc.constant('equal' as const), value: fc.constantFrom('x', 'y').map(raw) });
const compare: fc.Arbitrary<Compare> = withEnd(fc.oneof(number, number, valueGuard));
const flat: fc.Arbitrary<Operation> = fc.oneof({ weight: 4, arbitrary: put }, { weight: 2, arbitrary: deletion }, { weight: 1, arbitrary: read });
const txnOf = (operation: fc.Arbitrary<Operation>) =>
  fc.record({
    type: fc.constant('txn' as const),
    compare: fc.array(compare, { maxLength: 2 }),
    success: fc.array(operation, { maxLength: 3 }),
    failure: fc.array(operation, { maxLength: 3 }),
  });
const txn = txnOf(fc.oneof({ weight: 5, arbitrary: flat }, { weight: 1, arbitrary: txnOf(flat) }));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: put as fc.Arbitrary<Command> },
  { weight: 2, arbitrary: deletion as fc.Arbitrary<Command> },
  { weight: 5, arbitrary: txn as fc.Arbitrary<Command> },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('optimistic-put' as const), key, expected: fc.nat(8), header: fc.constant({}), value: fc.constant(raw('o')), lease }) as fc.Arbitrary<Command> },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('optimistic-delete' as const), key, expected: fc.nat(8) }) as fc.Arbitrary<Command> },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('compact' as const), revision: fc.nat(12) }) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lease-grant' as const), id: fc.constantFrom(1, 2), ttl: fc.constant(10) }) as fc.Arbitrary<Command> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lease-revoke' as const), id: fc.constantFrom(1, 2) }) as fc.Arbitrary<Command> },
);

const expectSame = (machine: StateMachine, model: Model): void => {
  const { store } = machine;
  expect(store.revision).toBe(now(model));
  expect(store.keys).toBe(newest(model).size);
  expect(store.compactRevision).toBe(model.compacted);
  for (let revision = Math.max(1, model.compacted); revision <= now(model); revision++) {
    const keys = model.revisions[revision] as Keys;
    const all = range(store, { type: 'range', key: '\0', rangeEnd: '\0', revision }, 0);
    expect(all.kvs.map(shape)).toEqual([...keys].map(([name, held]) => ({ key: name, ...held })).sort((a, b) => (a.key < b.key ? -1 : 1)));
    for (const limit of [1, 2]) {
      const page = range(store, { type: 'range', key: '/a', rangeEnd: '/c', revision, limit }, 0);
      const inside = keysIn(keys, '/a', '/c');
      expect({ keys: page.kvs.map((kv) => kv.header.key), more: page.more, count: page.count }).toEqual({ keys: inside.slice(0, limit), more: inside.length > limit, count: inside.length });
    }
  }
};

/** The history must lead from each map to the next. */
const expectHistory = (machine: StateMachine, model: Model, after: number): void => {
  const reply = history(machine.store, { type: 'history', key: '\0', rangeEnd: '\0', after, prevKv: true });
  if (reply.type !== 'history') throw new Error(reply.message);
  const keys = new Map([...(model.revisions[after] as Keys)].map(([name, held]) => [name, { key: name, ...held }]));
  let seen = after;
  for (const { type, kv, prevKv } of reply.events) {
    if (kv.header.revision > seen) {
      expect(Object.fromEntries(keys)).toEqual(Object.fromEntries([...(model.revisions[seen] as Keys)].map(([name, held]) => [name, { key: name, ...held }])));
      seen = kv.header.revision;
    }
    const before = (model.revisions[kv.header.revision - 1] as Keys).get(kv.header.key);
    expect(prevKv && textOf(prevKv)).toBe(before?.value);
    if (type === 'delete') {
      keys.delete(kv.header.key);
      expect(kv.header.version).toBe(0);
    } else keys.set(kv.header.key, shape(kv));
  }
  expect(Object.fromEntries(keys)).toEqual(Object.fromEntries([...newest(model)].map(([name, held]) => [name, { key: name, ...held }])));
  expect(reply).toMatchObject({ revision: now(model), synced: true });
};

/** A reply with its KeyValues laid open. */
const readable = (reply: unknown): unknown =>
  reply instanceof Encoded ? shape(reply as KeyValue) : reply instanceof Uint8Array ? [...reply] : Array.isArray(reply) ? reply.map(readable) : typeof reply === 'object' && reply !== null ? Object.fromEntries(Object.entries(reply).map(([name, part]) => [name, readable(part)])) : reply;

describe('the state machine of etcd', () => {
  it('answers every range at every revision that was not compacted as a map per revision does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40, size: 'max' }), fc.array(fc.nat(20), { maxLength: 40, size: 'max' }), (commands, scavenging) => {
        const machine = newStateMachine(2 ** 30);
        const model = newModel();
        for (const [i, drawn] of commands.entries()) {
          // So many revisions before the newest: most of them can be compacted.
          const each = drawn.type === 'compact' ? { ...drawn, revision: now(model) + 1 - drawn.revision } : drawn;
          const { reply } = apply(machine, each);
          if (reply.type !== 'refused') step(model, each);
          if ('revision' in reply && reply.type !== 'refused') expect(reply.revision).toBe(now(model));
          // Removal of the dead comes late and in steps of any size; no read may notice.
          const steps = scavenging[i];
          if (steps !== undefined && steps > 0) scavenge(machine.store, steps);
          expectSame(machine, model);
        }
        for (const after of [model.compacted, now(model)]) if (after > 0) expectHistory(machine, model, after);
      }),
      { numRuns: 400 },
    );
  });

  it('does with an optimistic put or delete what the transaction does that it stands for', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20, size: 'max' }), key, fc.nat(10), fc.boolean(), (commands, name, expected, puts) => {
        const [lean, long] = [newStateMachine(2 ** 30), newStateMachine(2 ** 30)];
        for (const each of commands) for (const machine of [lean, long]) apply(machine, each);
        const write: Operation = puts ? { type: 'put', key: name, header: {}, value: raw('w') } : { type: 'delete-range', key: name };
        const short = apply(lean, puts ? { type: 'optimistic-put', key: name, expected, header: {}, value: raw('w') } : { type: 'optimistic-delete', key: name, expected });
        const full = apply(long, { type: 'txn', compare: [{ key: name, target: 'mod', result: 'equal', value: expected }], success: [write], failure: [{ type: 'range', key: name }] });
        if (short.reply.type !== 'optimistic' || full.reply.type !== 'txn') throw new Error('refused');
        const [response] = full.reply.responses;
        const kv = response?.type === 'put' ? response.kv : response?.type === 'range' ? response.kvs[0] : response?.type === 'delete-range' ? response.deleted[0] : undefined;
        expect({ ...short.reply, kv: short.reply.kv && shape(short.reply.kv) }).toEqual({ type: 'optimistic', revision: full.reply.revision, succeeded: full.reply.succeeded, kv: kv && shape(kv) });
        expect(short.record === undefined).toBe(full.record === undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('goes on from a snapshot as if nothing had been', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40, size: 'max' }), fc.nat(40), (commands, at) => {
        const machine = newStateMachine(2 ** 30);
        for (const each of commands.slice(0, at)) apply(machine, each);
        const restored = decodeState(encodeState(machine)) as StateMachine;
        for (const each of commands.slice(at)) {
          const [reply, again] = [apply(machine, each).reply, apply(restored, each).reply];
          expect(readable(again)).toEqual(readable(reply));
          for (const { store } of [machine, restored]) scavenge(store, 5);
        }
        const all = ({ store }: StateMachine) => range(store, { type: 'range', key: '\0', rangeEnd: '\0' }, 0).kvs.map(shape);
        expect(all(restored)).toEqual(all(machine));
        expect([restored.store.bytes, restored.store.keys, restored.store.index]).toEqual([machine.store.bytes, machine.store.keys, machine.store.index]);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves nothing of keys that were deleted and compacted away', () => {
    const machine = newStateMachine(2 ** 30);
    for (let i = 0; i < 2000; i++) apply(machine, { type: 'put', key: `/registry/pods/default/${i % 700}`, header: {}, value: raw('x') });
    apply(machine, { type: 'delete-range', key: '/registry/', rangeEnd: '/registry0' });
    apply(machine, { type: 'compact', revision: machine.store.revision });
    while (!scavenge(machine.store, 100));
    const { table, index, log, bytes, keys } = machine.store;
    expect({ entries: table.ids.size, pages: index.pages.length, segments: log.segments.length, bytes, keys }).toEqual({ entries: 0, pages: 0, segments: 0, bytes: 0, keys: 0 });
  });

  it('gives a deletion the last value under a header with the revision of the deletion', () => {
    const machine = newStateMachine(2 ** 30);
    apply(machine, { type: 'put', key: '/registry/pods/default/a', header: { name: 'a', change: 'created' }, value: raw('last') });
    const { record } = apply(machine, { type: 'delete-range', key: '/registry/pods/default/a' });
    const [event] = record && 'type' in record && record.type === 'commit' ? record.events : [];
    expect(event?.header).toEqual({ name: 'a', change: 'deleted', key: '/registry/pods/default/a', createRevision: 2, revision: 3, version: 0, lease: 0 });
    expect(event && textOf(event)).toBe('last');
  });
});
