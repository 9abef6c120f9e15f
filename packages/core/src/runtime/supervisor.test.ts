import { describe, expect, it } from 'vitest';
import { type ActorContext, type ActorSpec, defineActor, milliseconds, named, seconds, Simulation, type Supervision } from '../index.js';

type Order = { readonly type: 'fail' } | { readonly type: 'stopChild'; readonly name: string } | { readonly type: 'tick' } | { readonly type: 'noop' };
interface Config {
  readonly children?: readonly ActorSpec[];
  readonly watch?: readonly string[];
  /** Sets a timer that would reach the next incarnation. */
  readonly timer?: boolean;
}
interface State {
  readonly startedAt: number;
  readonly terminated: (readonly [string, boolean])[];
  ticks: number;
}

const worker = defineActor<Config, State, Order>({
  kind: 'worker',
  start: ({ children = [], watch = [], timer }, context: ActorContext) => {
    for (const child of children) context.spawn(child);
    for (const actor of watch) context.watch(named(actor));
    if (timer && context.self.incarnation === 1) context.after(seconds(2), { type: 'tick' });
    return { startedAt: context.now, terminated: [], ticks: 0 };
  },
  receive: {
    fail: () => {
      throw new Error('asked to fail');
    },
    stopChild: (_state, { name }, context) => context.stop(named(name)),
    tick: (state) => void state.ticks++,
    noop: () => undefined,
  },
  signals: { terminated: (state, { actor, restarted }) => void state.terminated.push([actor.actor, restarted]) },
});

const policy = (strategy: Supervision['strategy'], restarts = 10): Supervision => ({ strategy, intensity: { restarts, within: seconds(60) }, backoff: { first: milliseconds(10), most: seconds(1) } });
const spec = (name: string, config: Config = {}, supervision?: Supervision): ActorSpec<Config> => ({ name, kind: 'worker', config, ...(supervision && { supervision }) });

const simulate = (...specs: ActorSpec[]): Simulation => {
  const sim = new Simulation({ seed: 1, definitions: [worker], onFailure: 'restart' });
  sim.start(specs);
  return sim;
};
const order = (sim: Simulation, to: string, message: Order = { type: 'fail' }, wait = seconds(2)): void => {
  sim.port('port/test').send(named<Order>(to), message);
  sim.advance(wait);
};
const incarnation = (sim: Simulation, name: string): number | undefined => sim.host.cells.get(name)?.address.incarnation;

describe('supervision', () => {
  it('an actor that stands one-for-one is restarted alone, and counts its own failures', () => {
    const sim = simulate(spec('a', {}, policy('one-for-one', 2)), spec('b', {}, policy('one-for-one', 2)));
    for (const name of ['a', 'b', 'a', 'b']) order(sim, name);
    expect([incarnation(sim, 'a'), incarnation(sim, 'b')]).toEqual([3, 3]);
  });

  it('actors that stand one-for-all are restarted together', () => {
    const together = policy('one-for-all');
    const sim = simulate(spec('parent', { children: [spec('a', {}, together), spec('b', {}, together), spec('alone')] }));
    order(sim, 'a');
    expect(['a', 'b', 'alone', 'parent'].map((name) => incarnation(sim, name))).toEqual([2, 2, 1, 1]);
  });

  it('restarts wait longer each time, up to a limit', () => {
    const sim = simulate(spec('a', {}, policy('one-for-one', 20)));
    const waits = Array.from({ length: 9 }, () => {
      sim.port('port/test').send(named<Order>('a'), { type: 'fail' });
      sim.runUntilTrue(() => !sim.host.cells.has('a'), seconds(1));
      const failed = sim.now;
      sim.runUntilTrue(() => sim.host.cells.has('a'), seconds(10));
      return Math.round(sim.now - failed);
    });
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
  });

  it('an actor that fails too often fails its supervisor, and at the top its host', () => {
    const sim = simulate(spec('parent', { children: [spec('a', {}, policy('one-for-one', 2))] }));
    for (let failure = 1; failure <= 3; failure++) order(sim, 'a');
    expect([incarnation(sim, 'parent'), incarnation(sim, 'a')]).toEqual([2, 4]);
    const top = simulate(spec('a', {}, policy('one-for-one', 1)));
    order(top, 'a');
    expect(() => order(top, 'a')).toThrow(/a failed: Error: asked to fail/);
  });

  it('who watches an actor is told of its end, whether it comes back, and at once if nobody holds the name', () => {
    const sim = simulate(spec('parent', { children: [spec('a')] }), spec('watcher', { watch: ['a', 'nobody'] }));
    order(sim, 'a');
    order(sim, 'parent', { type: 'stopChild', name: 'a' });
    expect(sim.stateOf<State>('watcher').terminated).toEqual([['nobody', false], ['a', true], ['a', false]]);
  });

  it('an actor that is stopped while it waits for its restart stays down', () => {
    const sim = simulate(spec('parent', { children: [spec('a')] }), spec('watcher', { watch: ['a'] }));
    sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'a', downFor: 5000 }] });
    sim.advance(seconds(1));
    order(sim, 'parent', { type: 'stopChild', name: 'a' }, seconds(20));
    expect(sim.host.cells.has('a')).toBe(false);
    expect(sim.stateOf<State>('watcher').terminated).toEqual([['a', true], ['a', false]]);
    expect(sim.ask(named('a'), { type: 'noop' } as never)).toEqual({ type: 'failure', reason: 'no-such-actor' });
  });

  it('a timer of an incarnation that ended does not reach the next', () => {
    const sim = simulate(spec('a', { timer: true }));
    order(sim, 'a', { type: 'fail' }, seconds(10));
    expect(sim.stateOf<State>('a').ticks).toBe(0);
    const other = simulate(spec('a', { timer: true }));
    other.advance(seconds(10));
    expect(other.stateOf<State>('a').ticks).toBe(1);
  });

  it('an incarnation that ended is held by nobody: not by those it watched, not by requests', () => {
    const sim = simulate(spec('watched'), spec('a', { watch: ['watched'] }, policy('one-for-one', 1000)));
    const watching = (): number => [...sim.host.cells.values()].reduce((sum, cell) => sum + (cell.watching?.size ?? 0), 0);
    for (let failure = 0; failure < 20; failure++) order(sim, 'a');
    order(sim, 'watched');
    expect(sim.stateOf<State>('a').terminated).toEqual([['watched', true]]);
    expect([watching(), sim.host.slots.size, sim.host.timers.size]).toEqual([1, 0, 0]);
  });
});
