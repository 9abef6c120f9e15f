import type { ApiAnswer } from '@naumachia/actors';
import type { Address, Envelope, FeedBatch, Instant } from '@naumachia/core';
import type { Outcome } from '../outcome.js';
import type { Change, World } from '../world.js';

/** What a property looks at while a run goes on. */
export interface Oracle {
  changed?(change: Change): void;
  posted?(envelope: Envelope): void;
  received?(envelope: Envelope): void;
  fed?(subscriber: Address, batch: FeedBatch): void;
}

/** Must hold at every moment: its oracle says what was violated, with names. */
export interface AlwaysProperty {
  readonly about: string;
  readonly watch: (world: World, violated: (what: string) => void) => Oracle;
}

/** What is there once everything is healed and has had its time. */
export interface EndState {
  readonly world: World;
  readonly now: Instant;
  /** Names of the actors that run. */
  readonly actors: readonly string[];
  state<S>(actor: string): S;
  /** The routing key that an actor asked for when it listed a resource; `undefined` for all objects. */
  selectorOf(actor: string, resource: string): string | undefined;
  /** What the same people leave behind where nothing fails; or why that run has no end. Takes as long as a run. */
  withoutFaults(): Outcome | string;
}

/** Must hold in the end: says what does not, one line each. */
export interface EndProperty {
  readonly about: string;
  readonly problems: (end: EndState) => readonly string[];
}

/** A failure that the runtime gives in the server's place, or that the server has met on the way, says nothing about what was written. */
export const isUncertain = (answer: ApiAnswer): boolean => answer.type === 'failure' || (answer.type === 'status' && (answer.status.code ?? 0) >= 500);
