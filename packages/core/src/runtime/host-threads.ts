import type { ProcessFault } from '../faults/plan.js';
import type { HostBuild } from './runtime-options.js';
import type { HostControl, HostReport } from './control.js';

/** V8's limits for the heap of a host, in megabytes. */
export interface HeapLimits {
  readonly oldMegabytes: number;
  /** Room for what is short-lived. Node's own choice for workers is so small that a busy host does little but collect garbage. */
  readonly youngMegabytes?: number;
}

/** How a host on a thread of its own is started; plain data, for the thread may be another process's. */
export interface HostStart {
  readonly name: string;
  /** Numbers the host among the hosts of a run. */
  readonly index: number;
  readonly incarnation: number;
  /** What the thread loads, if not this build. */
  readonly build: HostBuild | undefined;
  readonly heap: HeapLimits | undefined;
  readonly niceness: number;
}

/** A process of hosts, as a user sees it: `process-1`, ... */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
}

/** What a method of a host's control surface answers. */
export type Answer<K extends keyof HostControl> = Awaited<ReturnType<HostControl[K]>>;

/** What a host is told: where an actor lives (on nobody's host, if `holder` is absent), that another host is gone, or what all report. */
export type HostNews =
  /** What it has asked for with `gather`. */
  | { readonly notice: 'gathered'; readonly request: number; readonly reports: readonly HostReport[] }
  | { readonly notice: 'resolved'; readonly actor: string; readonly host: string | undefined }
  | { readonly notice: 'lost'; readonly host: string; readonly restarting: boolean };

/**
 * Hosts on threads, as who supervises them asks for them: those of this process, or of several. A host that is not running answers no
 * call, and fails those that it has not answered when it ends.
 */
export interface HostThreads {
  /** Starts a host's thread; resolves when it answers calls, fails if it ends before. */
  launch(start: HostStart): Promise<void>;
  call<K extends keyof HostControl>(host: string, method: K, ...args: Parameters<HostControl[K]>): Promise<Answer<K>>;
  tell(host: string, news: HostNews): void;
  /** Joins two hosts that run, by a port of their own. */
  join(a: string, b: string): void;
  /** Stops a host between two turns, until it is resumed. */
  pause(host: string): void;
  resume(host: string): void;
  /** Ends a host whatever it does. */
  terminate(host: string, why: string): Promise<void>;
  /** Lets the actors of a host stop in order, for as long as they may take. */
  drain(host: string): Promise<void>;
  /** Carries out what a fault plan has for whole processes; absent where there is one. */
  act?(action: ProcessFault): void;
  /** The processes besides this one that run now. */
  readonly processes?: readonly RunningProcess[];
  /** Ends a host for good; nobody hears of its death. */
  stop(host: string, how: 'drain' | 'abort'): Promise<void>;
  /** Ends all that is left. */
  close(how: 'drain' | 'abort'): Promise<void>;
  /** Bytes that the processes of the hosts hold in memory. */
  residentBytes(): Promise<number>;
}

/** What a host, or who holds it, tells the supervisor. */
export type HostEvent =
  | { readonly event: 'resolve'; readonly host: string; readonly actor: string }
  /** An actor has started there; what is spawned is known by name too. */
  | { readonly event: 'named'; readonly host: string; readonly actor: string }
  | { readonly event: 'failed'; readonly host: string; readonly actor: string; readonly error: string }
  | { readonly event: 'escalated'; readonly host: string; readonly actor: string; readonly error: string }
  /** It wants to know what all hosts report. */
  | { readonly event: 'gather'; readonly host: string; readonly request: number }
  /** The same step has been running for too long; the host is being ended. */
  | { readonly event: 'wedged'; readonly host: string; readonly detail: string }
  /** Hosts are gone, though nobody asked them to go: one, or all of a process, which `process` names then. */
  | { readonly event: 'died'; readonly hosts: readonly string[]; readonly process?: string; readonly why: string; /** When a fault plan wants them back, ms. */ readonly downFor?: number }
  /** A process has answered nothing for too long; it is being ended. */
  | { readonly event: 'stopped'; readonly process: string; readonly detail: string };
