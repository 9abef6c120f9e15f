import { rmSync } from 'node:fs';
import * as Comlink from 'comlink';
import type { HostEvent } from '../host-threads.js';
import { setIsolateFlags } from '../workers/isolate-flags.js';
import { WorkerThreads, type WorkerThreadsOptions } from '../workers/worker-threads.js';
import { GatewayThread } from './gateway-thread.js';
import { ipcEndpoint } from './ipc-endpoint.js';
import { type ProcessThreads, processThreads } from './process-threads.js';

/** What a process of hosts is started with, as JSON in its first argument. */
export interface ProcessStart {
  /** With its incarnation. */
  readonly name: string;
  /** Of the run: sockets and disks. */
  readonly folder: string;
  readonly isolates: 'few' | 'many';
  readonly workers: Omit<WorkerThreadsOptions, 'inline'>;
}

/** The control surface of a process of hosts. */
export interface ProcessControl extends ProcessThreads {
  /** Answers: who does not has been stopped. */
  ping(): void;
}

/** What a process tells its supervisor; comlink, on the same channel, takes no notice of it. */
export type ProcessNotice = { readonly notice: 'ready' } | { readonly notice: 'told'; readonly event: HostEvent };

/** The entry of a process of hosts: it does as the supervising process says, and ends with it. */
const serve = async ({ name, folder, isolates, workers }: ProcessStart): Promise<void> => {
  const tell = (notice: ProcessNotice): void => void process.send?.(notice, undefined, undefined, () => undefined);
  // Ctrl-C reaches all processes of a terminal: the supervising one decides.
  process.on('SIGINT', () => undefined);
  // It is gone, perhaps by kill -9: nothing of it is left behind. Hundreds of workers are not asked.
  process.on('disconnect', () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    process.kill(process.pid, 'SIGKILL');
  });
  setIsolateFlags(isolates);
  const gateway = await GatewayThread.start(name, folder, (why) => {
    process.stderr.write(`${name}: ${why}\n`);
    process.exit(1);
  });
  const threads = processThreads(new WorkerThreads(workers, (event) => tell({ notice: 'told', event })), gateway);
  Comlink.expose({ ...threads, ping: () => undefined } satisfies ProcessControl, ipcEndpoint(process));
  tell({ notice: 'ready' });
};

await serve(JSON.parse(process.argv[2] ?? '') as ProcessStart);
