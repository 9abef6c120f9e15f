import { MessageChannel } from 'node:worker_threads';
import type { ActorSpec, Catalog } from '../../actor.js';
import { codec, useStructures } from '../../codec.js';
import { type FaultPlan, matchesName } from '../../faults/plan.js';
import type { Port } from '../../port.js';
import { DEFAULT_SUPERVISION, type Supervision } from '../../supervision.js';
import type { HostReport, Inspection } from '../control.js';
import { LocalHost, type Reporter } from '../local-host.js';
import { MemoryDisks } from '../memory-disks.js';
import type { Incident, Runtime } from '../runtime.js';
import type { WorkerNotice } from './lifecycle.js';
import { hostOf, type Placement } from './placement.js';
import { PortPeers } from './port-peers.js';
import { WorkerHost } from './worker-host.js';

export interface ThreadsOptions {
  readonly seed: number;
  readonly placement: Placement;
  /** URL of the module that exports `catalog: Catalog`. */
  readonly catalog: string;
  /** URL of a module that exports `reporter(): Reporter`. */
  readonly reporter?: string;
  readonly codec?: 'crossing' | 'always';
  readonly heapMegabytes?: number;
  /** A step that runs longer than this (ms, default 10,000) is wedged; its worker is ended and restarted. */
  readonly wedgedAfter?: number;
  readonly supervision?: Supervision;
  readonly incident?: (incident: Incident) => void;
}

const MAIN = 'main';
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
  #watching: NodeJS.Timeout | undefined;
  #stopping = false;

  private constructor(options: ThreadsOptions, catalog: Catalog, reporter: Reporter | undefined) {
    this.#options = options;
    useStructures(catalog.structures ?? []);
    this.#peers = new PortPeers({ resolve: (actor) => this.#resolve(MAIN, actor) }, reporter?.observer);
    this.#main = new LocalHost({
      name: MAIN, index: 0, incarnation: 1, seed: options.seed, catalog, disks: new MemoryDisks(), peers: this.#peers, reporter,
      recode: options.codec === 'always' ? (message) => codec().decode(codec().encode(message)) as typeof message : undefined,
      failed: (actor, error) => this.#incident(MAIN, 'actor-failed', `${actor.actor}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      escalate: (actor, error) => this.#incident(MAIN, 'gave-up', `${actor.actor}: ${String(error)}`),
    });
  }

  static async create(options: ThreadsOptions): Promise<ThreadsRuntime> {
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
    return worker ? worker.control.open(service, options) : this.#main.open(service, options);
  }

  async applyFaults(plan: FaultPlan): Promise<void> {
    this.#main.applyFaults(plan);
    await Promise.all([...this.#workers.values()].filter((worker) => worker.running).map((worker) => worker.control.applyFaults(plan)));
    for (const action of plan.actions ?? []) {
      const { host } = action;
      if (host === undefined) continue;
      this.#later(action.at, () => {
        for (const worker of this.#workers.values()) {
          if (!matchesName(host, worker.name)) continue;
          if (action.type === 'kill') void worker.terminate('killed by the fault plan');
          else {
            worker.watch.pause();
            this.#later(action.for, () => worker.watch.resume());
          }
        }
      });
    }
  }

  async inspect(actor: string): Promise<Inspection | undefined> {
    const worker = this.#workerOf(actor);
    return worker ? await worker.control.inspect(actor) : this.#main.inspect(actor);
  }

  async reports(): Promise<HostReport[]> {
    const workers = [...this.#workers.values()].filter((worker) => worker.running && !worker.watch.paused);
    return [this.#main.report(), ...(await Promise.all(workers.map(async (worker) => worker.control.report() as Promise<HostReport>)))];
  }

  async settle(): Promise<void> {
    this.#main.settle();
    await Promise.all([...this.#workers.values()].filter((worker) => worker.running).map((worker) => worker.control.settle()));
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watching);
    for (const timer of this.#timers) clearTimeout(timer);
    // In the reverse order of their start: what was there first serves the others to the end.
    for (const worker of [...this.#workers.values()].reverse()) if (how === 'drain' && this.#workers.size < 16) await worker.stop(how);
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(how)));
    await this.#main.stop(how);
  }

  async #startOn(host: string, specs: readonly ActorSpec[]): Promise<void> {
    if (host === MAIN) return this.#main.start(specs);
    let worker = this.#workers.get(host);
    if (!worker) {
      const { seed, catalog, reporter, heapMegabytes, codec: mode } = this.#options;
      worker = new WorkerHost(
        { name: host, index: this.#workers.size + 1, seed, catalog, reporter, recode: mode === 'always', heapMegabytes },
        { notice: (from, notice) => this.#noticed(from, notice), named: (from, actor) => this.#placed.set(actor, from.name), died: (from, why) => this.#died(from, why) },
      );
      this.#workers.set(host, worker);
      await worker.launch();
    }
    worker.specs.push(...specs);
    await worker.control.start(specs);
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
    if (host === undefined) return this.#answer(asker, actor, undefined);
    const worker = this.#workers.get(host);
    if (host !== MAIN && worker?.running !== true) {
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
      if (!worker.running) continue;
      const stuck = worker.watch.stuckFor(now);
      if (stuck < limit) continue;
      this.#incident(worker.name, 'host-wedged', `${worker.latest} has been running for ${Math.round(stuck)} ms`);
      void worker.terminate(`wedged: ${worker.latest}`);
    }
  }

  /** A worker ended by itself or by a fault: the others hear of it, and its next incarnation starts after a back-off. */
  #died(worker: WorkerHost, why: string): void {
    if (this.#stopping) return;
    this.#incident(worker.name, 'host-died', why);
    this.#peers.lost(worker.name);
    for (const other of this.#workers.values()) {
      if (!other.connected.delete(worker.name) && !worker.connected.has(other.name)) continue;
      other.post({ notice: 'lost', host: worker.name });
    }
    const { intensity, backoff } = this.#options.supervision ?? DEFAULT_SUPERVISION;
    const now = performance.now();
    const recent = (this.#restarts.get(worker.name) ?? []).filter((at) => now - at < intensity.within);
    this.#restarts.set(worker.name, [...recent, now]);
    if (recent.length >= intensity.restarts) return this.#incident(worker.name, 'gave-up', `${recent.length + 1} deaths within ${intensity.within / 1000} s; the last: ${why}`);
    this.#later(Math.min(backoff.first * 2 ** recent.length, backoff.most), () => void this.#relaunch(worker));
  }

  async #relaunch(worker: WorkerHost): Promise<void> {
    try {
      await worker.launch();
      await worker.control.start(worker.specs);
      this.#incident(worker.name, 'host-restarted', `incarnation ${worker.incarnation}`);
      this.#answerUnresolved();
    } catch (error) {
      this.#incident(worker.name, 'host-died', String(error));
    }
  }

  #later(milliseconds: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) then();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #incident(host: string, what: Incident['what'], detail: string): void {
    this.#options.incident?.({ host, what, detail });
  }
}
