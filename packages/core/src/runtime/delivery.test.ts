import { describe, expect, it } from 'vitest';
import { type ActorContext, defineActor, type FaultPlan, milliseconds, named, Random, seconds, Simulation } from '../index.js';

type Told = { readonly type: 'tell'; readonly what: string } | { readonly type: 'number'; readonly n: number } | { readonly type: 'ask' };
interface Heard { readonly numbers: number[] }

/** An actor that does what a test wrote down under the name it is told. */
const probe = (scripts: Record<string, (context: ActorContext) => void> = {}) =>
  defineActor<object, Heard, Told>({
    kind: 'probe',
    start: () => ({ numbers: [] }),
    receive: {
      tell: (_state, { what }, context) => scripts[what]?.(context),
      number: (state, { n }) => void state.numbers.push(n),
      ask: (_state, _message, context) => context.caller && context.reply(context.caller, { type: 'answer' }),
    },
  });

const simulate = (scripts: Record<string, (context: ActorContext) => void>, plan: FaultPlan = {}, seed = 1): Simulation => {
  const sim = new Simulation({ seed, definitions: [probe(scripts)], onFailure: 'restart' });
  sim.start(['a', 'b'].map((name) => ({ name, kind: 'probe', config: {} })));
  sim.applyFaults(plan);
  return sim;
};
const tell = (sim: Simulation, actor: string, what: string): void => sim.port('port/test').send(named<Told>(actor), { type: 'tell', what });
const numbers = (sim: Simulation, actor = 'b'): readonly number[] => sim.stateOf<Heard>(actor).numbers;
const say = (n: number, to = named<Told>('b')) => (context: ActorContext): void => context.send(to, { type: 'number', n });

describe('delivery', () => {
  it('the first rule whose verdict is not pass decides', () => {
    const sim = simulate({ say: say(1) }, { rules: [
      { from: 'a', to: 'b', fault: { type: 'duplicate' } },
      { from: 'a', to: 'b', fault: { type: 'delay', milliseconds: 100 } },
      { from: 'a', to: 'b', fault: { type: 'stall' } },
    ] });
    tell(sim, 'a', 'say');
    sim.advance(milliseconds(99));
    expect(numbers(sim)).toEqual([]);
    sim.advance(milliseconds(10));
    expect(numbers(sim)).toEqual([1]);
  });

  it('an address with an incarnation is fenced once that is replaced; one without means whoever holds the name', () => {
    const sim = simulate({
      sayToBoth: (context) => {
        say(1)(context);
        say(2, { actor: 'b', incarnation: 1 })(context);
      },
    });
    sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'b' }] });
    sim.advance(seconds(1));
    tell(sim, 'a', 'sayToBoth');
    sim.advance(seconds(1));
    expect(numbers(sim)).toEqual([1]);
    expect(sim.ask({ ...named<{ readonly type: 'ask' }>('b'), incarnation: 1 }, { type: 'ask' })).toEqual({ type: 'failure', reason: 'unavailable' });
  });

  it('what a failed incarnation had under way is not delivered once it is replaced', () => {
    const sim = simulate({ say: say(1) }, { rules: [{ from: 'a', to: 'b', fault: { type: 'stall' }, end: 5000 }], actions: [{ type: 'kill', at: 1000, actor: 'a' }] });
    tell(sim, 'a', 'say');
    sim.advance(seconds(10));
    expect(numbers(sim)).toEqual([]);
    tell(sim, 'a', 'say');
    sim.advance(seconds(1));
    expect(numbers(sim)).toEqual([1]);
  });

  it('a message does not overtake one that a fault has delayed, even when the fault is over', () => {
    const sim = simulate({ say1: say(1), say2: say(2) }, { rules: [{ from: 'a', to: 'b', fault: { type: 'delay', milliseconds: 50 }, end: 5 }] });
    tell(sim, 'a', 'say1');
    sim.advance(milliseconds(2));
    sim.advance(milliseconds(10));
    tell(sim, 'a', 'say2');
    sim.advance(seconds(1));
    expect(numbers(sim)).toEqual([1, 2]);
  });

  it('a handler that throws, or asks for what cannot be done, releases none of its effects', () => {
    function* unlisted() {
      yield { effect: 'sleep' as const, duration: seconds(1) };
    }
    const impossible: Record<string, (context: ActorContext) => void> = {
      throw: () => {
        throw new Error('asked to');
      },
      flow: (context) => context.run(unlisted as never, {}),
      feed: (context) => context.publish('unopened', []),
      kind: (context) => void context.spawn({ name: 'c', kind: 'unknown', config: {} }),
      name: (context) => void context.spawn({ name: 'b', kind: 'probe', config: {} }),
    };
    const all = Object.entries(impossible).map(([name, cannot]) => [name, (context: ActorContext) => {
      say(1)(context);
      cannot(context);
    }] as const);
    const sim = simulate(Object.fromEntries(all));
    for (const [name] of all) {
      tell(sim, 'a', name);
      sim.advance(seconds(60));
      expect([name, numbers(sim), sim.host.cells.get('a')?.address.incarnation]).toEqual([name, [], all.findIndex(([each]) => each === name) + 2]);
    }
  });

  it('a message is immutable: who changes one that was received fails', () => {
    const list = [1, 2, 3];
    const sim = new Simulation({ seed: 1, definitions: [probe({ send: (context) => context.send(named('c'), { type: 'list', list } as never) }), defineActor<object, object, { readonly type: 'list'; readonly list: number[] }>({
      kind: 'changer', start: () => ({}), receive: { list: (_state, message) => void message.list.push(4) },
    })] });
    sim.start([{ name: 'a', kind: 'probe', config: {} }, { name: 'c', kind: 'changer', config: {} }]);
    tell(sim, 'a', 'send');
    expect(() => sim.advance(seconds(1))).toThrow(/not extensible/);
    expect(list).toEqual([1, 2, 3]);
  });

  it('what cannot travel is refused wherever it is sent: functions, symbols, and keyed collections, which are records and lists to the codec', () => {
    for (const held of [new Map(), new Set(), () => 1, Symbol('x')]) {
      const sim = new Simulation({ seed: 1, definitions: [probe({ send: (context) => context.send(named('b'), { type: 'number', held } as never) })] });
      sim.start(['a', 'b'].map((name) => ({ name, kind: 'probe', config: {} })));
      tell(sim, 'a', 'send');
      expect(() => sim.advance(seconds(1))).toThrow(/a message holds a/);
    }
  });

  it('a link that carries nothing costs nothing', () => {
    const sim = simulate({ say: say(1) });
    for (let n = 0; n < 100; n++) tell(sim, 'a', 'say');
    sim.advance(seconds(10));
    expect([sim.host.wire.links.size, sim.host.timers.size, sim.host.slots.size]).toEqual([0, 0, 0]);
  });

  it('what one actor draws of its chance does not shift what another draws', () => {
    const drawn = (draws: number): string => {
      let word = '';
      const sim = simulate({
        draw: (context) => void Array.from({ length: draws }, () => context.random.uint32()),
        word: (context) => void (word = context.random.word('abcdef', 20)),
      });
      tell(sim, 'a', 'draw');
      tell(sim, 'b', 'word');
      sim.advance(seconds(1));
      return word;
    };
    expect(drawn(0)).toBe(drawn(1000));
    expect(Random.named(1, 'a').uint32()).not.toBe(Random.named(2, 'a').uint32());
  });
});
