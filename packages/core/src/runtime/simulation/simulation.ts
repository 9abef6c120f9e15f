import type { ActorSpec, AnyActorDefinition } from '../../actor.js';
import type { Address } from '../../address.js';
import { codec } from '../../codec.js';
import type { FaultPlan } from '../../faults/plan.js';
import type { Failure, Message, ReplyTo, Request } from '../../message.js';
import type { Observer } from '../../observer.js';
import type { Port } from '../../port.js';
import { Random } from '../../random.js';
import { between, type Duration, type Instant, instantOf, later } from '../../time.js';
import { Host } from '../host.js';
import type { LinkLatency } from '../links.js';
import { MemoryDisks } from '../memory-disks.js';
import { snapshot } from '../snapshot.js';
import { traceHash } from './trace-hash.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly definitions: readonly AnyActorDefinition[];
  /** Where virtual time begins; default 2026-01-01T00:00:00Z. */
  readonly epoch?: Instant;
  /** Latency of links; the first that fits counts. Default: 0.1 to 1 ms between any two actors. */
  readonly latencies?: readonly LinkLatency[];
  readonly observer?: Observer;
  /** `always` passes every message through the codec, so that nothing can lean on shared objects. */
  readonly codec?: 'crossing' | 'always';
  /** The command that runs this again, for the message of a failed run. */
  readonly replay?: string;
  /** Which host an actor is said to run on, for faults of whole hosts; default: each on its own, of the actor's name. */
  readonly hostOf?: (actor: string) => string;
  /** What to do when an actor throws: fail the run (default), or leave it to supervision alone. */
  readonly onFailure?: 'throw' | 'restart';
  /** Told of actors that fail, and of supervision that gives one up; with it neither ends the run. */
  readonly incident?: (what: 'actor-failed' | 'gave-up', actor: string, error: unknown) => void;
}

const EPOCH = instantOf(Date.UTC(2026, 0, 1));
/** Between any two actors, if nothing else is said. */
export const SIMULATED_LATENCIES: readonly LinkLatency[] = [{ least: 0.1, most: 1 }];

/** How many steps may run at one instant before the run is called a livelock. */
const STEPS_PER_INSTANT = 10_000_000;

/**
 * A run in virtual time on the caller's thread. The seed decides every order and every latency, so the same seed and the same calls give
 * the same trace, byte for byte.
 */
export class Simulation {
  readonly host: Host;
  readonly seed: number;
  readonly #replay: string | undefined;
  readonly #trace = traceHash();
  readonly #errors: { readonly actor: string; readonly error: unknown }[] = [];
  readonly #definitions: Map<string, AnyActorDefinition>;
  #now: Instant;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#replay = options.replay;
    this.#now = options.epoch ?? EPOCH;
    const definitions = (this.#definitions = new Map(options.definitions.map((definition) => [definition.kind, definition])));
    const { incident } = options;
    this.host = new Host({
      name: 'simulation',
      index: 0,
      incarnation: 1,
      seed: options.seed,
      clock: { now: () => this.#now },
      definitions: (kind) => definitions.get(kind),
      disks: new MemoryDisks(),
      observer: options.observer ? { ...options.observer, ...bindTrace(options.observer, this.#trace.stepping) } : { stepping: this.#trace.stepping },
      order: Random.named(options.seed, 'order'),
      latencies: options.latencies ?? SIMULATED_LATENCIES,
      freeze: true,
      hostOf: options.hostOf ?? ((actor) => actor),
      recode: options.codec === 'always' ? (message) => codec().recode(message) : undefined,
      failed: (actor, error) => {
        if (incident) incident('actor-failed', actor.actor, error);
        else if (options.onFailure !== 'restart') this.#errors.push({ actor: actor.actor, error });
      },
      escalate: (actor, error) => {
        if (incident) incident('gave-up', actor.actor, error);
        else this.#errors.push({ actor: actor.actor, error });
      },
    });
  }

  get now(): Instant {
    return this.#now;
  }

  /** When something is due next; nothing, if nothing ever is. */
  get next(): Instant | undefined {
    return this.host.timers.next();
  }

  /** Adds a kind of actors that may be started from now on. */
  define(definition: AnyActorDefinition): void {
    this.#definitions.set(definition.kind, definition);
  }

  /** A hash of everything that has run so far, and when: equal runs have equal hashes. */
  get traceHash(): string {
    return this.#trace.digest();
  }

  start(specs: readonly ActorSpec[]): void {
    this.host.delivery.expect(specs.map((spec) => spec.name));
    for (const spec of specs) this.host.start(spec);
    this.settle();
  }

  applyFaults(plan: FaultPlan): void {
    this.host.wire.applyFaults(plan);
  }

  /** Lets virtual time pass. */
  advance(duration: Duration): void {
    this.runUntil(later(this.#now, duration));
  }

  runUntil(end: Instant): void {
    this.settle();
    this.passTo(end);
  }

  /** Runs what is due up to `end`, where nothing is ready now. */
  passTo(end: Instant): void {
    for (let next = this.next; next !== undefined && next <= end; next = this.next) this.turn(next);
    this.#moveTo(end);
  }

  /** Runs until `holds` is true, looking after every instant; false if it was not within `limit`. */
  runUntilTrue(holds: () => boolean, limit: Duration): boolean {
    const end = later(this.#now, limit);
    this.settle();
    while (!holds()) {
      const { next } = this;
      if (next === undefined || next > end) {
        this.#moveTo(end);
        return holds();
      }
      this.turn(next);
    }
    return true;
  }

  /** Sends a request from outside and runs until it is answered (or its deadline of 30 s has passed). */
  ask<Q extends Request<Message>>(to: Address<Q>, message: Q): ReplyTo<Q> | Failure {
    const slotDeadline = 31_000 as Duration;
    let answer: Message | undefined;
    const self = this.#self();
    const deadline = later(this.#now, 30_000 as Duration);
    const slot = this.host.slots.reserve(self, to, deadline, (reply) => {
      answer = reply;
    });
    this.host.delivery.post(self, to, message, 'stream', 'request', slot, deadline);
    this.runUntilTrue(() => answer !== undefined, slotDeadline);
    return answer as ReplyTo<Q> | Failure;
  }

  /** A port for code outside that lives with promises, such as the HTTPS edge. */
  port(name: string): Port {
    return this.host.port(name);
  }

  /** The state of an actor as it is now; to look at, not to change. */
  stateOf<S>(actor: string): S {
    const cell = this.host.cells.get(actor);
    if (!cell) throw new Error(`no actor named ${actor} runs (${[...this.host.cells.keys()].slice(0, 20).join(', ')})`);
    return cell.state as S;
  }

  /** The state of all actors as data; `decodeSnapshot` reads it, and equal states have equal bytes. */
  snapshot(): Uint8Array {
    return snapshot(this.host);
  }

  #self(): Address {
    this.#selfAddress ??= { actor: 'outside', incarnation: this.host.nextIncarnation('outside') };
    return this.#selfAddress;
  }
  #selfAddress: Address | undefined;

  /** Goes to `next`, when something is due, and runs all that comes of it there. */
  turn(next: Instant): void {
    this.#moveTo(next);
    this.host.runTimers();
    this.settle();
  }

  #moveTo(instant: Instant): void {
    if (between(this.#now, instant) <= 0) return;
    this.#now = instant;
    this.host.now = instant;
  }

  /** Runs everything that can run at this instant. How often it is called is a part of the run: each call draws from its chance. */
  settle(): void {
    const { host } = this;
    let steps = 0;
    for (;;) {
      while (host.step()) {
        if (this.#errors.length > 0) this.#fail();
        if (++steps > STEPS_PER_INSTANT) throw new Error(`seed ${this.seed}: more than ${STEPS_PER_INSTANT} steps at one instant: actors keep one another busy for ever`);
      }
      if (this.#errors.length > 0) this.#fail();
      if (host.feeds.idle) {
        const next = host.timers.next();
        if (next === undefined || next > this.#now) return;
        host.runTimers();
      } else host.feeds.flush();
      if (!host.hasReady && host.feeds.idle && (host.timers.next() ?? Number.POSITIVE_INFINITY) > this.#now) return;
    }
  }

  #fail(): never {
    const [first] = this.#errors.splice(0);
    const cause = first?.error;
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    throw new Error(`seed ${this.seed}, ${new Date(this.#now).toISOString()}: ${first?.actor} failed: ${what}${this.#replay === undefined ? '' : `\nreplay: ${this.#replay}`}`, { cause });
  }
}

/** Both the given observer and the trace see each step. */
const bindTrace = (observer: Observer, trace: NonNullable<Observer['stepping']>): Observer => ({
  stepping: (actor, step, envelope, now) => {
    trace(actor, step, envelope, now);
    observer.stepping?.(actor, step, envelope, now);
  },
});
