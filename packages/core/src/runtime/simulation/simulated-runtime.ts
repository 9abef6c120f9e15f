import type { ActorSpec, AnyActorDefinition, Catalog } from '../../actor.js';
import { useStructures } from '../../codec.js';
import { sweepDecodedValues } from '../../encoded.js';
import type { FaultPlan } from '../../faults/plan.js';
import { failure } from '../../message.js';
import type { Port } from '../../port.js';
import type { Service } from '../../service.js';
import { type Instant, instantOf } from '../../time.js';
import { type HostReport, inspect, type Inspection } from '../control.js';
import { REQUEST_TIMEOUT } from '../host.js';
import { collectGarbage, HostMeter } from '../host-meter.js';
import { loadParts, type PartsOptions } from '../load-parts.js';
import type { Reporter } from '../local-host.js';
import type { Incident, Runtime } from '../runtime.js';
import { decodeState, encodeState } from '../snapshot.js';
import { assertComplete, type Input, type InputLog } from './input-log.js';
import { Simulation, type SimulationOptions } from './simulation.js';
import { SimulationLoop } from './simulation-loop.js';
import type { VirtualClock } from './virtual-clock.js';

export interface SimulatedOptions extends PartsOptions {
  readonly seed: number;
  readonly codec?: 'crossing' | 'always';
  /** Latency of links; default: that of a `Simulation`. */
  readonly latencies?: SimulationOptions['latencies'];
  /** Where virtual time begins. Default: a week before now, so that what clients work out with their own clocks is not of the future. */
  readonly epoch?: Instant;
  /** Virtual seconds in one of wall time; 0: the clock stands. Default 1. */
  readonly speed?: number;
  /** How many inputs are kept to play the run again. Default 100,000. */
  readonly mostInputs?: number;
  readonly incident?: (incident: Incident) => void;
}

const HOST = 'simulation';
const WEEK = 7 * 24 * 3600 * 1000;
const SECOND = 1000;
const MOST_INPUTS = 100_000;
/** Decoded values that nobody has asked for in one to two of these are given up. */
const SWEEP_MS = 5000;

/**
 * A simulation that the outside meets as any runtime: through ports, and services such as the HTTPS edge. It runs on the caller's thread, in turns of a
 * few milliseconds. What has entered it is kept, and plays it again.
 */
export class SimulatedRuntime implements Runtime {
  readonly clock: VirtualClock;
  readonly #options: SimulatedOptions;
  readonly #catalog: Catalog;
  readonly #reporter: Reporter | undefined;
  readonly #simulation: Simulation;
  readonly #loop: SimulationLoop;
  readonly #epoch: Instant;
  readonly #inputs: InputLog['inputs'][number][] = [];
  readonly #loaded = new Set<string>();
  readonly #services: Service[] = [];
  readonly #meter = new HostMeter();
  readonly #sweeping: NodeJS.Timeout;
  #isComplete = true;
  #followers = 0;
  #stopped = false;

  private constructor(options: SimulatedOptions, catalog: Catalog, reporter: Reporter | undefined) {
    this.#options = options;
    this.#catalog = catalog;
    this.#reporter = reporter;
    useStructures(catalog.structures ?? []);
    const { seed, latencies, incident } = options;
    this.#epoch = options.epoch ?? instantOf(Math.floor((Date.now() - WEEK) / SECOND) * SECOND);
    this.#simulation = new Simulation({
      seed, epoch: this.#epoch, codec: options.codec ?? 'crossing', definitions: [], ...(latencies && { latencies }), ...(reporter && { observer: reporter.observer }),
      incident: (what, actor, error) => incident?.({ host: HOST, what, detail: `${actor}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }),
    });
    this.#loop = new SimulationLoop(this.#simulation, options.speed ?? 1, {
      entered: (at, input) => this.#keep(at, input),
      failed: (error) => {
        incident?.({ host: HOST, what: 'gave-up', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        this.#close();
      },
    });
    this.clock = this.#loop;
    this.#sweeping = setInterval(sweepDecodedValues, SWEEP_MS).unref();
  }

  static async create(options: SimulatedOptions): Promise<SimulatedRuntime> {
    const { catalog, reporter } = await loadParts(options);
    return new SimulatedRuntime(options, catalog, reporter);
  }

  /**
   * Plays a run again and goes on from where it had got; nobody follows its feeds or waits for its answers any more. What enters from then on is kept
   * with what the log has. Rejects if the log is not complete, has actors that the catalog has not,
   * or comes to an end that no run goes on from.
   */
  static async resume(log: InputLog, options: Omit<SimulatedOptions, 'seed' | 'epoch' | 'codec' | 'latencies'>): Promise<SimulatedRuntime> {
    assertComplete(log);
    const { seed, epoch, latencies } = log;
    const runtime = await SimulatedRuntime.create(Object.assign({}, options, { seed, epoch, codec: log.codec }, latencies && { latencies }));
    for (const { input } of log.inputs) if (input.type === 'start') await runtime.#loadAll(input.specs);
    runtime.#loop.resume(log);
    const open = new Set<number>();
    for (const { input } of log.inputs) {
      if (input.type === 'follow') open.add((runtime.#followers = input.follower));
      else if (input.type === 'unfollow') open.delete(input.follower);
    }
    for (const follower of open) runtime.#loop.enter({ type: 'unfollow', follower });
    return runtime;
  }

  get hosts(): number {
    return 0;
  }

  /** A hash of everything that has run so far, and when. */
  get traceHash(): string {
    return this.#simulation.traceHash;
  }

  /** What has entered so far; `replayInputs` plays the run again from it. */
  get inputs(): InputLog {
    const { seed, codec = 'crossing', latencies } = this.#options;
    return { seed, codec, epoch: this.#epoch, ...(latencies && { latencies }), inputs: [...this.#inputs], until: this.#simulation.now, complete: this.#isComplete };
  }

  async start(specs: readonly ActorSpec[]): Promise<void> {
    await this.#loadAll(specs);
    this.#loop.enter({ type: 'start', specs });
  }

  port(name: string): Port {
    return this.#portOf(`port/${name}`);
  }

  async open(_actor: string, service: string, options: unknown): Promise<unknown> {
    const load = this.#catalog.services?.[service];
    if (!load) throw new Error(`no service ${service} in the catalog; it has ${Object.keys(this.#catalog.services ?? {}).join(', ') || 'none'}`);
    const opened = await (await load())(this.#portOf(`port/${HOST}/${service}`), options as never, { reports: () => this.reports() });
    this.#services.push(opened);
    return opened.info;
  }

  async applyFaults(plan: FaultPlan): Promise<void> {
    this.#loop.enter({ type: 'faults', plan });
  }

  async inspect(actor: string): Promise<Inspection | undefined> {
    const inspection = inspect(this.#simulation.host, actor);
    return inspection && (decodeState(encodeState(inspection)) as Inspection);
  }

  async snapshots(): Promise<Uint8Array[]> {
    return [this.#simulation.snapshot()];
  }

  async reports(): Promise<HostReport[]> {
    const { cells } = this.#simulation.host;
    return [Object.assign({ host: HOST, actors: cells.size, observed: this.#reporter?.report((kind) => this.#states(kind)) }, this.#meter.read())];
  }

  async glance(): Promise<unknown> {
    return this.#reporter?.glance?.();
  }

  async settle(): Promise<void> {
    collectGarbage();
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const service of this.#services.splice(0).reverse()) await service.close();
    const { host } = this.#simulation;
    if (how === 'drain') {
      this.#loop.finally(() => {
        for (const cell of [...host.cells.values()].reverse()) if (cell.parent === undefined) host.supervisor.stop(cell.address);
      });
    }
    this.#loop.stop(new Error('the cluster was stopped'));
    this.#close();
  }

  /** Who waits for an answer, and who follows, is told that there will be nothing. */
  #close(): void {
    const { host } = this.#simulation;
    clearInterval(this.#sweeping);
    this.#meter.stop();
    host.closed = true;
    host.slots.failWhere(() => true, failure('unavailable'));
    host.traffic.close();
  }

  #portOf(name: string): Port {
    const loop = this.#loop;
    return {
      now: () => loop.now(),
      send: (to, message) => loop.enter({ type: 'send', port: name, to, message }),
      request: (to, message, timeout = REQUEST_TIMEOUT, waiting = 'ahead') =>
        new Promise((resolve) => {
          const waited = loop.wait(waiting);
          const answered = (reply: unknown): void => {
            waited();
            resolve(reply as never);
          };
          loop.enter({ type: 'request', port: name, to, message, timeout }, { answered });
        }),
      subscribe: (owner, feed, options, follower) => {
        const number = ++this.#followers;
        loop.enter({ type: 'follow', port: name, follower: number, owner, feed, options }, { follower });
        return () => loop.enter({ type: 'unfollow', follower: number });
      },
    };
  }

  #keep(at: Instant, input: Input): void {
    if (this.#isComplete && this.#inputs.length >= (this.#options.mostInputs ?? MOST_INPUTS)) {
      this.#isComplete = false;
      this.#inputs.length = 0;
    }
    if (this.#isComplete) this.#inputs.push({ at, input });
  }

  *#states(kind: string): Iterable<unknown> {
    for (const cell of this.#simulation.host.cells.values()) if (cell.behaviour.kind === kind) yield cell.state;
  }

  async #loadAll(specs: readonly ActorSpec[]): Promise<void> {
    for (const kind of new Set(specs.map((spec) => spec.kind))) await this.#load(kind);
  }

  /** Loads the code of a kind of actors, and of those that it may spawn if the catalog lists them under `KIND/...`. */
  async #load(kind: string): Promise<void> {
    if (this.#loaded.has(kind)) return;
    const { actors } = this.#catalog;
    const wanted = Object.keys(actors).filter((name) => name === kind || name.startsWith(`${kind}/`));
    if (!wanted.includes(kind)) throw new Error(`no actor of kind ${kind} in the catalog; it has ${Object.keys(actors).join(', ')}`);
    for (const name of wanted) this.#simulation.define(await (actors[name] as () => Promise<AnyActorDefinition>)());
    this.#loaded.add(kind);
  }
}
