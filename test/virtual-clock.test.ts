import { CATALOG, clusterActors } from '@naumachia/actors';
import { type Catalog, decodeState, encodeState, type InputLog, instantOf, milliseconds, minutes, named, replayInputs, seconds, type SimulatedOptions, SimulatedRuntime } from '@naumachia/core';
import { afterEach, describe, expect, it } from 'vitest';

const PARITY = new URL('./fixtures/parity-catalog.mjs', import.meta.url).href;
const USER = { name: 'admin', groups: ['system:masters'] };
const API_SERVER = named<never>('apiserver');

const running: SimulatedRuntime[] = [];
afterEach(async () => {
  for (const runtime of running.splice(0)) await runtime.stop('abort');
});

const runtimeOf = async (options: Partial<SimulatedOptions> = {}): Promise<SimulatedRuntime> => {
  const runtime = await SimulatedRuntime.create({ seed: 1, catalog: PARITY, speed: 0, ...options });
  running.push(runtime);
  return runtime;
};

const small = async (options: Partial<SimulatedOptions> = {}) => {
  const runtime = await runtimeOf(options);
  const { specs } = await import(PARITY);
  await runtime.start(specs);
  const port = runtime.port('test');
  return { runtime, port, ask: (to: string, message: object, timeout?: number, waiting?: 'ahead' | 'along') => port.request(named<never>(to), message as never, timeout as never, waiting) as Promise<unknown> as Promise<Record<string, unknown>> };
};

const cluster = async (nodes: number, options: Partial<SimulatedOptions> = {}) => {
  const runtime = await runtimeOf({ catalog: CATALOG, ...options });
  await runtime.start(clusterActors({ nodes, latency: 'recorded' }));
  const port = runtime.port('test');
  return { runtime, port, ask: (message: object) => port.request(API_SERVER, { user: USER, ...message } as never) as Promise<unknown> as Promise<Record<string, unknown>> };
};

const wall = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const definitionsOf = async (url: string) => {
  const { catalog } = (await import(url)) as { catalog: Catalog };
  return Promise.all(Object.values(catalog.actors).map((load) => load()));
};

/** The trace of a run, and that of the run played again from bytes, as somebody would who was sent them. */
const replayed = async (runtime: SimulatedRuntime, url: string): Promise<{ readonly live: string; readonly again: string }> => {
  // Both at once: the run goes on meanwhile.
  const [live, log] = [runtime.traceHash, encodeState(runtime.inputs)];
  return { live, again: replayInputs(decodeState(log) as InputLog, await definitionsOf(url)).traceHash };
};

describe('virtual time beside an event loop', () => {
  it('a clock that stands answers requests, and nothing else happens', async () => {
    const { runtime, ask } = await small();
    const before = runtime.clock.now();
    expect(await ask('source', { type: 'ping', n: 7 })).toMatchObject({ n: 7 });
    const after = runtime.clock.now();
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThan(10);
    await wall(30);
    expect(runtime.clock.now()).toBe(after);
  });

  it('time goes on from event to event until an ordinary request is answered, however long that takes', async () => {
    const { runtime, ask } = await small();
    const [began, wallBegan] = [runtime.clock.now(), performance.now()];
    expect(await ask('source', { type: 'ignore' }, 3_600_000)).toEqual({ type: 'failure', reason: 'deadline-exceeded' });
    expect(runtime.clock.now() - began).toBeGreaterThanOrEqual(3_600_000);
    expect(performance.now() - wallBegan).toBeLessThan(600_000);
  });

  it('what waits along holds no clock, but has the time of a way there and back', async () => {
    const { runtime, ask } = await small();
    expect(await ask('source', { type: 'ping', n: 1 }, 60_000, 'along')).toMatchObject({ n: 1 });
    const began = runtime.clock.now();
    let answered = false;
    const ignored = ask('source', { type: 'ignore' }, 60_000, 'along').then(() => (answered = true));
    await wall(50);
    expect(runtime.clock.now() - began).toBeLessThanOrEqual(10);
    expect(answered).toBe(false);
    await runtime.clock.advance(minutes(1));
    await ignored;
  });

  it('who follows a feed holds no clock and hears what happens as it happens', async () => {
    const { runtime, port, ask } = await small();
    const heard: number[] = [];
    const stop = port.subscribe(named('source'), 'numbers', { after: 0 }, { batch: ({ entries }) => heard.push(...entries.map(({ revision }) => revision)), ended: () => {} });
    port.send(named<never>('source'), { type: 'publish', count: 3 } as never);
    const before = runtime.clock.now();
    await wall(20);
    expect({ heard, passed: runtime.clock.now() - before }).toEqual({ heard: [], passed: 0 });
    await ask('source', { type: 'ping', n: 1 });
    expect(heard).toEqual([1, 2, 3]);
    stop();
    port.send(named<never>('source'), { type: 'publish', count: 3 } as never);
    await runtime.clock.advance(seconds(1));
    expect(heard).toEqual([1, 2, 3]);
  });

  it('who watches has seen what a request has changed when that is answered', async () => {
    const { ask, port } = await cluster(0);
    const seen: string[] = [];
    const { revision } = await ask({ type: 'list', resource: 'configmaps', namespace: 'default' });
    port.subscribe(API_SERVER, 'configmaps', { after: revision as number }, { batch: ({ entries }) => seen.push(...entries.map(({ value }) => (value.header as { name: string }).name)), ended: ({ reason }) => void seen.push(reason) });
    for (let n = 0; n < 20; n++) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${n}`, namespace: 'default' } };
      expect((await ask({ type: 'create', resource: 'configmaps', namespace: 'default', object })).type).toBe('object');
      expect(seen.at(-1)).toBe(`c-${n}`);
    }
  });

  // A machine that does something else for a while makes the clock fall behind.
  it('the clock runs at the asked multiple of wall time', { retry: 3 }, async () => {
    const { runtime } = await small({ speed: 100 });
    const passedIn = async (ms: number): Promise<number> => {
      const [virtual, began] = [runtime.clock.now(), performance.now()];
      await wall(ms);
      return (runtime.clock.now() - virtual) / (performance.now() - began);
    };
    expect(await passedIn(100)).toBeCloseTo(100, -1);
    runtime.clock.setSpeed(2);
    expect(await passedIn(100)).toBeCloseTo(2, 0);
    runtime.clock.pause();
    expect([runtime.clock.speed, await passedIn(20)]).toEqual([0, 0]);
    expect(() => runtime.clock.setSpeed(-1)).toThrow('a clock cannot go at speed -1');
  });

  it('an advance lets exactly so much time go by, after what others wait for', async () => {
    const { runtime } = await small();
    const began = runtime.clock.now();
    await Promise.all([runtime.clock.advance(minutes(5)), runtime.clock.advance(seconds(1))]);
    expect(runtime.clock.now() - began).toBe(301_000);
    await expect(runtime.clock.advance(milliseconds(-1))).rejects.toThrow('time goes forwards');
    const long = runtime.clock.advance(minutes(1e9));
    const paused = expect(long).rejects.toThrow('the clock was paused before so much time had gone by');
    runtime.clock.pause();
    await paused;
    const cut = runtime.clock.advance(minutes(1));
    const stopped = expect(cut).rejects.toThrow('the cluster was stopped');
    await runtime.stop('abort');
    await stopped;
  });

  it('a long advance leaves the thread its turns', async () => {
    const { runtime } = await cluster(10);
    await runtime.clock.advance(seconds(60));
    let [turns, done] = [0, false];
    const advanced = runtime.clock.advance(minutes(10)).then(() => (done = true));
    while (!done) {
      await new Promise((resolve) => void setImmediate(resolve));
      turns++;
    }
    await advanced;
    expect(turns).toBeGreaterThan(10);
  });

  it('a pace that cannot be kept is as fast as can be, and is not made up for later', async () => {
    const { runtime, ask } = await cluster(10, { speed: 1e9 });
    await wall(200);
    expect((await ask({ type: 'list', resource: 'nodes', namespace: '' })).type).toBe('list');
    runtime.clock.setSpeed(1);
    const [virtual, began] = [runtime.clock.now(), performance.now()];
    await wall(50);
    // What is due within one millisecond may run at once.
    expect(runtime.clock.now() - virtual).toBeLessThan(performance.now() - began + 5);
  });

  it('a virtual clock begins days before the wall clock', async () => {
    const { runtime } = await small();
    expect(Date.now() - runtime.clock.now()).toBeGreaterThan(2 * 24 * 3600 * 1000);
  });

  it('who waits is answered when the cluster stops', async () => {
    const { runtime, ask, port } = await small();
    const ends: string[] = [];
    port.subscribe(named('source'), 'numbers', { after: 0 }, { batch: () => {}, ended: ({ reason }) => void ends.push(reason) });
    const waiting = ask('source', { type: 'ignore' }, 60_000, 'along');
    await runtime.stop('abort');
    expect(await waiting).toEqual({ type: 'failure', reason: 'unavailable' });
    expect(ends).toEqual(['reset']);
    expect(await ask('source', { type: 'ping', n: 1 })).toEqual({ type: 'failure', reason: 'unavailable' });
  });
});

describe('the log of external inputs', () => {
  it('a run that was played again from its log of external inputs has the same trace', async () => {
    const { runtime, port, ask } = await small({ speed: 50 });
    const stop = port.subscribe(named('source'), 'numbers', { after: 0 }, {
      // Something that enters while an instant runs.
      batch: () => port.send(named<never>('sink/1'), { type: 'number', n: 1000 } as never),
      ended: () => {},
    });
    for (let round = 0; round < 20; round++) {
      void ask('source', { type: 'ignore' }, 100 + round, 'along');
      await Promise.all([ask('source', { type: 'ping', n: round }), ask('sink/1', { type: 'chat', rounds: 7 })]);
      port.send(named<never>('source'), { type: 'publish', count: round } as never);
      await wall(Math.random() * 5);
      if (round === 5) await runtime.applyFaults({ rules: [{ from: 'source', to: 'sink/2', fault: { type: 'stall' }, end: 500 }], actions: [{ type: 'kill', at: 3, actor: 'parent' }] });
      if (round === 10) await runtime.clock.advance(seconds(3));
      if (round === 15) stop();
    }
    const { inputs, complete } = runtime.inputs;
    expect({ complete, many: inputs.length > 80 }).toEqual({ complete: true, many: true });
    const { live, again } = await replayed(runtime, PARITY);
    expect(again).toBe(live);
  });

  it('a program that waits for nothing but the run is a part of it: the same seed gives the same trace', async () => {
    const played = async (): Promise<string> => {
      // Where virtual time begins is a part of the run, and by default follows the wall clock.
      const { runtime, port, ask } = await small({ epoch: instantOf(Date.UTC(2026, 0, 1)) });
      const rounds = async (of: string, count: number): Promise<void> => {
        for (let n = 0; n < count; n++) {
          await ask(of, of === 'source' ? { type: 'ping', n } : { type: 'chat', rounds: 3 });
          if (n % 7 === 3) await runtime.clock.advance(milliseconds(n));
          if (n % 5 === 0) port.send(named<never>('source'), { type: 'publish', count: n } as never);
        }
      };
      const heard = new Promise<void>((resolve) => void port.subscribe(named('source'), 'numbers', { after: 0 }, { batch: ({ revision }) => revision > 20 && resolve(), ended: () => {} }));
      await Promise.all([rounds('source', 50), rounds('sink/1', 20), rounds('sink/2', 15), heard.then(() => ask('source', { type: 'ignore' }, 1000)), runtime.clock.advance(minutes(1))]);
      await runtime.clock.advance(seconds(1));
      return runtime.traceHash;
    };
    const traces = [await played(), await played(), await played()];
    expect(new Set(traces).size).toBe(1);
  });

  it('so has the run of a cluster', async () => {
    const { runtime, ask, port } = await cluster(3, { speed: 20 });
    const stop = port.subscribe(API_SERVER, 'pods', { after: 0 }, { batch: () => {}, ended: () => {} });
    await runtime.clock.advance(seconds(10));
    for (let n = 0; n < 5; n++) {
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `web-${n}`, namespace: 'default' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
      expect((await ask({ type: 'create', resource: 'pods', namespace: 'default', object })).type).toBe('object');
      await wall(Math.random() * 30);
    }
    await runtime.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'kubelet/node-2', downFor: 60_000 }] });
    await runtime.clock.advance(minutes(2));
    stop();
    await ask({ type: 'list', resource: 'pods', namespace: 'default' });
    const { live, again } = await replayed(runtime, CATALOG);
    expect(again).toBe(live);
  });

  it('a run that is resumed from its log stands where it stood, and goes on', async () => {
    const { runtime, ask, port } = await cluster(2);
    port.subscribe(API_SERVER, 'pods', { after: 0 }, { batch: () => {}, ended: () => {} });
    const pod = (name: string) => ({ type: 'create', resource: 'pods', namespace: 'default', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } } });
    await runtime.clock.advance(seconds(10));
    expect((await ask(pod('one'))).type).toBe('object');
    await runtime.clock.advance(seconds(30));
    const [trace, now, log] = [runtime.traceHash, runtime.clock.now(), runtime.inputs];
    const resumed = await SimulatedRuntime.resume(log, { catalog: CATALOG, speed: 0 });
    running.push(resumed);
    // One who followed is gone, which lets nothing run.
    expect([resumed.traceHash, resumed.clock.now()]).toEqual([trace, now]);
    const again = (message: object) => resumed.port('test').request(API_SERVER, { user: USER, ...message } as never) as Promise<unknown> as Promise<Record<string, unknown>>;
    await again(pod('two'));
    await resumed.clock.advance(seconds(30));
    const { items } = (await again({ type: 'list', resource: 'pods', namespace: 'default' })) as { items: { value: { metadata: { name: string }; status: { phase: string } } }[] };
    expect(items.map(({ value: { metadata, status } }) => [metadata.name, status.phase])).toEqual([['one', 'Running'], ['two', 'Running']]);
    const { live, again: played } = await replayed(resumed, CATALOG);
    expect(played).toBe(live);
    await expect(SimulatedRuntime.resume(Object.assign({}, log, { complete: false }), { catalog: CATALOG })).rejects.toThrow('cannot be played again');
  });

  it('a log keeps as much as it may, and says when that was not all', async () => {
    const { runtime, ask } = await small({ mostInputs: 3 });
    for (let n = 0; n < 5; n++) await ask('source', { type: 'ping', n });
    expect(runtime.inputs).toMatchObject({ complete: false, inputs: [] });
    await expect(replayed(runtime, PARITY)).rejects.toThrow('cannot be played again');
  });
});
