import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as Comlink from 'comlink';
import type { HostEvent } from '../host-threads.js';
import type { ProcessControl, ProcessNotice, ProcessStart } from './host-process.js';
import { ipcEndpoint } from './ipc-endpoint.js';

export interface SupervisedEvents {
  told(event: HostEvent): void;
  /** It has answered nothing for too long, and is being ended. */
  stopped(milliseconds: number): void;
  /** It is gone, though nobody asked it to go. */
  died(why: string): void;
}

/** How often a process is asked whether it is there. */
const PING_EVERY_MS = 500;

type Calls = { readonly [M in keyof ProcessControl]: (...args: Parameters<ProcessControl[M]>) => Promise<Awaited<ReturnType<ProcessControl[M]>>> };

/** One incarnation of a process of hosts, as the supervising process holds it. */
export class SupervisedProcess {
  readonly #child: ChildProcess;
  readonly #control: Comlink.Remote<ProcessControl>;
  readonly #calls = new Set<(why: Error) => void>();
  readonly #exited: Promise<void>;
  readonly #events: SupervisedEvents;
  readonly #name: string;
  #watching: NodeJS.Timeout | undefined;
  #why: string | undefined;
  #leaving = false;

  private constructor(child: ChildProcess, name: string, events: SupervisedEvents) {
    this.#child = child;
    this.#name = name;
    this.#events = events;
    this.#control = Comlink.wrap<ProcessControl>(ipcEndpoint(child));
    this.#exited = new Promise((resolve) => void child.once('exit', () => resolve()));
  }

  /** Starts a process; resolves when it can be told to launch hosts, and fails if it ends before. */
  static async start(start: ProcessStart, stoppedAfter: number, events: SupervisedEvents): Promise<SupervisedProcess> {
    const child = fork(fileURLToPath(new URL('./host-process.js', import.meta.url)), [JSON.stringify(start)], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const process = new SupervisedProcess(child, start.name, events);
    let isReady = false;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (notice: ProcessNotice) => {
        if (notice.notice === 'ready') resolve();
        else if (notice.notice === 'told') events.told(notice.event);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const why = process.#why ?? (signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`);
        reject(new Error(`process ${start.name} ended before it was ready: ${why}`));
        process.#release(why);
        if (isReady && !process.#leaving) events.died(why);
      });
    });
    isReady = true;
    process.#watch(stoppedAfter);
    return process;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Calls the process; fails if it ends before it answers. */
  call<M extends keyof ProcessControl>(method: M, ...args: Parameters<ProcessControl[M]>): Promise<Awaited<ReturnType<ProcessControl[M]>>> {
    const control = this.#control as unknown as Calls;
    if (this.#why !== undefined || !this.#child.connected) return Promise.reject(new Error(`process ${this.#name} is not running`));
    return new Promise((resolve, reject) => {
      this.#calls.add(reject);
      control[method](...args).then(resolve, reject).finally(() => this.#calls.delete(reject));
    });
  }

  /** Tells it something that has no answer. */
  tell<M extends keyof ProcessControl>(method: M, ...args: Parameters<ProcessControl[M]>): void {
    this.call(method, ...args).catch(() => undefined);
  }

  /** Also one that is stopped obeys this. */
  kill(why: string): void {
    this.#why ??= why;
    this.#child.kill('SIGKILL');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Ends it for good. */
  async stop(how: 'drain' | 'abort', limit: number): Promise<void> {
    this.#leaving = true;
    this.signal('SIGCONT');
    if (how === 'drain') {
      let timeout: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timeout = setTimeout(resolve, limit);
      });
      await Promise.race([this.call('close', how).catch(() => undefined), late]);
      clearTimeout(timeout);
    }
    this.kill('it was stopped');
    await this.#exited;
  }

  /** Who answers no ping for `limit` ms has been stopped, or is as good as that. Time in which this process stood still itself does not count. */
  #watch(limit: number): void {
    let silent = 0;
    let last = performance.now();
    let waiting = false;
    this.#watching = setInterval(() => {
      const now = performance.now();
      if (waiting) silent += Math.min(now - last, 2 * PING_EVERY_MS);
      last = now;
      if (silent >= limit) {
        clearInterval(this.#watching);
        this.#events.stopped(Math.round(silent));
        return this.kill(`it had answered nothing for ${Math.round(silent)} ms`);
      }
      if (waiting) return;
      waiting = true;
      const answered = (): void => {
        waiting = false;
        silent = 0;
      };
      this.call('ping').then(answered, () => undefined);
    }, PING_EVERY_MS).unref();
  }

  #release(why: string): void {
    clearInterval(this.#watching);
    this.#why ??= why;
    for (const reject of this.#calls) reject(new Error(`process ${this.#name} ended: ${why}`));
    this.#calls.clear();
    this.#control[Comlink.releaseProxy]();
  }
}
