import type { AnyActorDefinition } from '../actor.js';
import type { Address } from '../address.js';
import type { Disks } from '../disk.js';
import type { Observer } from '../observer.js';
import type { Random } from '../random.js';
import type { Clock } from '../time.js';
import type { LinkLatency } from './links.js';
import type { Peers } from './peers.js';

/** What a host is made of; its drivers (an event loop, a simulation) choose. */
export interface HostOptions {
  readonly name: string;
  /** Numbers the host among the hosts of a run: its envelopes' ids begin there. */
  readonly index: number;
  /** Grows when the host is replaced after its death. */
  readonly incarnation: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly definitions: (kind: string) => AnyActorDefinition | undefined;
  readonly disks: Disks;
  readonly observer?: Observer | undefined;
  /** Chooses which ready actor runs next; absent: first come, first served. */
  readonly order?: Random | undefined;
  readonly latencies?: readonly LinkLatency[] | undefined;
  readonly peers?: Peers | undefined;
  /** Names the host of an actor for fault plans, where hosts are not threads. */
  readonly hostOf?: ((actor: string) => string) | undefined;
  /** Freezes every message to its leaves. */
  readonly freeze?: boolean | undefined;
  /** Passes every message through the codec, also between actors of this host. */
  readonly recode?: (<T>(message: T) => T) | undefined;
  /** Called when an actor fails; one that throws from here ends the run. */
  readonly failed?: ((actor: Address, error: unknown) => void) | undefined;
  /** Called when something from outside has made work for the host. */
  readonly poke?: (() => void) | undefined;
  /** Called when supervision at the top gives up. */
  readonly escalate?: ((actor: Address, error: unknown) => void) | undefined;
  /** Says before each step what runs, for those who watch from outside. */
  readonly mark?: ((cell: number, step: string) => void) | undefined;
  readonly named?: ((cell: number, actor: string) => void) | undefined;
}
