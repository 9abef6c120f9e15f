import { describe, expect, it } from 'vitest';
import { atomically, decodeSnapshot, defineActor, type Flow, type FlowEffect, milliseconds, named, type ReplyTo, request, type Request, requests, restoreFlow, seconds, Simulation, sleep } from '../index.js';

interface Ask extends Request<{ readonly type: 'answer'; readonly n: number }> {
  readonly type: 'ask';
  readonly n: number;
}
type Told = Ask | { readonly type: 'begin' | 'beginBroken' } | { readonly type: 'note'; readonly n: number };
interface State { readonly log: (number | string)[] }

/** Asks, sleeps, asks several at once, and notes down what it learned, as a real one does. */
function* working({ base }: { readonly base: number }): Flow {
  const first = yield* request<Ask>(named('answerer'), { type: 'ask', n: base });
  const sum = yield* atomically((state: State) => {
    if (first.type === 'answer') state.log.push(first.n);
    return state.log.length;
  });
  yield* sleep(seconds(5));
  const rest = yield* requests<Ask>([1, 2].map((n) => ({ to: named('answerer'), message: { type: 'ask', n: base + n * sum } })));
  yield* atomically((state: State) => {
    for (const reply of rest) state.log.push(reply.type === 'answer' ? reply.n : reply.reason);
  });
}

function* broken(_why: string): Flow {
  yield* atomically((state: State, context) => {
    state.log.push('began');
    context.send(named<Told>('answerer'), { type: 'note', n: 1 });
  });
  yield* sleep(milliseconds(1));
  yield* atomically((_state, context) => {
    context.send(named<Told>('answerer'), { type: 'note', n: 2 });
    throw new Error('asked to break');
  });
}

const worker = defineActor<object, State, Told>({
  kind: 'worker',
  start: () => ({ log: [] }),
  receive: {
    begin: (_state, _message, context) => context.run(working, { base: 10 }),
    beginBroken: (_state, _message, context) => {
      context.run(broken, 'asked');
      context.send(named<Told>('answerer'), { type: 'note', n: 0 });
    },
    note: (state, { n }) => void state.log.push(n),
    ask: (_state, { n }, context) => context.caller && context.reply(context.caller, { type: 'answer', n: n * 2 } as ReplyTo<Ask>),
  },
  flows: [working, broken],
});

const simulate = (): Simulation => {
  const sim = new Simulation({ seed: 1, definitions: [worker], onFailure: 'restart' });
  sim.start(['worker', 'answerer'].map((name) => ({ name, kind: 'worker', config: {} })));
  return sim;
};
const tell = (sim: Simulation, message: Told, wait = seconds(1)): void => {
  sim.port('port/test').send(named<Told>('worker'), message);
  sim.advance(wait);
};
const log = (sim: Simulation, actor = 'worker') => sim.stateOf<State>(actor).log;

describe('flows', () => {
  it('other messages are handled while a flow waits, and none between two of its yields', () => {
    const sim = simulate();
    tell(sim, { type: 'begin' });
    tell(sim, { type: 'note', n: 1000 }, seconds(10));
    expect(log(sim)).toEqual([20, 1000, 22, 24]);
  });

  it('a request of a flow ends at its deadline when nobody answers', () => {
    const sim = simulate();
    sim.applyFaults({ actions: [{ type: 'pause', at: 0, actor: 'answerer', for: 100_000 }] });
    tell(sim, { type: 'begin' }, seconds(29));
    expect(sim.host.slots.size).toBe(1);
    sim.advance(seconds(2));
    expect(sim.host.slots.size).toBe(0);
    sim.advance(seconds(40));
    expect(log(sim)).toEqual(['deadline-exceeded', 'deadline-exceeded']);
  });

  it('a step of a flow that throws sends nothing and restarts its actor; what earlier steps sent stays sent', () => {
    const sim = simulate();
    tell(sim, { type: 'beginBroken' });
    expect(log(sim, 'answerer')).toEqual([1, 0]);
    expect(log(sim)).toEqual([]);
    expect(sim.host.cells.get('worker')?.address.incarnation).toBe(2);
  });

  it('a flow that is restored from its snapshot goes on where it was', () => {
    const sim = simulate();
    tell(sim, { type: 'begin' }, seconds(2));
    const [flow] = decodeSnapshot(sim.snapshot()).actors.find((actor) => actor.name === 'worker')?.flows ?? [];
    expect(flow).toMatchObject({ name: 'working', argument: { base: 10 }, answers: [{ type: 'answer', n: 20 }, 1] });
    const restored = restoreFlow(working, flow?.argument, flow?.answers ?? []);
    // It sleeps; what it learns next leads to the same step as in the run that was not interrupted.
    expect(restored.next(undefined).value).toMatchObject({ effect: 'requests', requests: [{ message: { n: 11 } }, { message: { n: 12 } }] });
    const state: State = { log: [20] };
    const last = restored.next([{ type: 'answer', n: 22 }, { type: 'answer', n: 24 }]).value as FlowEffect | undefined;
    if (last?.effect !== 'atomically') throw new Error('the flow did not go on to its last step');
    last.step(state as never, undefined as never);
    sim.advance(seconds(10));
    expect(state.log).toEqual(log(sim));
    expect(restored.next().done).toBe(true);
  });

  it('equal runs have equal snapshots, in which every actor has its state, flows, incarnation and chance', () => {
    const at = (wait: number) => {
      const sim = simulate();
      tell(sim, { type: 'begin' }, seconds(wait));
      return sim.snapshot();
    };
    expect(at(2)).toEqual(at(2));
    expect(at(2)).not.toEqual(at(7));
    expect(decodeSnapshot(at(7)).actors).toMatchObject([{ name: 'answerer', incarnation: 1, flows: [] }, { name: 'worker', kind: 'worker', incarnation: 1, state: { log: [20, 22, 24] }, flows: [], waiting: 0 }]);
  });
});
