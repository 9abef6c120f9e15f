import { describe, expect, it } from 'vitest';
import { atomically, defineActor, Encoded, type Flow, type MailboxPolicy, milliseconds, named, request, type Request, seconds, Simulation } from '../index.js';

type Said = { readonly type: 'number'; readonly n: number } | Ask | { readonly type: 'timers' } | { readonly type: 'flow' };
interface Ask extends Request<{ readonly type: 'answer' }> { readonly type: 'ask' }
interface Heard { readonly heard: (number | string)[] }

function* asking(): Flow {
  const reply = yield* request(named<Ask>('other'), { type: 'ask' });
  yield* atomically((state: Heard) => void state.heard.push(reply.type));
}

const bounded = (mailbox: MailboxPolicy) =>
  defineActor<object, Heard, Said>({
    kind: 'bounded',
    mailbox,
    start: () => ({ heard: [] }),
    receive: {
      number: (state, { n }) => void state.heard.push(n),
      ask: (_state, _message, context) => context.caller && context.reply(context.caller, { type: 'answer' }),
      timers: (_state, _message, context) => {
        for (const n of [101, 102, 103]) context.after(milliseconds(5), { type: 'number', n } as Said);
      },
      flow: (_state, _message, context) => context.run(asking, undefined as never),
    },
    flows: [asking],
  });

/** An actor with room for four, which is paused for a second and meanwhile sent `messages`; returns what it heard, and what became of a request. */
const crowd = (overflow: MailboxPolicy['overflow'], messages: number): { heard: Heard['heard']; asked: string; resets: number } => {
  let resets = 0;
  const sim = new Simulation({ seed: 1, definitions: [bounded({ capacity: 4, overflow })], latencies: [] });
  sim.start(['crowded', 'other'].map((name) => ({ name, kind: 'bounded', config: {} })));
  const port = sim.port('port/test');
  const crowded = named<Said>('crowded');
  for (const type of ['timers', 'flow'] as const) port.send(crowded, { type });
  sim.applyFaults({ actions: [{ type: 'pause', at: 1, actor: 'crowded', for: 1000 }, { type: 'pause', at: 0, actor: 'other', for: 100 }] });
  const { resetLink } = sim.host.wire;
  sim.host.wire.resetLink = (...link) => {
    resets++;
    resetLink.apply(sim.host.wire, link);
  };
  sim.advance(milliseconds(200));
  for (let n = 1; n <= messages; n++) port.send(crowded, { type: 'number', n });
  let asked = 'nothing';
  sim.host.delivery.post({ actor: 'port/asker', incarnation: sim.host.nextIncarnation('port/asker') }, named('crowded'), { type: 'ask' }, 'stream', 'request',
    sim.host.slots.reserve({ actor: 'port/asker', incarnation: 1 }, named('crowded'), (sim.now + 5000) as never, (reply) => (asked = 'reason' in reply ? String(reply.reason) : reply.type)), undefined);
  sim.advance(seconds(5));
  return { heard: sim.stateOf<Heard>('crowded').heard, asked, resets };
};

describe('limits', () => {
  it('a full mailbox that rejects answers requests overloaded and resets the link of who sends more', () => {
    expect(crowd('reject', 6)).toEqual({ heard: ['answer', 101, 102, 103, 1, 2, 3, 4], asked: 'overloaded', resets: 2 });
  });

  it('a full mailbox that drops the newest keeps what it has', () => {
    expect(crowd('drop-newest', 6)).toEqual({ heard: ['answer', 101, 102, 103, 1, 2, 3, 4], asked: 'overloaded', resets: 0 });
  });

  it('a full mailbox that drops the oldest drops messages alone, never timers, signals or answers', () => {
    expect(crowd('drop-oldest', 6)).toEqual({ heard: ['answer', 101, 102, 103, 4, 5, 6], asked: 'answer', resets: 0 });
  });

  it('however many requests wait, their deadlines are one timer', () => {
    const sim = new Simulation({ seed: 1, definitions: [bounded({ capacity: 100, overflow: 'reject' })] });
    const ended: number[] = [];
    for (const deadline of [5000, 3000, 4000, 1000, 2000, 30_000]) sim.host.slots.reserve({ actor: 'port/x', incarnation: 1 }, named('nobody'), (sim.now + deadline) as never, () => ended.push(deadline));
    for (const left of [5, 4, 3, 2, 1]) {
      expect(sim.host.timers.size).toBe(1);
      sim.advance(seconds(1));
      expect(sim.host.slots.size).toBe(left);
    }
    expect(ended).toEqual([1000, 2000, 3000, 4000, 5000]);
    sim.advance(seconds(30));
    expect([sim.host.slots.size, sim.host.timers.size]).toEqual([0, 0]);
  });
});

type Order = { readonly type: 'publish'; readonly count: number } | { readonly type: 'leave' };
interface Followed { readonly batches: number[]; readonly ends: string[]; subscription: number }

const publisher = defineActor<object, { revision: number }, Order>({
  kind: 'publisher',
  start: (_config, context) => {
    context.openFeed('numbers', 0, { limit: 100 });
    return { revision: 0 };
  },
  receive: {
    publish: (state, { count }, context) => {
      for (let i = 0; i < count; i++) context.publish('numbers', [{ revision: ++state.revision, keys: ['all'], value: Encoded.ofValue({}, { n: state.revision }) }]);
    },
    leave: () => undefined,
  },
});
const reader = defineActor<{ readonly key?: string; readonly after?: number }, Followed, Order>({
  kind: 'reader',
  start: ({ key, after = 0 }, context) => ({ batches: [], ends: [], subscription: context.subscribe(named('publisher'), 'numbers', { after, ...(key !== undefined && { key }) }) }),
  receive: { publish: () => undefined, leave: (state, _message, context) => context.unsubscribe(state.subscription) },
  signals: {
    feed: (state, { entries }) => void state.batches.push(entries.length),
    feedEnded: (state, { reason }) => void state.ends.push(reason),
  },
});

describe('feeds', () => {
  const simulate = (key?: string): Simulation => {
    const sim = new Simulation({ seed: 1, definitions: [publisher, reader] });
    sim.start([{ name: 'publisher', kind: 'publisher', config: {} }, { name: 'reader', kind: 'reader', config: key === undefined ? {} : { key } }]);
    sim.advance(seconds(1));
    return sim;
  };
  const order = (sim: Simulation, to: string, message: Order): void => {
    sim.port('port/test').send(named<Order>(to), message);
    sim.advance(milliseconds(5));
  };
  const read = (sim: Simulation) => sim.stateOf<Followed>('reader');

  it.each(['all', undefined])('a slow subscriber holds a cursor and gets what it missed in one batch (key %s)', (key) => {
    const sim = simulate(key);
    sim.applyFaults({ actions: [{ type: 'pause', at: 0, actor: 'reader', for: 1000 }] });
    for (let n = 0; n < 20; n++) order(sim, 'publisher', { type: 'publish', count: 3 });
    sim.advance(seconds(2));
    expect(read(sim).batches).toEqual([3, 57]);
  });

  it.each(['all', undefined])('a subscriber that needs more than a feed keeps is told gone (key %s)', (key) => {
    const sim = simulate(key);
    sim.applyFaults({ actions: [{ type: 'pause', at: 0, actor: 'reader', for: 1000 }] });
    for (let n = 0; n < 20; n++) order(sim, 'publisher', { type: 'publish', count: 50 });
    sim.advance(seconds(2));
    expect(read(sim).ends).toEqual(['gone']);
    sim.start([{ name: 'late', kind: 'reader', config: { after: 5 } }]);
    sim.advance(seconds(1));
    expect(sim.stateOf<Followed>('late').ends).toEqual(['gone']);
  });

  it('nothing of a feed reaches an actor after it has unsubscribed', () => {
    const sim = simulate();
    sim.applyFaults({ actions: [{ type: 'pause', at: 0, actor: 'reader', for: 1000 }] });
    order(sim, 'reader', { type: 'leave' });
    order(sim, 'publisher', { type: 'publish', count: 5 });
    sim.advance(seconds(2));
    expect(read(sim)).toMatchObject({ batches: [], ends: [] });
  });
});
