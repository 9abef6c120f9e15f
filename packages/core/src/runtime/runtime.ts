import type { ActorSpec } from '../actor.js';
import type { FaultPlan } from '../faults/plan.js';
import type { Port } from '../port.js';
import type { HostReport, Inspection } from './control.js';
import type { VirtualClock } from './simulation/virtual-clock.js';

/** A run of actors that the outside can meet, whatever its clock and its placement. */
export interface Runtime {
  /** Places actors and starts them, hosts side by side. */
  start(specs: readonly ActorSpec[]): Promise<void>;
  /** A port on the caller's thread. */
  port(name: string): Port;
  /** Opens a service of the catalog on the host that runs `actor`. */
  open(actor: string, service: string, options: unknown): Promise<unknown>;
  applyFaults(plan: FaultPlan): Promise<void>;
  inspect(actor: string): Promise<Inspection | undefined>;
  /** The state of all actors, by host; `decodeSnapshot` reads each. */
  snapshots(): Promise<Uint8Array[]>;
  reports(): Promise<HostReport[]>;
  /** What the reporter of the host that runs `actor` shows at a glance. */
  glance(actor: string): Promise<unknown>;
  settle(): Promise<void>;
  readonly hosts: number;
  /** Only where time is virtual. */
  readonly clock?: VirtualClock;
  /** `drain`: actors stop in order and say what they have to say; `abort`: at once. Nothing is left running either way. */
  stop(how: 'drain' | 'abort'): Promise<void>;
}

/** What a runtime tells of its troubles, for logs and reports. */
export interface Incident {
  /** Or the name of a process. */
  readonly host: string;
  readonly what: 'actor-failed' | 'host-died' | 'host-wedged' | 'host-restarted' | 'process-died' | 'process-stopped' | 'process-restarted' | 'gave-up';
  readonly detail: string;
}
