import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { matchesName, type ProcessFault } from '../../faults/plan.js';
import type { HostControl } from '../control.js';
import type { Answer, HostEvent, HostNews, HostStart, HostThreads, RunningProcess } from '../host-threads.js';
import { MAIN, type ProcessPlacement, processDealer } from '../placement.js';
import type { WorkerThreadsOptions } from '../workers/worker-threads.js';
import type { ProcessThreads } from './process-threads.js';
import { SupervisedProcess } from './supervised-process.js';

export interface HostProcessesOptions {
  readonly placement: ProcessPlacement;
  /** Of the run: sockets, and the disks of hosts whose processes may be killed. */
  readonly folder: string;
  readonly isolates: 'few' | 'many';
  readonly workers: Omit<WorkerThreadsOptions, 'inline' | 'diskFolder'>;
  /** A process that answers nothing for longer than this (ms) is taken for stopped, and ended. */
  readonly stoppedAfter: number;
}

/** A process whose hosts have not stopped after this long is ended all the same. */
const DRAIN_MS = 6000;

/** The caller's own process. */
const OWN = 0;
export const OWN_NAME = processName(OWN, 1);

/** A place for a process, whatever its incarnation. */
interface Slot {
  readonly number: number;
  /** `process-2`, as fault plans and incidents have it. */
  readonly name: string;
  /** All that it runs, or is to run again. */
  readonly hosts: Set<string>;
  incarnation: number;
  running: Promise<SupervisedProcess> | undefined;
  process: SupervisedProcess | undefined;
  downFor: number | undefined;
}

/** Hosts on the threads of several processes: the caller's own, and some that are started when the first of their hosts is, and again when they died. */
export class HostProcesses implements HostThreads {
  readonly #options: HostProcessesOptions;
  readonly #own: ProcessThreads;
  readonly #told: (event: HostEvent) => void;
  readonly #slots: Slot[];
  readonly #numberOf: (host: string) => number;
  readonly #placed = new Map<string, number>([[MAIN, OWN]]);
  readonly #timers = new Set<NodeJS.Timeout>();
  #joins = 0;
  #closing = false;

  constructor(options: HostProcessesOptions, own: ProcessThreads, told: (event: HostEvent) => void) {
    this.#options = options;
    this.#own = own;
    this.#told = told;
    this.#numberOf = processDealer(options.placement);
    this.#slots = Array.from({ length: options.placement.count }, (_, index) => ({
      number: index + 1, name: `process-${index + 1}`, hosts: new Set<string>(), incarnation: 0, running: undefined, process: undefined, downFor: undefined,
    }));
  }

  get processes(): RunningProcess[] {
    return this.#slots.flatMap(({ name, process }) => (process?.pid === undefined ? [] : [{ name, pid: process.pid }]));
  }

  async launch(start: HostStart): Promise<void> {
    let number = this.#placed.get(start.name);
    if (number === undefined) this.#placed.set(start.name, (number = this.#numberOf(start.name)));
    const slot = this.#slots[number - 1];
    if (!slot) return this.#own.launch(start);
    slot.hosts.add(start.name);
    slot.running ??= this.#start(slot);
    const process = await slot.running;
    await process.call('launch', start);
  }

  call<K extends keyof HostControl>(host: string, method: K, ...args: Parameters<HostControl[K]>): Promise<Answer<K>> {
    const slot = this.#slotOf(host);
    if (!slot) return this.#own.call(host, method, ...args);
    if (!slot.process) return Promise.reject(new Error(`process ${slot.name} is not running`));
    return slot.process.call('call', host, method, ...(args as never)) as Promise<Answer<K>>;
  }

  tell(host: string, news: HostNews): void {
    const slot = this.#slotOf(host);
    if (slot) slot.process?.tell('tell', host, news);
    else this.#own.tell(host, news);
  }

  join(a: string, b: string): void {
    const [first, second] = [this.#slotOf(a), this.#slotOf(b)];
    if (first === second) {
      if (first) first.process?.tell('join', a, b);
      else this.#own.join(a, b);
      return;
    }
    const number = ++this.#joins;
    for (const [host, slot, other, there] of [[a, first, b, second], [b, second, a, first]] as const) {
      const process = there ? processName(there.number, there.incarnation) : OWN_NAME;
      if (slot) slot.process?.tell('extend', host, other, number, process);
      else this.#own.extend(host, other, number, process);
    }
  }

  pause(host: string): void {
    const slot = this.#slotOf(host);
    if (slot) slot.process?.tell('pause', host);
    else this.#own.pause(host);
  }

  resume(host: string): void {
    const slot = this.#slotOf(host);
    if (slot) slot.process?.tell('resume', host);
    else this.#own.resume(host);
  }

  async terminate(host: string, why: string): Promise<void> {
    const slot = this.#slotOf(host);
    await (slot ? slot.process?.call('terminate', host, why).catch(() => undefined) : this.#own.terminate(host, why));
  }

  async drain(host: string): Promise<void> {
    const slot = this.#slotOf(host);
    await (slot ? slot.process?.call('drain', host).catch(() => undefined) : this.#own.drain(host));
  }

  async stop(host: string, how: 'drain' | 'abort'): Promise<void> {
    const slot = this.#slotOf(host);
    slot?.hosts.delete(host);
    await (slot ? slot.process?.call('stop', host, how).catch(() => undefined) : this.#own.stop(host, how));
  }

  async close(how: 'drain' | 'abort'): Promise<void> {
    this.#closing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#slots.map(async ({ running }) => (await running?.catch(() => undefined))?.stop(how, DRAIN_MS)));
    await this.#own.close(how);
    rmSync(this.#options.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async residentBytes(): Promise<number> {
    const each = await Promise.all([this.#own.residentBytes(), ...this.#slots.map(async ({ process }) => process?.call('residentBytes').catch(() => 0) ?? 0)]);
    return each.reduce((sum, bytes) => sum + bytes, 0);
  }

  act(action: ProcessFault): void {
    for (const slot of this.#slots) {
      const { process } = slot;
      if (!process || !matchesName(action.process, slot.name)) continue;
      switch (action.type) {
        case 'kill':
          slot.downFor = action.downFor;
          process.kill('killed by the fault plan');
          break;
        case 'restart':
          slot.downFor = 0;
          void Promise.all([...slot.hosts].map((host) => process.call('drain', host).catch(() => undefined))).then(() => process.kill('restarted by the fault plan'));
          break;
        case 'pause':
          process.signal('SIGSTOP');
          this.#later(action.for, () => process.signal('SIGCONT'));
          break;
      }
    }
  }

  async #start(slot: Slot): Promise<SupervisedProcess> {
    const { folder, isolates, workers, stoppedAfter } = this.#options;
    const diskFolder = join(folder, 'disks');
    mkdirSync(diskFolder, { recursive: true });
    slot.incarnation++;
    const name = processName(slot.number, slot.incarnation);
    try {
      const process = await SupervisedProcess.start({ name, folder, isolates, workers: { ...workers, diskFolder } }, stoppedAfter, {
        told: this.#told,
        stopped: (milliseconds) => this.#told({ event: 'stopped', process: slot.name, detail: `it has answered nothing for ${milliseconds} ms` }),
        died: (why) => this.#died(slot, name, why),
      });
      slot.process = process;
      return process;
    } catch (error) {
      slot.running = undefined;
      // The first one is the business of who started it.
      if (slot.incarnation > 1) this.#died(slot, name, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** The process is gone, so nothing of it can wake: its hosts are told to be dead, and what others still have of it is not delivered. */
  #died(slot: Slot, name: string, why: string): void {
    [slot.running, slot.process] = [undefined, undefined];
    const { downFor } = slot;
    slot.downFor = undefined;
    if (this.#closing) return;
    this.#own.forget(name);
    for (const { process } of this.#slots) process?.tell('forget', name);
    this.#told({ event: 'died', hosts: [...slot.hosts], process: slot.name, why, ...(downFor !== undefined && { downFor }) });
  }

  #slotOf(host: string): Slot | undefined {
    return this.#slots[(this.#placed.get(host) ?? OWN) - 1];
  }

  #later(milliseconds: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

function processName(number: number, incarnation: number): string {
  return `process-${number}.${incarnation}`;
}
