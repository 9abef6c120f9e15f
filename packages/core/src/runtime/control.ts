import type { ActorSpec } from '../actor.js';
import type { FaultPlan } from '../faults/plan.js';
import type { Host } from './host.js';

/** An actor as `inspect` shows it. */
export interface Inspection {
  readonly name: string;
  readonly kind: string;
  readonly incarnation: number;
  readonly waiting: number;
  readonly flows: readonly { readonly name: string; readonly argument: unknown }[];
  readonly state: unknown;
}

/** What a host has used, and what its observers counted. */
export interface HostReport {
  readonly host: string;
  readonly actors: number;
  /** Bytes on this thread's heap and in the buffers that belong to it. */
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  /** Longest and 99th percentile delay of the event loop since the first report was asked for, milliseconds. */
  readonly loopDelay: { readonly p99: number; readonly max: number };
  /** What the observer of this host reports; plain data of its own shape. */
  readonly observed: unknown;
}

/** The control surface of a host: what comlink carries. Hot messages never pass here. */
export interface HostControl {
  start(specs: readonly ActorSpec[]): Promise<void>;
  stop(how: 'drain' | 'abort'): Promise<void>;
  applyFaults(plan: FaultPlan): void;
  /** An `Inspection`, encoded; nothing if no such actor runs here. */
  inspect(actor: string): Uint8Array | undefined;
  /** The state of all its actors; `decodeSnapshot` reads it. */
  snapshot(): Uint8Array;
  /** Names of the actors that run. */
  actors(): string[];
  report(): HostReport;
  /** What the host's reporter shows at a glance. */
  glance(): unknown;
  /** Opens a service of the catalog on this host; what it returns is the service's info. */
  open(service: string, options: unknown): Promise<unknown>;
  /** Collects garbage, so that the next report shows what is really held. */
  settle(): void;
}

export const inspect = (host: Host, actor: string): Inspection | undefined => {
  const cell = host.cells.get(actor);
  if (!cell) return undefined;
  return {
    name: actor,
    kind: cell.behaviour.kind,
    incarnation: cell.address.incarnation,
    waiting: cell.mailbox.length,
    flows: (cell.flows?.list() ?? []).map(({ name, argument }) => ({ name, argument })),
    state: cell.state,
  };
};

