import type { Address } from './address.js';
import type { Instant } from './time.js';

/** What actors exchange: frozen plain data, told apart by `type`. Functions, keyed collections and class instances other than `Encoded` do not travel. */
export interface Message {
  readonly type: string;
}

declare const answeredBy: unique symbol;

/** A message that wants an answer of type `R`. The type of the answer is a phantom: it exists at compile time alone. */
export interface Request<R extends Message> extends Message {
  readonly [answeredBy]?: R;
}

export type ReplyTo<Q> = Q extends { readonly [answeredBy]?: infer R } ? Exclude<R, undefined> : never;

/**
 * The answer that the runtime gives in the receiver's place.
 * - `unavailable`: the link was reset, or the receiver ended before it answered; the request may or may not have been carried out
 * - `deadline-exceeded`: no answer before the request's deadline; likewise
 * - `overloaded`: the receiver's mailbox was full; the request was not carried out
 * - `no-such-actor`: nobody holds that name; the request was not carried out
 */
export interface Failure extends Message {
  readonly type: 'failure';
  readonly reason: 'unavailable' | 'deadline-exceeded' | 'overloaded' | 'no-such-actor';
}

export const failure = (reason: Failure['reason']): Failure => FAILURES[reason];
const FAILURES: { readonly [R in Failure['reason']]: Failure } = {
  unavailable: { type: 'failure', reason: 'unavailable' },
  'deadline-exceeded': { type: 'failure', reason: 'deadline-exceeded' },
  overloaded: { type: 'failure', reason: 'overloaded' },
  'no-such-actor': { type: 'failure', reason: 'no-such-actor' },
};

export const isFailure = (message: Message): message is Failure => message.type === 'failure';

/** Whom to answer: plain data, so it can wait in an actor's state or in the argument of a flow. */
export interface Caller {
  readonly address: Address;
  /** The caller's reply slot. */
  readonly slot: number;
}

/** `stream` links behave like TCP (neither lose, duplicate nor reorder; they stall and reset); `datagram` links like UDP. */
export type LinkKind = 'stream' | 'datagram';

/** A message on its way. `id` names it in traces and `cause` is the id of the message whose handling sent it (0: from outside). */
export interface Envelope {
  readonly id: number;
  readonly cause: number;
  readonly from: Address;
  readonly to: Address;
  readonly link: LinkKind;
  readonly kind: 'send' | 'request' | 'reply' | 'timer' | 'signal';
  /** For a request and its reply: the reply slot at the requester; else 0. */
  readonly slot: number;
  readonly deadline: Instant | undefined;
  readonly message: Message;
}
