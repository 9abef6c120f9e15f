import type { ActorSpec, LinkLatency, RunningProcess, Runtime, Supervision } from '@naumachia/core';
import { type Address, createRuntime, decodeSnapshot, type FaultPlan, type HostSnapshot, type Incident, milliseconds, type Message, OWN_THREADS, packedPlacement, type Placement, SimulatedRuntime, Simulation } from '@naumachia/core';

/** What is said to the actors of the fixtures: what they understand of it, their code says. */
type Said = Message & Readonly<Record<string, unknown>>;

/** What they answer; which of these fields an answer has, the code of who gives it says. */
export interface Heard extends Message {
  readonly numbers: readonly number[];
  readonly entries: readonly unknown[];
  readonly revisions: readonly number[];
  readonly replies: readonly string[];
  readonly ends: readonly string[];
  /** Who ended, and whether it was started again. */
  readonly terminated: readonly (readonly [string, boolean])[];
  readonly [field: string]: unknown;
}

/** A run of some actors in one of the modes, as a test that holds in all of them sees it. */
export interface Run {
  request(to: Address, message: Said, timeout?: number): Promise<Heard>;
  send(to: Address, message: Said): void;
  /** Lets that many milliseconds pass, virtual or real. */
  pass(milliseconds: number): Promise<void>;
  /** Waits until `holds`, at most 20 s. */
  until(holds: () => Promise<boolean> | boolean): Promise<void>;
  applyFaults(plan: FaultPlan): Promise<void>;
  snapshots(): Promise<HostSnapshot[]>;
  readonly incidents: Incident[];
  /** The processes besides this one that run hosts. */
  processes(): readonly RunningProcess[];
  stop(how: 'drain' | 'abort'): Promise<void>;
}

export interface Arm {
  readonly name: string;
  /** Which host runs the actor `source`, for faults of whole hosts. */
  readonly host: string;
  start(fixture: Fixture): Promise<Run>;
}

/** A module in `fixtures/`. */
export interface Fixture {
  readonly module: string;
  /** Actors besides those that the module names. */
  readonly more?: readonly ActorSpec[];
  readonly wedgedAfter?: number;
  readonly heapMegabytes?: number;
  readonly supervision?: Supervision;
  readonly latencies?: readonly LinkLatency[];
}

const LIMIT_MS = 20_000;

/** Every mode, with messages encoded only where they cross hosts, and with all of them encoded. */
export const arms = (codecs: readonly ('crossing' | 'always')[] = ['crossing', 'always']): Arm[] =>
  codecs.flatMap((codec) => {
    const suffix = codec === 'always' ? ', every message encoded' : '';
    return [
      { name: `simulated${suffix}`, host: 'source', start: (fixture: Fixture) => simulated(fixture, codec) },
      { name: `simulated beside an event loop${suffix}`, host: 'source', start: (fixture: Fixture) => withClock(fixture, codec) },
      { name: `inline${suffix}`, host: 'main', start: (fixture: Fixture) => threads(fixture, packedPlacement([], 0), codec) },
      { name: `packed on one host${suffix}`, host: 'host-0', start: (fixture: Fixture) => threads(fixture, packedPlacement([], 1), codec) },
      { name: `packed on two hosts${suffix}`, host: 'host-0', start: (fixture: Fixture) => threads(fixture, packedPlacement(['source'], 2), codec) },
      { name: `threads${suffix}`, host: 'source', start: (fixture: Fixture) => threads(fixture, OWN_THREADS, codec) },
      { name: `threads of two processes${suffix}`, host: 'source', start: (fixture: Fixture) => threads(fixture, TWO_PROCESSES, codec) },
    ];
  });

/** Every actor on a thread of its own, by turns in one process and in the other. */
export const TWO_PROCESSES: Placement = { ...OWN_THREADS, processes: { count: 2, kinds: {} } };

const urlOf = (module: string): string => new URL(`./fixtures/${module}`, import.meta.url).href;

export const simulated = async (fixture: Fixture, codec: 'crossing' | 'always' = 'crossing', seed = 1): Promise<Run> => {
  const { definitions, specs } = await import(urlOf(fixture.module));
  const sim = new Simulation({ seed, definitions, codec, onFailure: 'restart', ...(fixture.latencies && { latencies: fixture.latencies }) });
  sim.start([...specs, ...(fixture.more ?? [])]);
  const port = sim.port('port/test');
  const pass = async (ms: number): Promise<void> => sim.advance(milliseconds(ms));
  return {
    request: async (to, message, timeout = 30_000) => {
      let answered = false;
      const reply = port.request(to, message as never, milliseconds(timeout)).then((value) => {
        answered = true;
        return value;
      });
      for (let ms = 0; !answered && ms <= timeout + 1; ms++) {
        await pass(1);
        await undefined;
      }
      return reply as never;
    },
    send: (to, message) => port.send(to, message as never),
    pass,
    until: async (holds) => waitUntil(holds, pass),
    applyFaults: async (plan) => sim.applyFaults(plan),
    snapshots: async () => [decodeSnapshot(sim.snapshot())],
    incidents: [],
    processes: () => [],
    stop: async () => undefined,
  };
};

/** The clock stands but for what `pass` lets go by, and for requests that wait. */
export const withClock = async (fixture: Fixture, codec: 'crossing' | 'always' = 'crossing', seed = 1): Promise<Run> => {
  const { specs } = await import(urlOf(fixture.module));
  const incidents: Incident[] = [];
  const runtime = await SimulatedRuntime.create({ seed, catalog: urlOf(fixture.module), codec, speed: 0, incident: (incident) => incidents.push(incident), ...(fixture.latencies && { latencies: fixture.latencies }) });
  await runtime.start([...specs, ...(fixture.more ?? [])]);
  return runOn(runtime, incidents, (ms) => runtime.clock.advance(milliseconds(ms)));
};

export const threads = async (fixture: Fixture, placement: Placement, codec: 'crossing' | 'always' = 'crossing'): Promise<Run> => {
  const { specs } = await import(urlOf(fixture.module));
  const incidents: Incident[] = [];
  const { wedgedAfter = 10_000, heapMegabytes, supervision, latencies } = fixture;
  const runtime = await createRuntime({
    seed: 1, placement, catalog: urlOf(fixture.module), codec, wedgedAfter, stoppedAfter: wedgedAfter, incident: (incident) => incidents.push(incident), ...(heapMegabytes !== undefined && { heap: () => ({ oldMegabytes: heapMegabytes }) }), ...(supervision && { supervision }), ...(latencies && { latencies }),
  });
  await runtime.start([...specs, ...(fixture.more ?? [])]);
  return runOn(runtime, incidents, async (ms) => new Promise((resolve) => void setTimeout(resolve, ms)));
};

/** What a test sees of a run, whose time goes by as `pass` says. */
const runOn = (runtime: Runtime & { readonly processes?: readonly RunningProcess[] }, incidents: Incident[], pass: Run['pass']): Run => {
  const port = runtime.port('test');
  return {
    request: async (to, message, timeout = 30_000) => port.request(to, message as never, milliseconds(timeout)) as never,
    send: (to, message) => port.send(to, message as never),
    pass,
    until: async (holds) => waitUntil(holds, pass),
    applyFaults: async (plan) => runtime.applyFaults(plan),
    snapshots: async () => (await runtime.snapshots()).map(decodeSnapshot),
    incidents,
    processes: () => runtime.processes ?? [],
    stop: async (how) => runtime.stop(how),
  };
};

const waitUntil = async (holds: () => Promise<boolean> | boolean, pass: (ms: number) => Promise<void>): Promise<void> => {
  for (let waited = 0; !(await holds()); waited += 10) {
    if (waited > LIMIT_MS) throw new Error(`${holds.toString()} did not hold within ${LIMIT_MS / 1000} s`);
    await pass(10);
  }
};
