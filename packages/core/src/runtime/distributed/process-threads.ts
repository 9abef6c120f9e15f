import { MessageChannel } from 'node:worker_threads';
import type { HostThreads } from '../host-threads.js';
import type { WorkerThreads } from '../workers/worker-threads.js';
import type { GatewayThread } from './gateway-thread.js';

/** The hosts of one process of several: joined among themselves as in a process that is alone, and with those of others through the gateway. */
export interface ProcessThreads extends Pick<HostThreads, 'launch' | 'call' | 'tell' | 'join' | 'pause' | 'resume' | 'terminate' | 'drain' | 'stop' | 'close' | 'residentBytes'> {
  /** Joins a host here with one of another process, where the join has the same number. */
  extend(host: string, other: string, join: number, process: string): void;
  /** A process is gone for good; its next incarnation has another name. */
  forget(process: string): void;
}

export const processThreads = (threads: WorkerThreads, gateway: GatewayThread): ProcessThreads => ({
  launch: (start) => threads.launch(start),
  call: (host, method, ...args) => threads.call(host, method, ...args),
  tell: (host, news) => threads.tell(host, news),
  join: (a, b) => threads.join(a, b),
  pause: (host) => threads.pause(host),
  resume: (host) => threads.resume(host),
  terminate: (host, why) => threads.terminate(host, why),
  drain: (host) => threads.drain(host),
  stop: (host, how) => threads.stop(host, how),
  residentBytes: () => threads.residentBytes(),
  extend: (host, other, join, process) => {
    const { port1, port2 } = new MessageChannel();
    threads.connect(host, other, port1);
    gateway.open(join, process, port2);
  },
  forget: (process) => gateway.forget(process),
  close: async (how) => {
    await threads.close(how);
    await gateway.close();
  },
});
