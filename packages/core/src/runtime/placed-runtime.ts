import type { ActorSpec, Catalog } from '../actor.js';
import { codec, useStructures } from '../codec.js';
import { type FaultAction, type FaultPlan, matchesName, remainingPlan } from '../faults/plan.js';
import type { Port } from '../port.js';
import { DEFAULT_SUPERVISION } from '../supervision.js';
import type { HostControl, HostReport, Inspection } from './control.js';
import { Directory, type KnownHost } from './directory.js';
import type { HostEvent, HostThreads, RunningProcess } from './host-threads.js';
import { LocalHost, type Reporter } from './local-host.js';
import { MemoryDisks } from './memory-disks.js';
import { hostOf, MAIN } from './placement.js';
import type { Incident, Runtime } from './runtime.js';
import type { RuntimeOptions } from './runtime-options.js';
import { decodeState } from './snapshot.js';
import { PortPeers } from './workers/port-peers.js';

/** How many hosts start at a time: more only wait for the same cores. */
const LAUNCHES_AT_ONCE = 4;
/** With more hosts than this a drain does not take them one after the other. */
const DRAINED_IN_ORDER = 16;

/** A host that is a thread somewhere, as its supervisor knows it. */
interface PlacedHost extends KnownHost {
  readonly index: number;
  readonly specs: ActorSpec[];
  readonly services: { readonly service: string; readonly options: unknown }[];
  incarnation: number;
  serving: boolean;
  gone: boolean;
  paused: boolean;
  /** Its thread has been started and has not ended. */
  running: boolean;
  deaths: number;
  /** When a fault plan wants it back, ms after its end. */
  downFor: number | undefined;
}

/** What a runtime is made of: what is loaded on the caller's thread, and how hosts on other threads are had. */
export interface RuntimeParts {
  readonly options: RuntimeOptions;
  readonly catalog: Catalog;
  readonly reporter: Reporter | undefined;
  threads(main: PortPeers, told: (event: HostEvent) => void): HostThreads;
}

/**
 * A run in wall time: hosts on threads, and an inline host `main` on the caller's thread, which holds the ports (and, without other
 * hosts, everything). The main thread knows where actors live, joins hosts that talk, and supervises them from outside.
 */
export class PlacedRuntime implements Runtime {
  readonly #options: RuntimeOptions;
  readonly #main: LocalHost;
  readonly #threads: HostThreads;
  readonly #directory: Directory;
  readonly #hosts = new Map<string, PlacedHost>();
  readonly #restarts = new Map<string, number[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #plan: { readonly plan: FaultPlan; readonly since: number; readonly timers: NodeJS.Timeout[] } | undefined;
  #stopping = false;

  protected constructor({ options, catalog, reporter, threads }: RuntimeParts) {
    this.#options = options;
    useStructures(catalog.structures ?? []);
    const peers = new PortPeers(MAIN, { resolve: (actor) => this.#directory.resolve(MAIN, actor) }, reporter?.observer);
    this.#threads = threads(peers, (event) => this.#told(event));
    this.#directory = new Directory(this.#threads, (host) => (host === MAIN ? INLINE : this.#hosts.get(host)));
    this.#main = new LocalHost({
      name: MAIN, index: 0, incarnation: 1, seed: options.seed, catalog, disks: new MemoryDisks(), peers, reporter,
      hostOf: () => MAIN,
      reports: () => this.reports(),
      latencies: options.latencies,
      recode: options.codec === 'always' ? (message) => codec().recode(message) : undefined,
      failed: (actor, error) => this.#incident(MAIN, 'actor-failed', `${actor.actor}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      escalate: (actor, error) => this.#incident(MAIN, 'gave-up', `${actor.actor}: ${String(error)}`),
    });
  }

  get hosts(): number {
    return this.#hosts.size;
  }

  async start(specs: readonly ActorSpec[]): Promise<void> {
    const { placement } = this.#options;
    const byHost = new Map<string, ActorSpec[]>();
    for (const spec of specs) {
      const host = hostOf(placement, spec);
      this.#directory.place(spec.name, host);
      this.#directory.starting([spec.name]);
      byHost.set(host, [...(byHost.get(host) ?? []), spec]);
    }
    await inParallel([...byHost], ([host, placed]) => this.#startOn(host, placed));
  }

  port(name: string): Port {
    const actor = `port/${name}`;
    this.#directory.place(actor, MAIN);
    return this.#main.host.port(actor);
  }

  async open(actor: string, service: string, options: unknown): Promise<unknown> {
    const host = this.#holderOf(actor);
    // What listens on a thread answers through a port of that thread's host.
    this.#directory.place(`port/${host?.name ?? MAIN}/${service}`, host?.name ?? MAIN);
    if (!host) return this.#main.open(service, options);
    const info = await this.#threads.call(host.name, 'open', service, options);
    host.services.push({ service, options });
    return info;
  }

  async applyFaults(plan: FaultPlan): Promise<void> {
    for (const timer of this.#plan?.timers ?? []) this.#forget(timer);
    const serving = [...this.#hosts.values()].filter((host) => host.serving);
    const actions = (plan.actions ?? []).filter((action) => action.actor === undefined && action.type !== 'slow');
    this.#plan = { plan, since: performance.now(), timers: actions.map((action) => this.#later(action.at, () => this.#act(action))) };
    this.#main.applyFaults(plan);
    const told = serving.map((host) => ({ host, done: this.#threads.call(host.name, 'applyFaults', plan).catch(() => undefined) }));
    // A paused host hears of it when it wakes.
    await Promise.all(told.filter(({ host }) => !host.paused).map(({ done }) => done));
  }

  #act(action: FaultAction): void {
    if (action.process !== undefined) return this.#threads.act?.(action);
    for (const host of this.#hosts.values()) {
      if (!host.serving || !matchesName(action.host, host.name)) continue;
      switch (action.type) {
        case 'kill':
          host.downFor = action.downFor;
          void this.#threads.terminate(host.name, 'killed by the fault plan');
          break;
        case 'restart':
          host.downFor = 0;
          void this.#threads.drain(host.name).then(() => this.#threads.terminate(host.name, 'restarted by the fault plan'));
          break;
        case 'pause':
          host.paused = true;
          this.#threads.pause(host.name);
          this.#later(action.for, () => {
            host.paused = false;
            this.#threads.resume(host.name);
          });
          break;
        case 'slow': // Its own host does it.
          break;
      }
    }
  }

  async inspect(actor: string): Promise<Inspection | undefined> {
    const host = this.#holderOf(actor);
    const bytes = host ? await this.#threads.call(host.name, 'inspect', actor) : this.#main.inspect(actor);
    return bytes && (decodeState(bytes) as Inspection);
  }

  async glance(actor: string): Promise<unknown> {
    const host = this.#holderOf(actor);
    return host ? this.#threads.call(host.name, 'glance') : this.#main.glance();
  }

  async snapshots(): Promise<Uint8Array[]> {
    return [this.#main.snapshot(), ...(await this.#ofHosts('snapshot'))];
  }

  async reports(): Promise<HostReport[]> {
    return [this.#main.report(), ...(await this.#ofHosts('report'))];
  }

  async settle(): Promise<void> {
    this.#main.settle();
    await this.#ofHosts('settle');
  }

  /** The processes besides this one that run hosts now. */
  get processes(): readonly RunningProcess[] {
    return this.#threads.processes ?? [];
  }

  /** Bytes that all processes of the run hold in memory. */
  async residentBytes(): Promise<number> {
    return this.#threads.residentBytes();
  }

  /** What each host says that can say something now. */
  async #ofHosts<K extends 'snapshot' | 'report' | 'settle'>(method: K): Promise<ReturnType<HostControl[K]>[]> {
    const hosts = [...this.#hosts.values()].filter((host) => host.serving && !host.paused);
    const said = await Promise.all(hosts.map(({ name }) => this.#threads.call(name, method, ...([] as unknown as Parameters<HostControl[K]>)).then((value) => ({ value }), () => undefined)));
    return said.flatMap((each) => (each ? [each.value as ReturnType<HostControl[K]>] : []));
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    // In the reverse order of their start: what was there first serves the others to the end.
    if (how === 'drain' && this.#hosts.size < DRAINED_IN_ORDER) for (const host of [...this.#hosts.keys()].reverse()) await this.#threads.stop(host, how);
    await this.#threads.close(how);
    await this.#main.stop(how);
    // Closed ports are gone a turn of the event loop later.
    await new Promise((resolve) => void setImmediate(resolve));
  }

  async #startOn(name: string, specs: readonly ActorSpec[]): Promise<void> {
    if (name === MAIN) await this.#main.start(specs);
    else {
      let host = this.#hosts.get(name);
      if (!host) {
        host = { name, index: this.#hosts.size + 1, specs: [], services: [], incarnation: 0, serving: false, gone: false, paused: false, running: false, deaths: 0, downFor: undefined };
        this.#hosts.set(name, host);
      }
      host.specs.push(...specs);
      if (host.serving) await this.#threads.call(name, 'start', specs);
      else await this.#bringUpFirst(host);
      if (!host.serving) return;
    }
    this.#directory.decided(specs.map((spec) => spec.name));
  }

  /** The first time is the business of who asked for it; but where a whole process died of something else, its hosts come back with it. */
  async #bringUpFirst(host: PlacedHost): Promise<void> {
    const { deaths } = host;
    try {
      await this.#bringUp(host);
    } catch (error) {
      if (host.gone || host.deaths === deaths) throw error;
    }
  }

  /** Starts a host's thread with all that it has to run. */
  async #bringUp(host: PlacedHost): Promise<void> {
    const { heap, niceness, build } = this.#options;
    const { name, index, specs } = host;
    host.running = true;
    await this.#threads.launch({ name, index, incarnation: ++host.incarnation, build: build?.(name), heap: heap?.(name), niceness: niceness?.(name) ?? 0 });
    const plan = this.#plan;
    if (plan) await this.#threads.call(name, 'applyFaults', remainingPlan(plan.plan, performance.now() - plan.since));
    await this.#threads.call(name, 'start', specs);
    for (const { service, options } of host.services) await this.#threads.call(name, 'open', service, options);
    host.serving = true;
    this.#directory.decided(specs.map((spec) => spec.name));
  }

  #holderOf(actor: string): PlacedHost | undefined {
    return this.#hosts.get(this.#directory.holderOf(actor) ?? MAIN);
  }

  #told(event: HostEvent): void {
    switch (event.event) {
      case 'resolve':
        return this.#directory.resolve(event.host, event.actor);
      case 'gather':
        return void this.reports().then((reports) => this.#threads.tell(event.host, { notice: 'gathered', request: event.request, reports }));
      case 'named':
        return this.#directory.place(event.actor, event.host);
      case 'failed':
        return this.#incident(event.host, 'actor-failed', `${event.actor}: ${event.error}`);
      case 'escalated':
        this.#incident(event.host, 'gave-up', `${event.actor}: ${event.error}`);
        void this.#threads.terminate(event.host, `supervision of ${event.actor} gave up`);
        return;
      case 'wedged':
        return this.#incident(event.host, 'host-wedged', event.detail);
      case 'stopped':
        return this.#incident(event.process, 'process-stopped', event.detail);
      case 'died':
        return this.#died(event);
    }
  }

  /** Hosts ended by themselves or by a fault: the others hear of it, and their next incarnations start after a back-off. */
  #died({ hosts: names, process, downFor: asked, why }: Extract<HostEvent, { readonly event: 'died' }>): void {
    if (this.#stopping) return;
    const hosts = names.flatMap((name) => this.#hosts.get(name) ?? []);
    const whole = process ?? names[0] ?? '';
    if (process === undefined) this.#incident(whole, 'host-died', why);
    else this.#incident(whole, 'process-died', `${why}; it ran ${hosts.length} hosts`);
    const wait = asked ?? hosts.find((host) => host.downFor !== undefined)?.downFor ?? this.#backoff(whole);
    const back = hosts.filter((host) => {
      // One that never served is the business of who started it.
      const isFirst = process === undefined && !host.serving && host.incarnation === 1;
      host.deaths++;
      [host.serving, host.running, host.paused, host.downFor] = [false, false, false, undefined];
      host.gone = wait === undefined || isFirst;
      const actors = host.specs.map((spec) => spec.name);
      if (host.gone) this.#directory.decided(actors);
      else this.#directory.starting(actors);
      return !host.gone;
    });
    this.#directory.lost(names, (name) => this.#hosts.get(name)?.gone === false);
    if (wait === undefined) this.#incident(whole, 'gave-up', `too many deaths; the last: ${why}`);
    else if (back.length > 0) this.#later(wait, () => void this.#relaunch(whole, process !== undefined, back.map((host) => ({ host, deaths: host.deaths }))));
  }

  /** How long to wait before what died is started again; `undefined` when it died too often. */
  #backoff(whole: string): number | undefined {
    const { intensity, backoff } = this.#options.supervision ?? DEFAULT_SUPERVISION;
    const now = performance.now();
    const recent = (this.#restarts.get(whole) ?? []).filter((at) => now - at < intensity.within);
    this.#restarts.set(whole, [...recent, now]);
    return recent.length >= intensity.restarts ? undefined : Math.min(backoff.first * 2 ** recent.length, backoff.most);
  }

  async #relaunch(whole: string, isProcess: boolean, hosts: readonly { readonly host: PlacedHost; readonly deaths: number }[]): Promise<void> {
    let back = 0;
    await inParallel(hosts, async ({ host, deaths }) => {
      // It has died once more, alone or with its process: that is dealt with already.
      if (host.deaths !== deaths || this.#stopping) return;
      try {
        await this.#bringUp(host);
        back++;
        if (!isProcess) this.#incident(whole, 'host-restarted', `incarnation ${host.incarnation}`);
      } catch (error) {
        if (host.running && host.deaths === deaths) await this.#threads.terminate(host.name, error instanceof Error ? error.message : String(error));
      }
    });
    if (isProcess && back > 0) this.#incident(whole, 'process-restarted', `${back} of ${hosts.length} hosts run again`);
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

const INLINE: KnownHost = { name: MAIN, serving: true, gone: false };

const inParallel = async <T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> => {
  const queue = [...all];
  await Promise.all(
    Array.from({ length: LAUNCHES_AT_ONCE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await each(next);
    }),
  );
};
