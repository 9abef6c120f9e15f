import { MessageChannel, type MessagePort, SHARE_ENV, Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { ActorSpec } from '../../actor.js';
import type { HostControl } from '../control.js';
import type { LinkLatency } from '../links.js';
import type { HostNotice, WorkerNotice, WorkerStart } from './lifecycle.js';
import type { Segment } from './shared-disks.js';
import { type Names, TURN_CELL_BYTES, TurnWatch } from './turn-cell.js';

/** A worker whose actors have not stopped after this long is ended all the same. */
const DRAIN_MS = 5000;

/** V8's limits for the heap of a worker, in megabytes. */
export interface HeapLimits {
  readonly oldMegabytes: number;
  /** Room for what is short-lived. Node's own choice for workers is so small that a busy host does little but collect garbage. */
  readonly youngMegabytes?: number;
}

export interface WorkerHostOptions {
  readonly name: string;
  readonly index: number;
  readonly seed: number;
  /** URL of the worker's entry, if not this build's. */
  readonly entry: string | undefined;
  readonly catalog: string;
  readonly reporter: string | undefined;
  readonly recode: boolean;
  readonly latencies: readonly LinkLatency[] | undefined;
  readonly heap: HeapLimits | undefined;
  readonly niceness: number;
}

export interface WorkerHostEvents {
  notice(host: WorkerHost, notice: WorkerNotice): void;
  /** An actor has started on the worker; what is spawned is known by name too. */
  named(host: WorkerHost, actor: string): void;
  /** The worker is gone, though nobody asked it to go. */
  died(host: WorkerHost, why: string): void;
}

/** A host on a worker thread, as the main thread holds it: its control surface, its disks, and the cell that says what it does. */
export class WorkerHost {
  readonly options: WorkerHostOptions;
  readonly specs: ActorSpec[] = [];
  readonly services: { readonly service: string; readonly options: unknown }[] = [];
  readonly connected = new Set<string>();
  /** Its actors have started: who asks for them can be sent here. */
  serving = false;
  /** It ended and will not be started again. */
  gone = false;
  /** When a fault plan wants it back, ms after its end. */
  downFor: number | undefined;
  incarnation = 0;
  watch!: TurnWatch;
  #worker: Worker | undefined;
  #control: Comlink.Remote<HostControl> | undefined;
  #port: MessagePort | undefined;
  #closed: Promise<void> | undefined;
  #names: Names = { actors: [], steps: [] };
  #segments: Segment[] = [];
  #why: string | undefined;
  #ending = false;
  #leaving = false;
  readonly #calls = new Set<(why: Error) => void>();
  readonly #events: WorkerHostEvents;

  constructor(options: WorkerHostOptions, events: WorkerHostEvents) {
    this.options = options;
    this.#events = events;
  }

  get name(): string {
    return this.options.name;
  }

  /** Calls the worker's control surface; fails if the worker ends before it answers. */
  async call<T>(what: (control: Comlink.Remote<HostControl>) => Promise<T>): Promise<T> {
    const control = this.#control;
    if (!control) throw new Error(`host ${this.name} is not running`);
    return new Promise((resolve, reject) => {
      this.#calls.add(reject);
      what(control).then(resolve, reject).finally(() => this.#calls.delete(reject));
    });
  }

  get running(): boolean {
    return this.#control !== undefined;
  }

  /** What the worker runs, or ran last: actor and step by name. */
  get latest(): string {
    return this.watch.latest(this.#names);
  }

  /** Starts the worker, or the next incarnation of it; resolves when its control surface answers. */
  async launch(): Promise<void> {
    this.incarnation++;
    this.#why = undefined;
    this.#ending = false;
    this.#names = { actors: [], steps: [] };
    this.connected.clear();
    const turnCell = new SharedArrayBuffer(TURN_CELL_BYTES);
    this.watch = new TurnWatch(turnCell);
    const { port1, port2 } = new MessageChannel();
    const { name, index, seed, entry, catalog, reporter, recode, latencies, heap, niceness } = this.options;
    const start: WorkerStart = { name, index, incarnation: this.incarnation, seed, catalog, reporter, recode, latencies, niceness, segments: this.#segments, turnCell, control: port2 };
    const worker = new Worker(entry === undefined ? new URL('./host-worker.js', import.meta.url) : new URL(entry), {
      workerData: start,
      transferList: [port2],
      name,
      // Workers neither change the environment nor leave files open.
      env: SHARE_ENV,
      trackUnmanagedFds: false,
      ...(heap && { resourceLimits: { maxOldGenerationSizeMb: heap.oldMegabytes, ...(heap.youngMegabytes !== undefined && { maxYoungGenerationSizeMb: heap.youngMegabytes }) } }),
    });
    this.#worker = worker;
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (notice: WorkerNotice) => {
        if (notice.notice === 'ready') resolve();
        else this.#noticed(notice);
      });
      worker.on('error', (error) => {
        this.#why ??= `${error.message}; latest: ${this.latest}`;
      });
      worker.on('exit', () => {
        reject(new Error(`host ${name} ended before it was ready: ${this.#why ?? 'no reason given'}`));
        if (this.#worker !== worker) return;
        this.#worker = undefined;
        const why = this.#why ?? `it exited; latest: ${this.latest}`;
        this.#release(why);
        if (!this.#leaving) this.#events.died(this, why);
      });
    });
    this.#port = port1;
    // Asked for now: it also closes by itself when the other end goes.
    this.#closed = new Promise((resolve) => void port1.once('close', resolve));
    this.#control = Comlink.wrap<HostControl>(nodeEndpoint(port1));
  }

  post(notice: HostNotice): void {
    if (!this.#worker) return;
    if (notice.notice === 'connect') this.#worker.postMessage(notice, [notice.port]);
    else this.#worker.postMessage(notice);
  }

  /** Ends the worker whatever it does. */
  async terminate(why: string): Promise<void> {
    this.#why ??= why;
    this.#ending = true;
    await this.#worker?.terminate();
  }

  /** It has been told to end, and has not yet. */
  get ending(): boolean {
    return this.#ending;
  }

  async stop(how: 'drain' | 'abort'): Promise<void> {
    this.#leaving = true;
    this.watch.resume();
    if (how === 'drain' && this.#control) await this.drain();
    await this.#worker?.terminate();
    this.#release('it was stopped');
    await this.#closed;
  }

  /** Lets its actors stop in order, for as long as they may take. */
  async drain(): Promise<void> {
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timeout = setTimeout(resolve, DRAIN_MS);
    });
    await Promise.race([this.call(async (control) => control.stop('drain')).catch(() => undefined), late]);
    clearTimeout(timeout);
  }

  #noticed(notice: WorkerNotice): void {
    switch (notice.notice) {
      case 'segment':
        this.#forget(notice.segment);
        this.#segments.push(notice.segment);
        return;
      case 'freed':
        return this.#forget(notice.segment);
      case 'name':
        if (notice.of === 'actor') this.#events.named(this, notice.name);
        (notice.of === 'actor' ? this.#names.actors : this.#names.steps)[notice.index] = notice.name;
        return;
      default:
        return this.#events.notice(this, notice);
    }
  }

  #forget({ actor, log, base }: Pick<Segment, 'actor' | 'log' | 'base'>): void {
    this.#segments = this.#segments.filter((segment) => segment.actor !== actor || segment.log !== log || segment.base !== base);
  }

  #release(why: string): void {
    this.serving = false;
    for (const reject of this.#calls) reject(new Error(`host ${this.name} ended: ${why}`));
    this.#calls.clear();
    this.#control?.[Comlink.releaseProxy]();
    this.#control = undefined;
    const port = this.#port;
    if (!port) return;
    this.#port = undefined;
    port.close();
  }
}
