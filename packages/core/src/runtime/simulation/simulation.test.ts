import { describe, expect, it } from 'vitest';
import { atomically, defineActor, Encoded, type FeedBatch, type Message, milliseconds, minutes, named, type Request, request, seconds, Simulation, sleep, type Flow } from '../../index.js';

type Pong = { readonly type: 'pong'; readonly count: number };
interface Ping extends Request<Pong> { readonly type: 'ping' }
interface Fail extends Message { readonly type: 'fail' }

const ponger = defineActor<{ feedLimit?: number }, { count: number }, Ping | Fail | { readonly type: 'tick' }>({
  kind: 'ponger',
  start: (config, ctx) => {
    ctx.openFeed('ticks', 0, { limit: config.feedLimit ?? 100 });
    ctx.after(seconds(1), { type: 'tick' });
    return { count: 0 };
  },
  receive: {
    ping: (state, _message, ctx) => {
      if (ctx.caller) ctx.reply(ctx.caller, { type: 'pong', count: ++state.count } as Pong);
    },
    fail: (_state, _message, ctx) => {
      ctx.send(named<Message>('nobody'), { type: 'never-sent' });
      throw new Error('asked to fail');
    },
    tick: (state, _message, ctx) => {
      state.count++;
      ctx.publish('ticks', [{ revision: state.count, keys: [state.count % 2 ? 'odd' : 'even'], value: Encoded.ofValue({ n: state.count }, { payload: { n: state.count } }) }]);
      ctx.after(seconds(1), { type: 'tick' });
    },
  },
});

interface AskerState { seen: number[]; ticks: number[]; ended: string[]; lost: number; }
const asker = defineActor<{ key?: string }, AskerState, { readonly type: 'ask' } | { readonly type: 'relay'; readonly n: number } >({
  kind: 'asker',
  start: (config, ctx) => {
    ctx.send(ctx.self as never, { type: 'ask' } as never);
    ctx.subscribe(named('ponger'), 'ticks', { after: 0, ...(config.key ? { key: config.key } : {}) });
    ctx.watch(named('ponger'));
    return { seen: [], ticks: [], ended: [], lost: 0 };
  },
  receive: {
    ask: (_state, _message, ctx) => ctx.run(askTwice, { wait: 5 }),
    relay: () => undefined,
  },
  signals: {
    feed: (state, batch: FeedBatch) => {
      for (const entry of batch.entries) state.ticks.push((entry.value.value as { payload: { n: number } }).payload.n);
    },
    feedEnded: (state, end) => void state.ended.push(end.reason),
    terminated: (state) => void state.lost++,
  },
  flows: [askTwice],
});

function* askTwice(argument: { wait: number }): Flow {
  const first = yield* request(named<Ping>('ponger'), { type: 'ping' });
  yield* sleep(milliseconds(argument.wait));
  const second = yield* request(named<Ping>('ponger'), { type: 'ping' });
  yield* atomically((state: AskerState) => {
    for (const reply of [first, second]) state.seen.push(reply.type === 'pong' ? reply.count : -1);
  });
}

const run = (seed: number, codec: 'crossing' | 'always' = 'crossing', key?: string): Simulation => {
  const sim = new Simulation({ seed, definitions: [ponger, asker], codec, onFailure: 'restart' });
  sim.start([{ name: 'ponger', kind: 'ponger', config: {} }, ...Array.from({ length: 5 }, (_, i) => ({ name: `asker/${i}`, kind: 'asker', config: key ? { key } : {} }))]);
  return sim;
};

describe('Simulation', () => {
  it('drives flows, timers and feeds in virtual time', () => {
    for (const codec of ['crossing', 'always'] as const) {
      const sim = run(1, codec);
      sim.advance(seconds(10.5));
      const state = sim.stateOf<AskerState>('asker/0');
      expect(state.seen.every((n) => n > 0)).toBe(true);
      expect(state.seen).toHaveLength(2);
      expect(state.ticks.length).toBe(10);
    }
  });

  it('gives a subscriber with a key only the entries of that key', () => {
    const sim = run(1, 'crossing', 'odd');
    sim.advance(minutes(1));
    const { ticks } = sim.stateOf<AskerState>('asker/0');
    expect(ticks.length).toBeGreaterThan(10);
  });

  it('repeats a run with the same seed and differs with another', () => {
    const hash = (seed: number) => {
      const sim = run(seed);
      sim.advance(minutes(2));
      return sim.traceHash;
    };
    expect(hash(7)).toBe(hash(7));
    expect(hash(7)).not.toBe(hash(8));
  });

  it('restarts an actor that throws, fails its requests and tells those who watch', () => {
    const sim = run(3);
    sim.advance(seconds(3));
    sim.port('test').send(named<Fail>('ponger'), { type: 'fail' });
    sim.advance(seconds(1));
    const state = sim.stateOf<AskerState>('asker/1');
    expect(state.ended).toEqual(['reset']);
    expect(state.lost).toBe(1);
    expect(sim.ask(named<Ping>('ponger'), { type: 'ping' })).toEqual({ type: 'pong', count: expect.any(Number) });
  });

  it('holds a partitioned stream and resets it after the timeout', () => {
    const sim = run(4);
    sim.applyFaults({ rules: [{ from: 'ponger', to: 'asker/2', fault: { type: 'partition', resetAfter: 5000 }, end: 60_000 }] });
    sim.advance(seconds(20));
    expect(sim.stateOf<AskerState>('asker/2').ended).toEqual(['reset']);
    expect(sim.stateOf<AskerState>('asker/2').ticks).toEqual([]);
    expect(sim.stateOf<AskerState>('asker/2').seen).toEqual([-1, -1]);
    expect(sim.stateOf<AskerState>('asker/1').ticks.length).toBeGreaterThan(10);
  });

  it('answers no-such-actor for a name that nobody holds', () => {
    const sim = run(1);
    expect(sim.ask(named<Ping>('nobody'), { type: 'ping' })).toEqual({ type: 'failure', reason: 'no-such-actor' });
  });
});
