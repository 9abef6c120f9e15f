import { type ActorContext, type Caller, defineActor, milliseconds, minutes, named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { EtcdRequest } from '../api/etcd-requests.js';
import type { WatchBroken, WatchMessage, WatchResponse } from '../api/etcd-watch.js';
import { etcd, type EtcdConfig, type EtcdState } from './etcd.js';

const ETCD = named<EtcdRequest | WatchMessage>('etcd');

/** A client that takes responses at once, or, told to stall, none until it is told to go on. */
interface ClientState {
  readonly seen: { readonly watchId: number; readonly revision: number; readonly events: readonly string[]; readonly canceled?: boolean; readonly compactRevision?: number }[];
  broken: number;
  stalled: boolean;
  untaken: Caller[];
}
type Order = { readonly type: 'ask'; readonly message: WatchMessage } | { readonly type: 'stall' } | { readonly type: 'go-on' } | { readonly type: 'end' };
const take = (caller: Caller | undefined, context: ActorContext): void => {
  if (caller !== undefined) context.reply(caller, { type: 'watch-taken' });
};
const client = defineActor<object, ClientState, WatchResponse | WatchBroken | Order>({
  kind: 'client',
  start: () => ({ seen: [], broken: 0, stalled: false, untaken: [] }),
  receive: {
    ask: (_, { message }, context) => context.send(named<WatchMessage>('etcd'), Object.assign({}, message, { client: context.self })),
    stall: (state) => void (state.stalled = true),
    'go-on': (state, _, context) => {
      state.stalled = false;
      for (const caller of state.untaken.splice(0)) take(caller, context);
    },
    end: (_, __, context) => context.stop(),
    'watch-response': (state, { watchId, revision, events, canceled, compactRevision }, context) => {
      state.seen.push({ watchId, revision, events: events.map(({ type, kv }) => `${type} ${kv.header.key} ${kv.header.revision}`), ...(canceled && { canceled }), ...(compactRevision && { compactRevision }) });
      if (!state.stalled) take(context.caller, context);
      else if (context.caller !== undefined) state.untaken.push(context.caller);
    },
    'watch-broken': (state) => void (state.broken += 1),
  },
});

const started = (config: EtcdConfig = {}) => {
  const sim = new Simulation({ seed: 1, definitions: [etcd, client] });
  sim.start([{ name: 'etcd', kind: 'etcd', config }, { name: 'client', kind: 'client', config: {} }]);
  const port = sim.port('outside');
  const tell = (order: Order): void => {
    port.send(named<Order>('client'), order);
    sim.advance(milliseconds(10));
  };
  const watch = (message: Record<string, unknown>): void => tell({ type: 'ask', message: { stream: 1, ...message } as unknown as WatchMessage });
  const put = (key: string, bytes = 10): void => void sim.ask(ETCD, { type: 'put', key, header: {}, value: new Uint8Array(bytes) });
  const state = (): ClientState => sim.stateOf<ClientState>('client');
  const streams = () => [...sim.stateOf<EtcdState>('etcd').watching.streams.values()];
  return { sim, tell, watch, put, state, streams };
};

describe('a stream of watches', () => {
  it('costs nothing while its client takes nothing, and goes on from there', () => {
    const { sim, tell, watch, put, state, streams } = started();
    watch({ type: 'watch-create', key: '/', rangeEnd: '0' });
    tell({ type: 'stall' });
    for (let i = 0; i < 5000; i++) put(`/k${i % 50}`);
    sim.advance(seconds(1));
    expect(state().seen.map(({ events }) => events.length)).toEqual([0, 1]);
    expect(streams().map(({ ready }) => ready.length)).toEqual([0]);
    tell({ type: 'go-on' });
    sim.advance(seconds(1));
    const told = state().seen.flatMap(({ events }) => events);
    expect(told).toEqual(Array.from({ length: 5000 }, (_, i) => `put /k${i % 50} ${i + 2}`));
    expect(Math.max(...state().seen.map(({ events }) => events.length))).toBe(1000);
  });

  it('is told when a compaction has overtaken a watch, while the others go on', () => {
    const { sim, tell, watch, put, state } = started();
    watch({ type: 'watch-create', watchId: 1, key: '/', rangeEnd: '0' });
    tell({ type: 'stall' });
    for (let i = 0; i < 10; i++) put('/a');
    watch({ type: 'watch-create', watchId: 2, key: '/b' });
    sim.ask(ETCD, { type: 'compact', revision: 8 });
    tell({ type: 'go-on' });
    put('/b');
    sim.advance(seconds(1));
    expect(state().seen.slice(2)).toEqual([
      { watchId: 2, revision: 11, events: [] },
      { watchId: 1, revision: 0, events: [], canceled: true, compactRevision: 8 },
      { watchId: 2, revision: 12, events: ['put /b 12'] },
    ]);
  });

  it('does not let a watch of which much is told hold up another', () => {
    const { sim, tell, watch, put, state } = started();
    for (let i = 0; i < 3000; i++) put('/busy');
    put('/rare');
    tell({ type: 'stall' });
    watch({ type: 'watch-create', watchId: 1, key: '/busy', startRevision: 1 });
    watch({ type: 'watch-create', watchId: 2, key: '/rare', startRevision: 1 });
    tell({ type: 'go-on' });
    sim.advance(seconds(1));
    const order = state().seen.filter(({ events }) => events.length > 0).map(({ watchId }) => watchId);
    expect(order).toEqual([1, 2, 1, 1]);
  });

  it('ends with its client, and when its client takes nothing for as long as a request may take', () => {
    const { sim, tell, watch, put, state, streams } = started();
    watch({ type: 'watch-create', key: '/a' });
    watch({ type: 'watch-create', stream: 2, key: '/b' });
    tell({ type: 'stall' });
    put('/a');
    sim.advance(minutes(1));
    expect(streams().map(({ stream }) => stream)).toEqual([2]);
    expect(state().broken).toBe(1);
    tell({ type: 'end' });
    sim.advance(seconds(1));
    expect(streams()).toEqual([]);
  });

  it('is broken when its client asks for more than it takes', () => {
    const { sim, tell, watch, state, streams } = started();
    watch({ type: 'watch-create', key: '/a' });
    tell({ type: 'stall' });
    for (let i = 0; i < 1030; i++) watch({ type: 'watch-progress' });
    sim.advance(seconds(1));
    expect([streams().length, state().broken > 0]).toEqual([0, true]);
  });

  it('is gone after a restart, and who asks for its progress learns so', () => {
    const { sim, watch, put, state } = started();
    put('/a');
    watch({ type: 'watch-create', key: '/a' });
    sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'etcd' }] });
    sim.advance(seconds(5));
    watch({ type: 'watch-progress' });
    expect(state().broken).toBe(1);
    watch({ type: 'watch-create', key: '/a', startRevision: 2 });
    expect(state().seen.at(-1)).toEqual({ watchId: 0, revision: 2, events: ['put /a 2'] });
  });
});
