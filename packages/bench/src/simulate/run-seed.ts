import { clusterActors } from '@naumachia/actors';
import type { Node } from '@naumachia/actors/api';
import { type AnyActorDefinition, type Duration, type Envelope, type Instant, later, milliseconds, type Observer, Random, seconds, Simulation } from '@naumachia/core';
import { drawActions, drawFaults } from './draw.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { ALWAYS_PROPERTIES, AS_WITHOUT_FAULTS, END_PROPERTIES } from './properties/index.js';
import type { EndState, Oracle } from './properties/property.js';
import type { Scenario } from './scenario/scenario.js';
import { Trace } from './trace.js';
import { user, type UserState } from './user.js';
import { type Change, World } from './world.js';

/** How a run of one seed ended. */
export interface SeedRun {
  readonly seed: number;
  readonly passed: boolean;
  /** Equal runs have equal hashes. */
  readonly traceHash: string;
  /** From the start of the cluster to the end of the run; `wallSeconds` are what all of it took, a run without faults for comparison included. */
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  /** What was violated, first things first. */
  readonly failures: readonly SeedFailure[];
}

export interface SeedFailure {
  /** The name of a property; `component-failed` if an actor threw, `load` if the API server refused what people asked for. */
  readonly property: string;
  /** Virtual seconds from the start of the run. */
  readonly at: number;
  readonly what: string;
  /** The steps around it, or the last writes before it. */
  readonly trace: readonly string[];
}

export interface SeedOptions {
  readonly definitions: readonly AnyActorDefinition[];
  readonly codec?: 'crossing' | 'always';
  /** Sees the run as well; it changes nothing. */
  readonly observer?: Observer;
  /** Looks at the simulation once it is over. */
  readonly ended?: (simulation: Simulation) => void;
}

const NODES_READY_WITHIN = 300;
const LOOK_EVERY = seconds(1);
/** What holds must go on to hold this many looks. */
const STEADY_LOOKS = 10;
const STEPS_BEFORE = 16;
const STEPS_AFTER = 4;
const LAST_WRITES = 16;
const MOST_PROBLEMS = 5;

/** Plays a scenario with one seed from the start of a cluster to its end state, on this thread. */
export const runSeed = (scenario: Scenario, seed: number, options: SeedOptions): SeedRun => new ScenarioRun(scenario, seed, options).run();

/** What the same people leave behind with this seed where nothing fails, or what does not hold even then. */
const runWithoutFaults = (scenario: Scenario, seed: number, { definitions, codec }: SeedOptions): Outcome | string => {
  const calm: Scenario = { ...scenario, faults: [], swarm: [], always: [], atEnd: scenario.atEnd.filter((name) => name !== AS_WITHOUT_FAULTS) };
  const run = new ScenarioRun(calm, seed, { definitions, ...(codec && { codec }) });
  const { failures: [failure] } = run.run();
  return failure === undefined ? outcomeOf(run.world) : `${failure.property}: ${failure.what}`;
};

class ScenarioRun {
  readonly world = new World();
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #options: SeedOptions;
  #withoutFaults: Outcome | string | undefined;
  readonly #trace = new Trace();
  readonly #oracles: readonly Oracle[];
  readonly #violations: { readonly property: string; readonly what: string; readonly at: Instant; readonly position: number }[] = [];
  readonly #selectors = new Map<string, string | undefined>();
  readonly #simulation: Simulation;
  readonly #start: Instant;

  constructor(scenario: Scenario, seed: number, options: SeedOptions) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#options = options;
    this.#oracles = scenario.always.map((name) => {
      const property = ALWAYS_PROPERTIES[name];
      if (!property) throw new Error(`no property ${name}`);
      return property.watch(this.world, (what) => void this.#violations.push({ property: name, what, at: this.#simulation.now, position: this.#trace.position }));
    });
    this.#simulation = new Simulation({ seed, definitions: [...options.definitions, user], observer: this.#observer(options.observer), ...(options.codec && { codec: options.codec }) });
    this.#start = this.#simulation.now;
  }

  run(): SeedRun {
    const began = performance.now();
    let failures: SeedFailure[];
    try {
      failures = this.#play();
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      failures = [...this.#violated(), this.#failure('component-failed', what, this.#simulation.now, this.#trace.around(this.#trace.position, this.#start, STEPS_BEFORE, STEPS_AFTER))];
    }
    this.#options.ended?.(this.#simulation);
    return {
      seed: this.#seed, passed: failures.length === 0, traceHash: this.#simulation.traceHash,
      virtualSeconds: this.#secondsAt(this.#simulation.now), wallSeconds: Math.round(performance.now() - began) / 1000, failures,
    };
  }

  #play(): SeedFailure[] {
    const { nodes, latency, duration } = this.#scenario;
    const simulation = this.#simulation;
    simulation.start(clusterActors({ nodes, latency }));
    for (let waited = 0; this.#nodesReady() < nodes && waited < NODES_READY_WITHIN && !this.#isViolated; waited++) simulation.advance(LOOK_EVERY);
    const actions = drawActions(this.#scenario, Random.named(this.#seed, 'load'));
    simulation.start([{ name: 'user', kind: 'user', config: { actions } }]);
    simulation.applyFaults(drawFaults(this.#scenario, Random.named(this.#seed, 'faults of the scenario')));
    const healed = later(simulation.now, milliseconds(duration));
    simulation.runUntilTrue(() => this.#isViolated, milliseconds(duration));
    if (!this.#isViolated) {
      simulation.runUntil(healed);
      simulation.applyFaults({});
      const unsettled = this.#settle();
      if (unsettled.length > 0 && !this.#isViolated) return unsettled;
    }
    if (this.#isViolated) simulation.advance(milliseconds(1));
    return this.#violated();
  }

  get #isViolated(): boolean {
    return this.#violations.length > 0;
  }

  #nodesReady(): number {
    let ready = 0;
    for (const { value } of this.world.all<Node>('nodes').values()) if (value.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) ready++;
    return ready;
  }

  /** Waits until everything that must hold in the end does, and goes on to; says what does not when there was time enough. */
  #settle(): SeedFailure[] {
    const simulation = this.#simulation;
    const limit = later(simulation.now, milliseconds(this.#scenario.settle));
    for (let steady = 0; steady < STEADY_LOOKS && !this.#isViolated; ) {
      simulation.runUntilTrue(() => this.#isViolated, LOOK_EVERY as Duration);
      const problems = this.#problems(true);
      steady = problems.length === 0 ? steady + 1 : 0;
      if (steady === 0 && simulation.now >= limit) return this.#problems(false).map(({ property, what }) => this.#failure(property, what, simulation.now, this.#lastWrites()));
    }
    return [];
  }

  /** What does not hold (yet): the first such property, or all. */
  #problems(firstOnly: boolean): { readonly property: string; readonly what: string }[] {
    const { left, refused } = this.#simulation.stateOf<UserState>('user');
    const found: { readonly property: string; readonly what: string }[] = [];
    if (left > 0 || refused.length > 0) found.push({ property: 'load', what: left > 0 ? `${left} requests of the user are not answered` : refused.join('; ') });
    const end = this.#endState();
    for (const name of this.#scenario.atEnd) {
      if (firstOnly && found.length > 0) break;
      const problems = END_PROPERTIES[name]?.problems(end) ?? [`no property ${name}`];
      const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : '';
      if (problems.length > 0) found.push({ property: name, what: `${problems.slice(0, MOST_PROBLEMS).join('; ')}${more}` });
    }
    return found;
  }

  #endState(): EndState {
    const { host, now } = this.#simulation;
    const { faults, swarm } = this.#scenario;
    const withoutFaults = (): Outcome | string => (faults.length + swarm.length === 0 ? outcomeOf(this.world) : (this.#withoutFaults ??= runWithoutFaults(this.#scenario, this.#seed, this.#options)));
    return { world: this.world, now, withoutFaults, actors: [...host.cells.keys()], state: (actor) => this.#simulation.stateOf(actor), selectorOf: (actor, resource) => this.#selectors.get(`${actor} ${resource}`) };
  }

  #violated(): SeedFailure[] {
    return this.#violations.map(({ property, what, at, position }) => this.#failure(property, what, at, this.#trace.around(position, this.#start, STEPS_BEFORE, STEPS_AFTER)));
  }

  #failure(property: string, what: string, at: Instant, trace: readonly string[]): SeedFailure {
    return { property, at: this.#secondsAt(at), what, trace };
  }

  #lastWrites(): string[] {
    return this.world.recent.slice(-LAST_WRITES).map((change) => `  ${this.#secondsAt(change.at).toFixed(4).padStart(10)} s  revision ${change.revision}: ${change.resource} ${change.key} ${verbOf(change)}`);
  }

  #secondsAt(at: Instant): number {
    return Math.round((at - this.#start) * 10) / 10_000;
  }

  #observer(outer: Observer | undefined): Observer {
    const oracles = { changed: has(this.#oracles, 'changed'), posted: has(this.#oracles, 'posted'), received: has(this.#oracles, 'received'), fed: has(this.#oracles, 'fed') };
    return {
      ...outer,
      stepping: (actor, step, envelope, now) => {
        this.#trace.stepping(actor, step, envelope, now);
        outer?.stepping?.(actor, step, envelope, now);
      },
      posted: (envelope, now, sender) => {
        this.#note(envelope);
        for (const oracle of oracles.posted) oracle.posted(envelope);
        outer?.posted?.(envelope, now, sender);
      },
      received: (envelope, now) => {
        for (const oracle of oracles.received) oracle.received(envelope);
        outer?.received?.(envelope, now);
      },
      published: (owner, feed, entries, now) => {
        if (owner.actor === 'etcd') {
          for (const entry of entries) {
            const change = this.world.take(entry, now);
            if (change) for (const oracle of oracles.changed) oracle.changed(change);
          }
        }
        outer?.published?.(owner, feed, entries, now);
      },
      fed: (subscriber, batch, now, index) => {
        // Between etcd and the API server there are no clients.
        if (batch.feed !== 'kv') for (const oracle of oracles.fed) oracle.fed(subscriber, batch);
        outer?.fed?.(subscriber, batch, now, index);
      },
    };
  }

  /** Which objects an actor has asked for. */
  #note({ kind, from, message }: Envelope): void {
    if (kind !== 'request' || message.type !== 'list') return;
    const { resource, fieldSelector } = message as { readonly type: string; readonly resource?: string; readonly fieldSelector?: string };
    if (resource !== undefined) this.#selectors.set(`${from.actor} ${resource}`, fieldSelector);
  }
}

const has = <K extends keyof Oracle>(oracles: readonly Oracle[], event: K): readonly (Oracle & Required<Pick<Oracle, K>>)[] =>
  oracles.filter((oracle): oracle is Oracle & Required<Pick<Oracle, K>> => oracle[event] !== undefined);

const verbOf = ({ former, current }: Change): string => (former === undefined ? 'created' : current === undefined ? 'deleted' : 'updated');
