import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { HostControl } from '../control.js';
import type { Answer, HostEvent, HostNews, HostStart, HostThreads } from '../host-threads.js';
import type { HostNotice } from './lifecycle.js';
import type { PortPeers } from './port-peers.js';
import { WorkerHost, type WorkerOptions } from './worker-host.js';

const WATCH_EVERY_MS = 250;

export interface WorkerThreadsOptions extends WorkerOptions {
  /** A step that runs longer than this (ms) is wedged: its host is ended. */
  readonly wedgedAfter: number;
  /** The host on the thread that all this runs on, if there is one: it is joined with others as they are. */
  readonly inline?: { readonly name: string; readonly peers: PortPeers };
}

/** The hosts on worker threads of this process: joined by ports, and watched from outside. */
export class WorkerThreads implements HostThreads {
  readonly #options: WorkerThreadsOptions;
  readonly #workers = new Map<string, WorkerHost>();
  readonly #told: (event: HostEvent) => void;
  readonly #watching: NodeJS.Timeout;

  constructor(options: WorkerThreadsOptions, told: (event: HostEvent) => void) {
    this.#options = options;
    this.#told = told;
    this.#watching = setInterval(() => this.#watch(), WATCH_EVERY_MS).unref();
  }

  async launch(start: HostStart): Promise<void> {
    let worker = this.#workers.get(start.name);
    if (!worker) {
      worker = new WorkerHost(start.name, this.#options, {
        notice: ({ name: host }, notice) => {
          if (notice.notice === 'resolve') this.#told({ event: 'resolve', host, actor: notice.actor });
          else if (notice.notice === 'gather') this.#told({ event: 'gather', host, request: notice.request });
          else if (notice.notice !== 'name') this.#told({ event: notice.notice, host, actor: notice.actor, error: notice.error });
          else if (notice.of === 'actor') this.#told({ event: 'named', host, actor: notice.name });
        },
        died: (host, why) => this.#told({ event: 'died', hosts: [host.name], why }),
      });
      this.#workers.set(start.name, worker);
    }
    await worker.launch(start);
  }

  call<K extends keyof HostControl>(host: string, method: K, ...args: Parameters<HostControl[K]>): Promise<Answer<K>> {
    const worker = this.#workers.get(host);
    if (!worker) return Promise.reject(new Error(`host ${host} is not running`));
    return worker.call(method, ...args);
  }

  tell(host: string, news: HostNews): void {
    this.#post(host, news);
  }

  join(a: string, b: string): void {
    const { port1, port2 } = new MessageChannel();
    this.connect(a, b, port1);
    this.connect(b, a, port2);
  }

  /** Gives a host its end of what joins it with another. */
  connect(host: string, other: string, port: MessagePort): void {
    this.#post(host, { notice: 'connect', host: other, port });
  }

  pause(host: string): void {
    this.#workers.get(host)?.watch.pause();
  }

  resume(host: string): void {
    this.#workers.get(host)?.watch.resume();
  }

  async terminate(host: string, why: string): Promise<void> {
    await this.#workers.get(host)?.terminate(why);
  }

  async drain(host: string): Promise<void> {
    await this.#workers.get(host)?.drain();
  }

  async stop(host: string, how: 'drain' | 'abort'): Promise<void> {
    await this.#workers.get(host)?.stop(how);
  }

  async close(how: 'drain' | 'abort'): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(how)));
  }

  async residentBytes(): Promise<number> {
    return process.memoryUsage.rss();
  }

  #post(host: string, notice: HostNotice): void {
    const { inline } = this.#options;
    // The host on this thread gathers reports by itself.
    if (host === inline?.name) {
      if (notice.notice !== 'gathered') inline.peers.noticed(notice);
    } else this.#workers.get(host)?.post(notice);
  }

  #watch(): void {
    const now = performance.now();
    for (const worker of this.#workers.values()) {
      if (!worker.running || worker.ending) continue;
      const stuck = worker.watch.stuckFor(now, 2 * WATCH_EVERY_MS);
      if (stuck < this.#options.wedgedAfter) continue;
      this.#told({ event: 'wedged', host: worker.name, detail: `${worker.latest} has been running for ${Math.round(stuck)} ms` });
      void worker.terminate(`wedged: ${worker.latest}`);
    }
  }
}
