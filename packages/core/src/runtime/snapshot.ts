import { Packr } from 'msgpackr';
import { hash32, type RandomState } from '../random.js';
import type { Instant } from '../time.js';
import type { Cell } from './cell.js';
import type { Host } from './host.js';

/** An actor as data: enough to show it, to compare two runs, and to start it again where it was. */
export interface ActorSnapshot {
  readonly name: string;
  readonly kind: string;
  readonly incarnation: number;
  readonly config: unknown;
  readonly state: unknown;
  /** Its flows under way; `restoreFlow` continues one from its answers. */
  readonly flows: readonly { readonly name: string; readonly argument: unknown; readonly answers: readonly unknown[] }[];
  /** Where its stream of chance stands, if it has drawn from it. */
  readonly random: RandomState | undefined;
  /** Messages that wait in its mailbox. */
  readonly waiting: number;
}

export interface HostSnapshot {
  readonly host: string;
  readonly now: Instant;
  /** In the order of their names. */
  readonly actors: readonly ActorSnapshot[];
}

/** The state of every actor of a host, encoded. Equal states have equal bytes, in whatever order the actors started. */
export const snapshot = (host: Host): Uint8Array => {
  const actors = [...host.cells.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1)).map(actorSnapshot);
  return encodeState({ host: host.options.name, now: host.now, actors } satisfies HostSnapshot);
};

export const decodeSnapshot = (bytes: Uint8Array): HostSnapshot => states().unpack(bytes) as HostSnapshot;

/** Tells snapshots apart; not for adversaries. */
export const snapshotHash = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += hash32(String.fromCharCode(...bytes.subarray(at, at + 8192)), at).toString(36);
  return hash32(text).toString(16).padStart(8, '0') + hash32(text, 1).toString(16).padStart(8, '0');
};

/** Plain data with maps, sets, typed arrays and `Encoded`, as bytes of their own. */
export const encodeState = (value: unknown): Uint8Array => new Uint8Array(states().pack(value));
export const decodeState = (bytes: Uint8Array): unknown => states().unpack(bytes);

// A packer each time: one that remembered the shapes of former states would write equal states differently.
const states = (): Packr => new Packr({ moreTypes: true, useToJSON: false } as object);

const actorSnapshot = (cell: Cell): ActorSnapshot => ({
  name: cell.spec.name,
  kind: cell.behaviour.kind,
  incarnation: cell.address.incarnation,
  config: cell.spec.config,
  state: cell.state,
  flows: (cell.flows?.list() ?? []).map(({ name, argument, answers }) => ({ name, argument, answers })),
  random: cell.context.randomState,
  waiting: cell.mailbox.length,
});
