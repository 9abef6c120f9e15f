import type { Address } from './address.js';
import type { Structure } from './codec.js';
import type { Disk } from './disk.js';
import type { FeedBatch, FeedEnd, FeedEntry, FeedOptions, SubscribeOptions } from './feed.js';
import type { Flow } from './flow.js';
import type { Caller, LinkKind, Message } from './message.js';
import type { MailboxPolicy } from './mailbox.js';
import type { Random } from './random.js';
import type { OpenService } from './service.js';
import type { Supervision } from './supervision.js';
import type { Duration, Instant } from './time.js';

/**
 * The only effects that an actor has. A handler is synchronous; what it does through its context is released when it returns,
 * and a handler that throws has sent nothing (its actor is restarted by its supervisor).
 */
export interface ActorContext {
  readonly self: Address;
  readonly now: Instant;
  /** This actor's own stream of chance. */
  readonly random: Random;
  /** Storage that outlives this actor; it belongs to the actor's name. */
  readonly disk: Disk;
  /** Whom to answer, while a request is being handled; to answer later, keep it. */
  readonly caller: Caller | undefined;

  send<M extends Message>(to: Address<M>, message: M, link?: LinkKind): void;
  reply(caller: Caller, message: Message): void;
  /** Sends `message` to oneself after `delay`. Timers are never lost and never overflow a mailbox. */
  after(delay: Duration, message: Message): TimerId;
  cancel(timer: TimerId): void;
  /** Starts one of the definition's flows. */
  run<A>(flow: (argument: A) => Flow<unknown>, argument: A): void;

  /** Starts a child on this host; its supervisor is this actor. */
  spawn(spec: ActorSpec): Address;
  /** Asks for a `terminated` signal when that actor ends or is restarted. */
  watch(actor: Address): void;
  unwatch(actor: Address): void;
  /** Ends an actor: oneself, or a child. */
  stop(actor?: Address): void;

  /** Opens a feed that this actor owns; it ends with the actor. `revision` is where it begins. */
  openFeed(feed: string, revision: number, options: FeedOptions): void;
  publish(feed: string, entries: readonly FeedEntry[]): void;
  subscribe(owner: Address, feed: string, options: SubscribeOptions): number;
  unsubscribe(subscription: number): void;
}

export type TimerId = number & { readonly __timer?: never };

/** What starts an actor: plain data that crosses threads. The definition is found by `kind` in the runtime's catalog. */
export interface ActorSpec<C = unknown> {
  /** Unique name, `kind/instance` or `kind`. */
  readonly name: string;
  readonly kind: string;
  readonly config: C;
  readonly supervision?: Supervision;
}

/** Sent by the runtime, not by an actor. An actor that asks for them (by `watch`, `subscribe`) handles them. */
export interface Signals<S> {
  /** A watched actor ended; `restarted` if a new incarnation holds the name. */
  terminated?(state: S, signal: { readonly actor: Address; readonly restarted: boolean }, context: ActorContext): void;
  feed?(state: S, batch: FeedBatch, context: ActorContext): void;
  feedEnded?(state: S, end: FeedEnd, context: ActorContext): void;
  /** The actor is being stopped in order (drain); its effects are still released. */
  stopping?(state: S, context: ActorContext): void;
}

/**
 * What an actor is: its first state and a handler per type of message. State is plain data (records, arrays, maps, sets, typed
 * arrays, `Encoded`), so that it can be snapshotted, hashed and shown; behaviour stands in functions beside it.
 */
export interface ActorDefinition<C, S, M extends Message> {
  readonly kind: string;
  readonly mailbox?: MailboxPolicy;
  start(config: C, context: ActorContext): S;
  readonly receive: { readonly [T in M['type']]: (state: S, message: Extract<M, { readonly type: T }>, context: ActorContext) => void };
  readonly signals?: Signals<S>;
  /** Every flow that this actor runs: a snapshot names a flow by its function's name. */
  // The argument of each flow is its own; `run` checks it.
  readonly flows?: readonly ((argument: never) => Flow<unknown>)[];
}

/** A definition whose config, state and messages are not known at compile time. */
export type AnyActorDefinition = ActorDefinition<never, never, never>;

export const defineActor = <C, S, M extends Message>(definition: ActorDefinition<C, S, M>): AnyActorDefinition =>
  definition as unknown as AnyActorDefinition;

/**
 * What the module that every host loads exports as `catalog`: how to load each kind of actor, and each service at the edge. Both are
 * loaded when first needed, so that a host holds only the code of its kinds.
 */
export interface Catalog {
  readonly actors: { readonly [kind: string]: () => Promise<AnyActorDefinition> };
  readonly services?: { readonly [name: string]: () => Promise<OpenService> };
  /** Object shapes for the codec of every host. */
  readonly structures?: readonly Structure[];
  /** The id of their codec, if it has been worked out before. */
  readonly codecId?: string;
}
