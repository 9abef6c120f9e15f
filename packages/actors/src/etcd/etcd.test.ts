import { defineActor, isFailure, milliseconds, named, request, seconds, Simulation, sleep, atomically, type ActorContext, type FaultPlan, type FeedBatch, type Flow, type ReplyTo } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { EtcdRequest, KeyValue, PutRequest } from '../api/etcd-requests.js';
import { etcd, type EtcdConfig, type EtcdState } from './etcd.js';
import { WAL } from './write-ahead-log.js';

const ETCD = named<EtcdRequest>('etcd');

const put = (key: string, n = 0, lease = 0): PutRequest => ({ type: 'put', key, header: { change: 'updated' }, value: { n }, lease });

/** Puts one pod after the other and remembers which were acknowledged. */
interface WriterState {
  readonly acknowledged: { key: string; revision: number }[];
  failures: number;
}
function* writing(argument: { name: string; count: number }): Flow {
  for (let n = 0; n < argument.count; n++) {
    const key = `/registry/pods/default/${argument.name}-${n}`;
    const reply = yield* request(named<PutRequest>('etcd'), put(key, n), seconds(2));
    yield* atomically((state: WriterState) => {
      if (reply.type === 'put') state.acknowledged.push({ key, revision: reply.revision });
      else state.failures += 1;
    });
    yield* sleep(milliseconds(3));
  }
}
const writer = defineActor<{ name: string; count: number }, WriterState, { readonly type: 'go' }>({
  kind: 'writer',
  start: (config, context) => {
    context.run(writing, config);
    return { acknowledged: [], failures: 0 };
  },
  receive: { go: () => undefined },
  flows: [writing],
});

/** Follows the pods and resumes where it was, as an API server does. */
interface FollowerState {
  revision: number;
  readonly seen: { key: string; revision: number; n: number }[];
  readonly ends: string[];
}
const subscribe = (state: FollowerState, context: ActorContext): void => {
  context.subscribe(named('etcd'), 'kv', { after: state.revision, key: 'pods' });
};
const follower = defineActor<object, FollowerState, { readonly type: 'go' }>({
  kind: 'follower',
  start: (_, context) => {
    const state: FollowerState = { revision: 1, seen: [], ends: [] };
    subscribe(state, context);
    return state;
  },
  receive: { go: (state, _, context) => subscribe(state, context) },
  signals: {
    feed: (state, batch: FeedBatch) => {
      for (const { value } of batch.entries as FeedBatch<KeyValue['header'], { n: number }>['entries']) {
        state.seen.push({ key: value.header.key, revision: value.header.revision, n: value.value.n });
      }
      state.revision = batch.revision;
    },
    feedEnded: (state, end, context) => {
      state.ends.push(end.reason);
      context.after(milliseconds(50), { type: 'go' });
    },
  },
});

const newSimulation = (config: EtcdConfig = {}, codec: 'crossing' | 'always' = 'crossing', seed = 1): Simulation => {
  const sim = new Simulation({ seed, definitions: [etcd, writer, follower], codec });
  sim.start([{ name: 'etcd', kind: 'etcd', config }]);
  return sim;
};

const kill = (...at: number[]): FaultPlan => ({ actions: at.map((each) => ({ type: 'kill' as const, at: each, actor: 'etcd' })) });

type ReplyOf<T extends EtcdRequest['type']> = ReplyTo<Extract<EtcdRequest, { readonly type: T }>>;
const ask = <T extends EtcdRequest['type']>(sim: Simulation, message: EtcdRequest & { readonly type: T }): ReplyOf<T> => {
  const reply = sim.ask(ETCD, message);
  if (isFailure(reply)) throw new Error(reply.reason);
  return reply as ReplyOf<T>;
};
const revisionOf = (sim: Simulation): number => ask(sim, { type: 'status' }).revision;
const keysOf = (sim: Simulation, prefix = '/', end = '0'): string[] => {
  const reply = ask(sim, { type: 'range', key: prefix, rangeEnd: end });
  return reply.type === 'range' ? reply.kvs.map((kv) => kv.header.key) : [];
};

describe('etcd', () => {
  it('loses nothing that it acknowledged when it is killed again and again, and watchers resume without a gap', () => {
    for (const codec of ['crossing', 'always'] as const) {
      for (const seed of [1, 2, 3]) {
        const sim = newSimulation({}, codec, seed);
        sim.applyFaults(kill(100, 150, 400, 900, 1500));
        sim.start([
          { name: 'follower', kind: 'follower', config: {} },
          ...['a', 'b', 'c'].map((name) => ({ name: `writer/${name}`, kind: 'writer', config: { name, count: 200 } })),
        ]);
        sim.advance(seconds(10));
        const acknowledged = ['a', 'b', 'c'].flatMap((name) => sim.stateOf<WriterState>(`writer/${name}`).acknowledged);
        expect(acknowledged.length).toBeGreaterThan(450);
        const failures = ['a', 'b', 'c'].reduce((sum, name) => sum + sim.stateOf<WriterState>(`writer/${name}`).failures, 0);
        expect(failures).toBeGreaterThan(0);
        const reply = ask(sim, { type: 'range', key: '/registry/pods/', rangeEnd: '/registry/pods0' });
        if (reply.type !== 'range') throw new Error(reply.message);
        const held = new Map(reply.kvs.map((kv) => [kv.header.key, kv.header.revision]));
        for (const { key, revision } of acknowledged) expect(held.get(key)).toBe(revision);
        // What was carried out but not acknowledged may be there too; watchers saw exactly what is there, once and in order.
        const { seen, ends } = sim.stateOf<FollowerState>('follower');
        expect(ends).toContain('reset');
        expect(ends).not.toContain('gone');
        expect(seen.map(({ key, revision }) => ({ key, revision }))).toEqual([...held].map(([key, revision]) => ({ key, revision })).sort((a, b) => a.revision - b.revision));
      }
    }
  });

  it('forgets everything in a restart when it is not durable', () => {
    const sim = newSimulation({ durable: false });
    ask(sim, put('/a'));
    sim.applyFaults(kill(0));
    sim.advance(seconds(1));
    expect(keysOf(sim)).toEqual([]);
    expect(revisionOf(sim)).toBe(1);
  });

  it('deletes the keys of a lease in one revision when nobody keeps it alive', () => {
    const sim = newSimulation();
    expect(ask(sim, { type: 'lease-grant', id: 7, ttl: 10 })).toEqual({ type: 'lease', id: 7, ttl: 10 });
    for (const key of ['/b', '/a']) ask(sim, put(key, 0, 7));
    ask(sim, put('/c'));
    sim.advance(seconds(6));
    expect(ask(sim, { type: 'lease-keep-alive', id: 7 })).toEqual({ type: 'lease', id: 7, ttl: 10 });
    sim.advance(seconds(9));
    expect(ask(sim, { type: 'lease-time-to-live', id: 7, keys: true })).toEqual({ type: 'lease', id: 7, ttl: 0, grantedTtl: 10, keys: ['/a', '/b'] });
    expect(keysOf(sim)).toEqual(['/a', '/b', '/c']);
    sim.advance(seconds(2));
    expect(keysOf(sim)).toEqual(['/c']);
    expect(ask(sim, { type: 'lease-keep-alive', id: 7 })).toEqual({ type: 'lease', id: 7, ttl: 0 });
    const reply = ask(sim, { type: 'history', key: '/', rangeEnd: '0', after: 4, prevKv: true });
    expect(reply.type === 'history' && reply.events.map(({ type, kv, prevKv }) => [type, kv.header.key, kv.header.revision, prevKv?.header.revision])).toEqual([
      ['delete', '/a', 5, 3],
      ['delete', '/b', 5, 2],
    ]);
  });

  it('gives leases their full time again after a restart', () => {
    const sim = newSimulation();
    ask(sim, { type: 'lease-grant', id: 7, ttl: 10 });
    ask(sim, put('/a', 0, 7));
    sim.advance(seconds(8));
    sim.applyFaults(kill(0));
    sim.advance(seconds(8));
    expect(keysOf(sim)).toEqual(['/a']);
    sim.advance(seconds(3));
    expect(keysOf(sim)).toEqual([]);
  });

  it('moves a key away from its lease with the next put, and revokes what is left', () => {
    const sim = newSimulation();
    expect(ask(sim, { type: 'lease-grant', id: 1, ttl: 1 })).toEqual({ type: 'lease', id: 1, ttl: 2 });
    const granted = ask(sim, { type: 'lease-grant', id: 0, ttl: 100 });
    const other = granted.type === 'lease' ? granted.id : 0;
    expect(other).toBeGreaterThan(0);
    ask(sim, put('/a', 0, 1));
    ask(sim, put('/a', 1, other));
    ask(sim, put('/b', 1, other));
    sim.advance(seconds(3));
    expect(keysOf(sim)).toEqual(['/a', '/b']);
    expect(ask(sim, { type: 'lease-leases' })).toEqual({ type: 'leases', ids: [other] });
    expect(ask(sim, { type: 'lease-revoke', id: other })).toEqual({ type: 'lease', id: other, ttl: 0, revision: 5 });
    expect(keysOf(sim)).toEqual([]);
    expect(ask(sim, { type: 'lease-revoke', id: other })).toMatchObject({ code: 'lease-not-found', message: 'etcdserver: requested lease not found' });
  });

  it('removes what a compaction made unreachable, and keeps the log on its disk short', () => {
    const sim = newSimulation({ slackBytes: 1000 });
    const port = sim.port('outside');
    for (let n = 0; n < 3000; n++) port.send(ETCD, put(`/registry/pods/default/${n % 1500}`, n));
    sim.advance(seconds(1));
    ask(sim, { type: 'delete-range', key: '/', rangeEnd: '0' });
    const revision = revisionOf(sim);
    expect(ask(sim, { type: 'compact', revision })).toEqual({ type: 'compacted', revision });
    expect(ask(sim, { type: 'range', key: '/', rangeEnd: '0', revision: revision - 1 })).toMatchObject({ code: 'compacted', revision });
    expect(ask(sim, { type: 'compact', revision })).toMatchObject({ code: 'compacted' });
    expect(ask(sim, { type: 'compact', revision: revision + 1 })).toMatchObject({ code: 'future-revision' });
    sim.advance(seconds(1));
    const { store } = sim.stateOf<EtcdState>('etcd').machine;
    expect([store.table.ids.size, store.index.pages.length, store.log.segments.length, store.bytes]).toEqual([0, 0, 0, 0]);
    expect([...sim.host.diskOf('etcd').read(WAL)].length).toBeLessThan(20);
    sim.applyFaults(kill(0));
    sim.advance(seconds(1));
    expect(revisionOf(sim)).toBe(revision);
  });

  it('refuses what is too large or has no room, and stays so until the alarm is disarmed', () => {
    const sim = newSimulation({ quotaBytes: 4_000_000 });
    const large = (bytes: number): PutRequest => ({ type: 'put', key: '/large', header: {}, value: new Uint8Array(bytes) });
    expect(ask(sim, large(1.5 * 1024 * 1024))).toEqual({ type: 'refused', code: 'request-too-large', message: 'etcdserver: request is too large' });
    expect(ask(sim, large(1_400_000))).toMatchObject({ type: 'put', revision: 2 });
    expect(ask(sim, large(1_400_000))).toMatchObject({ type: 'put', revision: 3 });
    expect(ask(sim, large(1_400_000))).toEqual({ type: 'refused', code: 'no-space', message: 'etcdserver: mvcc: database space exceeded' });
    expect(ask(sim, put('/small'))).toMatchObject({ code: 'no-space' });
    expect(ask(sim, { type: 'lease-grant', id: 1, ttl: 5 })).toMatchObject({ code: 'no-space' });
    sim.applyFaults(kill(0));
    sim.advance(seconds(1));
    expect(ask(sim, { type: 'status' })).toMatchObject({ revision: 3, alarms: ['NOSPACE'] });
    expect(ask(sim, { type: 'delete-range', key: '/large' })).toMatchObject({ revision: 4 });
    ask(sim, { type: 'compact', revision: 4 });
    sim.advance(seconds(1));
    expect(ask(sim, put('/small'))).toMatchObject({ code: 'no-space' });
    expect(ask(sim, { type: 'alarm', action: 'deactivate' })).toEqual({ type: 'alarms', alarms: [] });
    expect(ask(sim, put('/small'))).toMatchObject({ type: 'put', revision: 5 });
  });

  it('gives watchers of one resource its keys alone, and the last value of what was deleted', () => {
    const sim = newSimulation();
    sim.start([{ name: 'follower', kind: 'follower', config: {} }]);
    ask(sim, put('/registry/pods/default/a', 5));
    ask(sim, put('/registry/events/default/a', 6));
    ask(sim, { type: 'optimistic-delete', key: '/registry/pods/default/a', expected: 2 });
    sim.advance(seconds(1));
    expect(sim.stateOf<FollowerState>('follower').seen).toEqual([
      { key: '/registry/pods/default/a', revision: 2, n: 5 },
      { key: '/registry/pods/default/a', revision: 4, n: 5 },
    ]);
  });
});
