import { type MessagePort, Worker } from 'node:worker_threads';

/** What the gateway's thread is told. */
export type GatewayNotice = { readonly notice: 'open'; readonly join: number; readonly process: string; readonly port: MessagePort } | { readonly notice: 'forget'; readonly process: string };

export interface GatewayStart {
  readonly name: string;
  readonly folder: string;
}

/** Frames are large, and the objects that stand for them small: with much room for these, many frames that are gone already would be kept. */
const YOUNG_MEGABYTES = 6;

/** The gateway of this process, on a thread of its own. */
export class GatewayThread {
  readonly #worker: Worker;
  #closing = false;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when others can reach it. `failed` is called if it ends by itself: without it the process is of no use. */
  static async start(name: string, folder: string, failed: (why: string) => void): Promise<GatewayThread> {
    const worker = new Worker(new URL('./gateway-worker.js', import.meta.url), { workerData: { name, folder } satisfies GatewayStart, name: `gateway of ${name}`, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } });
    const gateway = new GatewayThread(worker);
    let why = 'it exited';
    worker.on('error', (error) => {
      why = error.message;
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('exit', () => {
        reject(new Error(`the gateway of ${name} could not be opened in ${folder}: ${why}`));
        if (!gateway.#closing) failed(`its gateway failed: ${why}`);
      });
    });
    return gateway;
  }

  open(join: number, process: string, port: MessagePort): void {
    this.#worker.postMessage({ notice: 'open', join, process, port } satisfies GatewayNotice, [port]);
  }

  forget(process: string): void {
    this.#worker.postMessage({ notice: 'forget', process } satisfies GatewayNotice);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }
}
