import { readFileSync } from 'node:fs';
import { MessageChannel, type MessagePort, SHARE_ENV, Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { HostControl } from '../control.js';
import type { Answer, HostStart } from '../host-threads.js';
import type { LinkLatency } from '../links.js';
import type { HostNotice, WorkerNotice, WorkerStart } from './lifecycle.js';
import type { Segment } from './shared-disks.js';
import { type Names, TURN_CELL_BYTES, TurnWatch } from './turn-cell.js';

/** A worker whose actors have not stopped after this long is ended all the same. */
const DRAIN_MS = 5000;

/** What all workers of a process have in common. */
export interface WorkerOptions {
  readonly seed: number;
  readonly catalog: string;
  readonly reporter: string | undefined;
  readonly recode: boolean;
  readonly latencies: readonly LinkLatency[] | undefined;
  /** Workers collect what Node leaves behind when it starts before they load anything: a megabyte less each, for a few milliseconds. */
  readonly compact: boolean;
  /** Where disks are files that outlive the process; absent: in memory that outlives the worker. */
  readonly diskFolder: string | undefined;
}

export interface WorkerEvents {
  notice(host: WorkerHost, notice: Exclude<WorkerNotice, { readonly notice: 'ready' | 'names' | 'segment' | 'freed' }>): void;
  /** The worker is gone, though nobody asked it to go. */
  died(host: WorkerHost, why: string): void;
}

/** A host on a worker thread, as its process holds it: its control surface, its disks, and the cell that says what it does. */
export class WorkerHost {
  readonly name: string;
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
  readonly #options: WorkerOptions;
  readonly #events: WorkerEvents;

  constructor(name: string, options: WorkerOptions, events: WorkerEvents) {
    this.name = name;
    this.#options = options;
    this.#events = events;
  }

  /** Calls the worker's control surface; fails if the worker ends before it answers. */
  call<K extends keyof HostControl>(method: K, ...args: Parameters<HostControl[K]>): Promise<Answer<K>> {
    const control = this.#control as { readonly [M in keyof HostControl]: (...args: unknown[]) => Promise<never> } | undefined;
    if (!control) return Promise.reject(new Error(`host ${this.name} is not running`));
    return new Promise<Answer<K>>((resolve, reject) => {
      this.#calls.add(reject);
      control[method](...args).then(resolve, reject).finally(() => this.#calls.delete(reject));
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
  async launch(start: HostStart): Promise<void> {
    this.#why = undefined;
    this.#ending = false;
    this.#names = { actors: [], steps: [] };
    const turnCell = new SharedArrayBuffer(TURN_CELL_BYTES);
    this.watch = new TurnWatch(turnCell);
    const { port1, port2 } = new MessageChannel();
    const { name, index, incarnation, build, heap, niceness } = start;
    const { seed, catalog, reporter, recode, latencies, compact, diskFolder } = this.#options;
    const disks: WorkerStart['disks'] = diskFolder === undefined ? { type: 'memory', segments: this.#segments } : { type: 'files', folder: diskFolder };
    const data: WorkerStart = { name, index, incarnation, seed, catalog, reporter, recode, latencies, niceness, compact, disks, turnCell, control: port2, files: build?.files?.map(inMemory) };
    const worker = new Worker(build === undefined ? new URL('./host-worker.js', import.meta.url) : new URL(build.worker), {
      workerData: data,
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
    await Promise.race([this.call('stop', 'drain').catch(() => undefined), late]);
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
        (notice.of === 'actor' ? this.#names.actors : this.#names.steps)[notice.index] = notice.name;
        return this.#events.notice(this, notice);
      case 'names':
        return notice.actors.forEach((actor, at) => void (this.#names.actors[notice.first + at] = actor));
      case 'ready':
        return;
      default:
        return this.#events.notice(this, notice);
    }
  }

  #forget({ actor, log, base }: Pick<Segment, 'actor' | 'log' | 'base'>): void {
    this.#segments = this.#segments.filter((segment) => segment.actor !== actor || segment.log !== log || segment.base !== base);
  }

  #release(why: string): void {
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

const files = new Map<string, SharedArrayBuffer>();

/** A file in memory that all workers of this process share: hundreds of them would each read and hold their own copy. */
const inMemory = (url: string): SharedArrayBuffer => {
  let memory = files.get(url);
  if (!memory) {
    const bytes = readFileSync(new URL(url));
    memory = new SharedArrayBuffer(bytes.length);
    new Uint8Array(memory).set(bytes);
    files.set(url, memory);
  }
  return memory;
};
