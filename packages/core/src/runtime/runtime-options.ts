import type { Supervision } from '../supervision.js';
import type { HeapLimits } from './host-threads.js';
import type { LinkLatency } from './links.js';
import type { PartsOptions } from './load-parts.js';
import type { Placement } from './placement.js';
import type { Incident } from './runtime.js';

/** What a run in wall time is made of, whether its hosts are threads of one process or of several. */
export interface RuntimeOptions extends PartsOptions {
  readonly seed: number;
  readonly placement: Placement;
  /** Another build of what a host loads, such as a bundle: a hundred small modules take a worker longer than all else. Default: none. */
  readonly build?: (host: string) => HostBuild | undefined;
  readonly codec?: 'crossing' | 'always';
  /** How long messages take on links, by the clock; default: no longer than they have to. */
  readonly latencies?: readonly LinkLatency[];
  /** Limits of a host's heap; a host that outgrows its own is ended and restarted. Default: Node's. */
  readonly heap?: (host: string) => HeapLimits;
  /** How far a host's thread stands back when there are more that want to run than cores: a nice value (Linux). Default 0. */
  readonly niceness?: (host: string) => number;
  /** A step that runs longer than this (ms, default 10,000) is wedged; its worker is ended and restarted. */
  readonly wedgedAfter?: number;
  /** A process of hosts that answers nothing for longer than this (ms, default 10,000) is taken for stopped, ended and restarted. */
  readonly stoppedAfter?: number;
  readonly supervision?: Supervision;
  readonly incident?: (incident: Incident) => void;
}

/** Another build of what a host's thread loads. */
export interface HostBuild {
  /** URL of a worker's entry that brings its own catalog and reporter along, and calls `serveHost` with them. */
  readonly worker: string;
  /** Files (URLs) that the entry wants to read. A process holds each once, in shared memory, and hands it to its workers as `workerData.files`, in this order. */
  readonly files?: readonly string[];
}

export const WEDGED_AFTER_MS = 10_000;
export const STOPPED_AFTER_MS = 10_000;
