import type { MessagePort } from 'node:worker_threads';
import type { HostNews } from '../host-threads.js';
import type { LinkLatency } from '../links.js';
import type { DiskNotice, Segment } from './shared-disks.js';

/** What a worker is started with. */
export interface WorkerStart {
  readonly name: string;
  readonly index: number;
  readonly incarnation: number;
  readonly seed: number;
  /** URL of the module that exports `catalog`; code cannot be posted. */
  readonly catalog: string;
  /** URL of a module that exports `reporter(): Reporter`, if the run observes its hosts. */
  readonly reporter: string | undefined;
  readonly recode: boolean;
  readonly latencies: readonly LinkLatency[] | undefined;
  readonly niceness: number;
  /** The entry is to collect garbage before it loads anything. */
  readonly compact: boolean;
  readonly disks: { readonly type: 'memory'; readonly segments: readonly Segment[] } | { readonly type: 'files'; readonly folder: string };
  readonly turnCell: SharedArrayBuffer;
  readonly control: MessagePort;
  /** Those of the build, in their order. */
  readonly files: readonly SharedArrayBuffer[] | undefined;
}

/** From a worker to the main thread: what is too early, or too important, for the control surface. */
export type WorkerNotice =
  | { readonly notice: 'ready' }
  | { readonly notice: 'resolve'; readonly actor: string }
  | { readonly notice: 'gather'; readonly request: number }
  | { readonly notice: 'name'; readonly of: 'actor' | 'step'; readonly index: number; readonly name: string }
  /** Actors that are about to start, numbered from `first` on; those that get other numbers are named once more. */
  | { readonly notice: 'names'; readonly first: number; readonly actors: readonly string[] }
  | { readonly notice: 'failed'; readonly actor: string; readonly error: string }
  | { readonly notice: 'escalated'; readonly actor: string; readonly error: string }
  | DiskNotice;

/** From the main thread to a worker: where actors live, and ports to other hosts. */
export type HostNotice = HostNews | { readonly notice: 'connect'; readonly host: string; readonly port: MessagePort };
