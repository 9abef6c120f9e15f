import type { ActorSpec, AnyActorDefinition, Catalog } from '../actor.js';
import type { Disks } from '../disk.js';
import { sweepDecodedValues } from '../encoded.js';
import type { FaultPlan } from '../faults/plan.js';
import type { Observer } from '../observer.js';
import { failure } from '../message.js';
import type { Service } from '../service.js';
import { type HostControl, type HostReport, inspect } from './control.js';
import { EventLoop, type TurnMarker, wallClock } from './event-loop.js';
import { Host } from './host.js';
import { collectGarbage, HostMeter } from './host-meter.js';
import type { HostOptions } from './host-options.js';
import type { LinkLatency } from './links.js';
import type { Peers } from './peers.js';
import { encodeState, snapshot } from './snapshot.js';

/** An observer that can say what it has seen, as plain data. */
export interface Reporter {
  readonly observer: Observer;
  /** `states` gives the states of the host's actors of a kind, for what actors count themselves. */
  report(states: (kind: string) => Iterable<unknown>): unknown;
  /** The little that a progress display asks for many times a second. */
  glance?(): unknown;
}

export interface LocalHostOptions {
  readonly name: string;
  readonly index: number;
  readonly incarnation: number;
  readonly seed: number;
  readonly catalog: Catalog;
  readonly disks: Disks;
  readonly peers?: (Peers & { serve(host: Host, poke: () => void): void; flush(): void; close(): void }) | undefined;
  readonly reporter?: Reporter | undefined;
  /** Asks all hosts of the run for their reports, for services that want to know. */
  readonly reports: () => Promise<readonly HostReport[]>;
  readonly latencies?: readonly LinkLatency[] | undefined;
  /** Its thread does not stand back for others. Default true. */
  readonly isPrompt?: boolean;
  readonly marker?: (TurnMarker & { step: NonNullable<HostOptions['mark']>; named: NonNullable<HostOptions['named']> }) | undefined;
  /** Told which actors are about to start, in this order: they are numbered from `first` on, unless they spawn others. */
  readonly starting?: ((first: number, actors: readonly string[]) => void) | undefined;
  /** Names the host of an actor for fault plans, where hosts are not threads. */
  readonly hostOf?: HostOptions['hostOf'];
  readonly recode?: HostOptions['recode'];
  readonly escalate?: HostOptions['escalate'];
  readonly failed?: HostOptions['failed'];
}

/** Decoded values that nobody has asked for in one to two of these are given up. */
const SWEEP_MS = 5000;

/** A host in wall time on this thread, with its control surface. Workers run one each; an inline host runs on the caller's thread. */
export class LocalHost implements HostControl {
  readonly host: Host;
  readonly loop: EventLoop;
  readonly #options: LocalHostOptions;
  readonly #definitions = new Map<string, AnyActorDefinition>();
  readonly #services: Service[] = [];
  readonly #meter: HostMeter;
  readonly #sweeping: NodeJS.Timeout;
  #closed = false;

  constructor(options: LocalHostOptions) {
    this.#options = options;
    const { peers, marker } = options;
    this.#meter = new HostMeter(options.isPrompt ?? true);
    this.host = new Host({
      name: options.name, index: options.index, incarnation: options.incarnation, seed: options.seed, clock: wallClock, disks: options.disks, peers,
      definitions: (kind) => this.#definitions.get(kind), observer: options.reporter?.observer, recode: options.recode, hostOf: options.hostOf, latencies: options.latencies, escalate: options.escalate, failed: options.failed,
      mark: marker?.step, named: marker?.named, poke: () => this.loop.poke(),
    });
    this.loop = new EventLoop(this.host, () => peers?.flush(), marker);
    peers?.serve(this.host, this.loop.poke);
    this.#sweeping = setInterval(() => {
      sweepDecodedValues();
      options.disks.compress?.();
    }, SWEEP_MS).unref();
  }

  async start(specs: readonly ActorSpec[]): Promise<void> {
    const { delivery } = this.host;
    const names = specs.map((spec) => spec.name);
    delivery.expect(names);
    try {
      await this.#load(specs);
      this.#options.starting?.(this.host.nextIndex, names);
      this.#turn(() => {
        for (const spec of specs) this.host.start(spec);
      });
    } finally {
      for (const name of names) delivery.decided(name);
    }
  }

  /** Runs handlers on behalf of the control surface: in the present, and seen from outside like those of a turn. */
  #turn(run: () => void): void {
    const { marker } = this.#options;
    marker?.began();
    this.host.now = wallClock.now();
    run();
    marker?.ended();
    this.loop.poke();
  }

  /** Loads the code of these kinds of actors, and of those they may spawn if the catalog lists them under `KIND/...`. */
  async #load(specs: readonly ActorSpec[]): Promise<void> {
    const { actors } = this.#options.catalog;
    for (const kind of new Set(specs.map((spec) => spec.kind))) {
      if (this.#definitions.has(kind)) continue;
      const wanted = Object.keys(actors).filter((name) => name === kind || name.startsWith(`${kind}/`));
      if (!wanted.includes(kind)) throw new Error(`no actor of kind ${kind} in the catalog; it has ${Object.keys(actors).join(', ')}`);
      for (const name of wanted) this.#definitions.set(name, await (actors[name] as () => Promise<AnyActorDefinition>)());
    }
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const service of this.#services.splice(0).reverse()) await service.close();
    if (how === 'drain') {
      this.#turn(() => {
        for (const cell of [...this.host.cells.values()].reverse()) if (cell.parent === undefined) this.host.supervisor.stop(cell.address);
      });
      this.#options.peers?.flush();
    }
    this.loop.stop();
    clearInterval(this.#sweeping);
    this.#meter.stop();
    this.host.closed = true;
    this.host.slots.failWhere(() => true, failure('unavailable'));
    this.host.traffic.close();
    this.#options.peers?.close();
  }

  applyFaults(plan: FaultPlan): void {
    this.host.now = wallClock.now();
    this.host.wire.applyFaults(plan);
    this.loop.poke();
  }

  inspect(actor: string): Uint8Array | undefined {
    const inspection = inspect(this.host, actor);
    return inspection && encodeState(inspection);
  }

  snapshot(): Uint8Array {
    return snapshot(this.host);
  }

  actors(): string[] {
    return [...this.host.cells.keys()];
  }

  async open(service: string, options: unknown): Promise<unknown> {
    const load = this.#options.catalog.services?.[service];
    if (!load) throw new Error(`no service ${service} in the catalog; it has ${Object.keys(this.#options.catalog.services ?? {}).join(', ') || 'none'}`);
    const open = await load();
    const opened = await open(this.host.port(`port/${this.#options.name}/${service}`), options as never, { reports: this.#options.reports });
    this.#services.push(opened);
    return opened.info;
  }

  report(): HostReport {
    const { heapBytes, ...used } = this.#meter.read();
    return {
      host: this.#options.name,
      actors: this.host.cells.size,
      heapBytes: heapBytes + (this.#options.disks.bytes ?? 0),
      ...used,
      observed: this.#options.reporter?.report((kind) => this.#states(kind)),
    };
  }

  glance(): unknown {
    return this.#options.reporter?.glance?.();
  }

  *#states(kind: string): Iterable<unknown> {
    for (const cell of this.host.cells.values()) if (cell.behaviour.kind === kind) yield cell.state;
  }

  settle(): void {
    collectGarbage();
  }
}

