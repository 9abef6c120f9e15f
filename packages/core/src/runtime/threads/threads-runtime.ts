import { setFlagsFromString } from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import type * as Comlink from 'comlink';
import type { ActorSpec, Catalog } from '../../actor.js';
import { codec, useStructures } from '../../codec.js';
import { type FaultAction, type FaultPlan, matchesName, remainingPlan } from '../../faults/plan.js';
import type { Port } from '../../port.js';
import { DEFAULT_SUPERVISION, type Supervision } from '../../supervision.js';
import type { HostControl, HostReport, Inspection } from '../control.js';
import type { LinkLatency } from '../links.js';
import { LocalHost, type Reporter } from '../local-host.js';
import { MemoryDisks } from '../memory-disks.js';
import type { Incident, Runtime } from '../runtime.js';
import { decodeState } from '../snapshot.js';
import type { WorkerNotice } from '../workers/lifecycle.js';
import { hostOf, type Placement } from '../placement.js';
import { PortPeers } from '../workers/port-peers.js';
import { type HeapLimits, WorkerHost } from '../workers/worker-host.js';

export interface ThreadsOptions {
  readonly seed: number;
  readonly placement: Placement;
  /** URL of the module that exports `catalog: Catalog`. */
  readonly catalog: string;
  /** URL of a module that exports `reporter(): Reporter`. */
  readonly reporter?: string;
  /** Another build of what a host loads, such as a bundle: a hundred small modules take a worker longer than all else. Default: none. */
  readonly build?: (host: string) => HostBuild | undefined;
  readonly codec?: 'crossing' | 'always';
  /** How long messages take on links, by the clock; default: no longer than they have to. */
  readonly latencies?: readonly LinkLatency[];
  /** Limits of a host's heap; a host that outgrows its own is ended and restarted. Default: Node's. */
  readonly heap?: (host: string) => HeapLimits;
  /** How far a host's thread stands back when there are more that want to run than cores: a nice value (Linux). Default 0. */
  readonly niceness?: (host: string) => number;
  /** A step that runs longer than this (ms, default 10,000) is wedged; its worker is ended and restarted. */
  readonly wedgedAfter?: number;
  readonly supervision?: Supervision;
  readonly incident?: (incident: Incident) => void;
}

/** The URL of a worker's entry that brings its own catalog and reporter along, and calls `serveHost` with them. */
export interface HostBuild {
  readonly worker: string;
}

const MAIN = 'main';

/** V8's settings for a few busy threads: megabytes of room for what is short-lived, which would else grow from one by a collection for each doubling. */
const FEW_ISOLATES = ['--min-semi-space-size=16'];

/** V8's settings for a thread for each actor. They are the same from before the first worker on: compiled code suits only the settings that it was made under. */
const MANY_ISOLATES = [
  // V8 collects the garbage of idle heaps eight seconds after their start (`--gc-memory-reducer-start-delay-ms`): hundreds of collections
  // at once, which take the cores from all that has work to do.
  '--no-memory-reducer',
  // Optimising a function takes longer than most threads will ever run it; fifteen times V8's own budget, which a busy thread has used up in no time.
  '--interrupt-budget=1000000',
  // For the same reason its quick compiler waits until there is more to compile (eight times its default).
  '--baseline-batch-compilation-threshold=32768',
  // What V8's four helper threads do for one of hundreds, they do before all that stand back for others, and where they have to wait for one that does,
  // all threads wait for them.
  '--no-concurrent-recompilation',
  '--no-parallel-scavenge',
  // Megabytes before old objects are collected for the first time. Sweeping after it ends on V8's four helper threads, which then wait for a core
  // behind all others, and a thread that waits for them looks again and again: the control plane's would do little else.
  '--initial-old-space-size=256',
  // What `settle` would set later.
  '--expose-gc',
];
const WATCH_EVERY_MS = 250;
/** How many workers start at a time: more only wait for the same cores. */
const LAUNCHES_AT_ONCE = 4;

/**
 * Hosts on worker threads of this process, and an inline host `main` on the caller's thread, which holds the ports (and, without
 * workers, everything). The main thread knows where actors live, joins hosts that talk, and supervises workers from outside.
 */
export class ThreadsRuntime implements Runtime {
  readonly #options: ThreadsOptions;
  readonly #main: LocalHost;
  readonly #peers: PortPeers;
  readonly #workers = new Map<string, WorkerHost>();
  readonly #placed = new Map<string, string>();
  readonly #unanswered = new Map<string, Set<string>>();
  readonly #restarts = new Map<string, number[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Actors that are placed on a host that has not started them yet. */
  readonly #starting = new Set<string>();
  #plan: { readonly plan: FaultPlan; readonly since: number; readonly timers: NodeJS.Timeout[] } | undefined;
  #watching: NodeJS.Timeout | undefined;
  #stopping = false;

  private constructor(options: ThreadsOptions, catalog: Catalog, reporter: Reporter | undefined) {
    this.#options = options;
    useStructures(catalog.structures ?? []);
    this.#peers = new PortPeers(MAIN, { resolve: (actor) => this.#resolve(MAIN, actor) }, reporter?.observer);
    this.#main = new LocalHost({
      name: MAIN, index: 0, incarnation: 1, seed: options.seed, catalog, disks: new MemoryDisks(), peers: this.#peers, reporter,
      hostOf: () => MAIN,
      latencies: options.latencies,
      recode: options.codec === 'always' ? (message) => codec().recode(message) : undefined,
      failed: (actor, error) => this.#incident(MAIN, 'actor-failed', `${actor.actor}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      escalate: (actor, error) => this.#incident(MAIN, 'gave-up', `${actor.actor}: ${String(error)}`),
    });
  }

  static async create(options: ThreadsOptions): Promise<ThreadsRuntime> {
    for (const flag of options.placement.otherwise === 'own' ? MANY_ISOLATES : FEW_ISOLATES) setFlagsFromString(flag);
    const { catalog } = (await import(options.catalog)) as { readonly catalog: Catalog };
    const reporter = options.reporter === undefined ? undefined : ((await import(options.reporter)) as { readonly reporter: () => Reporter }).reporter();
    return new ThreadsRuntime(options, catalog, reporter);
  }

  get hosts(): number {
    return this.#workers.size;
  }

  async start(specs: readonly ActorSpec[]): Promise<void> {
    const byHost = new Map<string, ActorSpec[]>();
    for (const spec of specs) {
      const host = this.#options.placement.hosts === 0 && this.#options.placement.otherwise !== 'own' ? MAIN : hostOf(this.#options.placement, spec);
      this.#placed.set(spec.name, host);
      this.#starting.add(spec.name);
      byHost.set(host, [...(byHost.get(host) ?? []), spec]);
    }
    this.#watching ??= setInterval(() => this.#watch(), WATCH_EVERY_MS).unref();
    const queue = [...byHost];
    await Promise.all(
      Array.from({ length: LAUNCHES_AT_ONCE }, async () => {
        for (let next = queue.shift(); next; next = queue.shift()) await this.#startOn(...next);
      }),
    );
  }

  port(name: string): Port {
    const actor = `port/${name}`;
    this.#placed.set(actor, MAIN);
    return this.#main.host.port(actor);
  }

  async open(actor: string, service: string, options: unknown): Promise<unknown> {
    const worker = this.#workerOf(actor);
    // What listens on a worker answers through a port of that worker.
    this.#placed.set(`port/${worker?.name ?? MAIN}/${service}`, worker?.name ?? MAIN);
    if (!worker) return this.#main.open(service, options);
    const info = await worker.call(async (control) => control.open(service, options));
    worker.services.push({ service, options });
    return info;
  }

  async applyFaults(plan: FaultPlan): Promise<void> {
    for (const timer of this.#plan?.timers ?? []) this.#forget(timer);
    const serving = [...this.#workers.values()].filter((worker) => worker.serving);
    const actions = (plan.actions ?? []).filter((action) => action.host !== undefined && action.type !== 'slow');
    this.#plan = { plan, since: performance.now(), timers: actions.map((action) => this.#later(action.at, () => this.#act(action))) };
    this.#main.applyFaults(plan);
    const told = serving.map((worker) => ({ worker, done: worker.call(async (control) => control.applyFaults(plan)).catch(() => undefined) }));
    // A paused worker hears of it when it wakes.
    await Promise.all(told.filter(({ worker }) => !worker.watch.paused).map(({ done }) => done));
  }

  #act(action: FaultAction): void {
    for (const worker of this.#workers.values()) {
      if (!worker.serving || !matchesName(action.host, worker.name)) continue;
      switch (action.type) {
        case 'kill':
          worker.downFor = action.downFor;
          void worker.terminate('killed by the fault plan');
          break;
        case 'restart':
          worker.downFor = 0;
          void worker.drain().then(() => worker.terminate('restarted by the fault plan'));
          break;
        case 'pause':
          worker.watch.pause();
          this.#later(action.for, () => worker.watch.resume());
          break;
        case 'slow': // Its own host does it.
          break;
      }
    }
  }

  async inspect(actor: string): Promise<Inspection | undefined> {
    const worker = this.#workerOf(actor);
    const bytes = worker ? await worker.call(async (control) => control.inspect(actor)) : this.#main.inspect(actor);
    return bytes && (decodeState(bytes) as Inspection);
  }

  async glance(actor: string): Promise<unknown> {
    const worker = this.#workerOf(actor);
    return worker ? worker.call(async (control) => control.glance()) : this.#main.glance();
  }

  async snapshots(): Promise<Uint8Array[]> {
    return [this.#main.snapshot(), ...(await this.#ofWorkers(async (control) => control.snapshot()))];
  }

  async reports(): Promise<HostReport[]> {
    return [this.#main.report(), ...(await this.#ofWorkers(async (control) => control.report() as Promise<HostReport>))];
  }

  async settle(): Promise<void> {
    this.#main.settle();
    await this.#ofWorkers(async (control) => control.settle());
  }

  /** What each worker says that can say something now. */
  async #ofWorkers<T>(ask: (control: Comlink.Remote<HostControl>) => Promise<T>): Promise<T[]> {
    const workers = [...this.#workers.values()].filter((worker) => worker.serving && !worker.watch.paused);
    const said = await Promise.all(workers.map((worker) => worker.call(ask).then((value) => ({ value }), () => undefined)));
    return said.flatMap((each) => (each ? [each.value] : []));
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watching);
    for (const timer of this.#timers) clearTimeout(timer);
    // In the reverse order of their start: what was there first serves the others to the end.
    for (const worker of [...this.#workers.values()].reverse()) if (how === 'drain' && this.#workers.size < 16) await worker.stop(how);
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(how)));
    await this.#main.stop(how);
    // Closed ports are gone a turn of the event loop later.
    await new Promise((resolve) => void setImmediate(resolve));
  }

  async #startOn(host: string, specs: readonly ActorSpec[]): Promise<void> {
    if (host === MAIN) {
      await this.#main.start(specs);
      return this.#started(specs);
    }
    let worker = this.#workers.get(host);
    if (!worker) {
      const { seed, heap, niceness, codec: mode } = this.#options;
      const { catalog, reporter, build } = this.#options;
      worker = new WorkerHost(
        { name: host, index: this.#workers.size + 1, seed, entry: build?.(host)?.worker, catalog, reporter, recode: mode === 'always', latencies: this.#options.latencies, heap: heap?.(host), niceness: niceness?.(host) ?? 0 },
        { notice: (from, notice) => this.#noticed(from, notice), named: (from, actor) => this.#placed.set(actor, from.name), died: (from, why) => this.#died(from, why) },
      );
      this.#workers.set(host, worker);
    }
    worker.specs.push(...specs);
    if (worker.serving) await worker.call(async (control) => control.start(specs));
    else await this.#bringUp(worker);
    this.#started(specs);
  }

  /** Starts a worker with all that it has to run. */
  async #bringUp(worker: WorkerHost): Promise<void> {
    await worker.launch();
    const plan = this.#plan;
    if (plan) await worker.call(async (control) => control.applyFaults(remainingPlan(plan.plan, performance.now() - plan.since)));
    await worker.call(async (control) => control.start(worker.specs));
    for (const { service, options } of worker.services) await worker.call(async (control) => control.open(service, options));
    worker.serving = true;
    this.#started(worker.specs);
  }

  #started(specs: readonly ActorSpec[]): void {
    for (const { name } of specs) this.#starting.delete(name);
    this.#answerUnresolved();
  }

  #workerOf(actor: string): WorkerHost | undefined {
    return this.#workers.get(this.#placed.get(actor) ?? MAIN);
  }

  #noticed(from: WorkerHost, notice: WorkerNotice): void {
    switch (notice.notice) {
      case 'resolve':
        return this.#resolve(from.name, notice.actor);
      case 'failed':
        return this.#incident(from.name, 'actor-failed', `${notice.actor}: ${notice.error}`);
      case 'escalated':
        this.#incident(from.name, 'gave-up', `${notice.actor}: ${notice.error}`);
        void from.terminate(`supervision of ${notice.actor} gave up`);
        return;
      case 'ready':
      case 'name':
      case 'segment':
      case 'freed':
        return;
    }
  }

  /** Says to `asker` where an actor lives, once its host runs, and joins the two. */
  #resolve(asker: string, actor: string): void {
    const host = this.#placed.get(actor);
    const worker = host === undefined ? undefined : this.#workers.get(host);
    if (host === undefined || worker?.gone === true) return this.#answer(asker, actor, undefined);
    // An actor that is about to start is waited for; on the asker's own host that is the host's to know.
    if (asker !== host && ((host !== MAIN && worker?.serving !== true) || this.#starting.has(actor))) {
      const waiting = this.#unanswered.get(actor) ?? new Set();
      this.#unanswered.set(actor, waiting.add(asker));
      return;
    }
    if (asker !== host) this.#join(asker, host);
    this.#answer(asker, actor, host);
  }

  #answerUnresolved(): void {
    for (const [actor, askers] of [...this.#unanswered]) {
      this.#unanswered.delete(actor);
      for (const asker of askers) this.#resolve(asker, actor);
    }
  }

  #answer(asker: string, actor: string, host: string | undefined): void {
    if (asker === MAIN) this.#peers.resolved(actor, host);
    else this.#workers.get(asker)?.post({ notice: 'resolved', actor, host });
  }

  #join(a: string, b: string): void {
    const [first, second] = [this.#workers.get(a), this.#workers.get(b)];
    if (first?.connected.has(b) || second?.connected.has(a)) return;
    const { port1, port2 } = new MessageChannel();
    if (a === MAIN) this.#peers.connect(b, port1);
    else first?.post({ notice: 'connect', host: b, port: port1 });
    if (b === MAIN) this.#peers.connect(a, port2);
    else second?.post({ notice: 'connect', host: a, port: port2 });
    first?.connected.add(b);
    second?.connected.add(a);
  }

  #watch(): void {
    const now = performance.now();
    const limit = this.#options.wedgedAfter ?? 10_000;
    for (const worker of this.#workers.values()) {
      if (!worker.running || worker.ending) continue;
      const stuck = worker.watch.stuckFor(now, 2 * WATCH_EVERY_MS);
      if (stuck < limit) continue;
      this.#incident(worker.name, 'host-wedged', `${worker.latest} has been running for ${Math.round(stuck)} ms`);
      void worker.terminate(`wedged: ${worker.latest}`);
    }
  }

  /** A worker ended by itself or by a fault: the others hear of it, and its next incarnation starts after a back-off. */
  #died(worker: WorkerHost, why: string): void {
    if (this.#stopping) return;
    this.#incident(worker.name, 'host-died', why);
    const { downFor } = worker;
    worker.downFor = undefined;
    const wait = downFor ?? this.#backoff(worker);
    // One that never served is the business of who started it.
    const isFirst = worker.specs.some((spec) => this.#starting.has(spec.name)) && worker.incarnation === 1;
    worker.gone = wait === undefined || isFirst;
    for (const spec of worker.specs) {
      if (worker.gone) this.#starting.delete(spec.name);
      else this.#starting.add(spec.name);
    }
    this.#peers.lost(worker.name, !worker.gone);
    for (const other of this.#workers.values()) {
      if (!other.connected.delete(worker.name) && !worker.connected.has(other.name)) continue;
      other.post({ notice: 'lost', host: worker.name, restarting: !worker.gone });
    }
    if (!worker.gone && wait !== undefined) return void this.#later(wait, () => void this.#relaunch(worker));
    if (!isFirst) this.#incident(worker.name, 'gave-up', `too many deaths; the last: ${why}`);
    this.#answerUnresolved();
  }

  /** How long to wait before a worker is started again; `undefined` when it died too often. */
  #backoff(worker: WorkerHost): number | undefined {
    const { intensity, backoff } = this.#options.supervision ?? DEFAULT_SUPERVISION;
    const now = performance.now();
    const recent = (this.#restarts.get(worker.name) ?? []).filter((at) => now - at < intensity.within);
    this.#restarts.set(worker.name, [...recent, now]);
    return recent.length >= intensity.restarts ? undefined : Math.min(backoff.first * 2 ** recent.length, backoff.most);
  }

  async #relaunch(worker: WorkerHost): Promise<void> {
    try {
      await this.#bringUp(worker);
      this.#incident(worker.name, 'host-restarted', `incarnation ${worker.incarnation}`);
    } catch (error) {
      // If it ended, that is told and dealt with already.
      if (worker.running) await worker.terminate(error instanceof Error ? error.message : String(error));
    }
  }

  #later(milliseconds: number, then: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) then();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #incident(host: string, what: Incident['what'], detail: string): void {
    this.#options.incident?.({ host, what, detail });
  }
}
