import type { Address } from './address.js';
import type { FeedBatch, FeedEnd, SubscribeOptions } from './feed.js';
import type { Failure, Message, ReplyTo, Request } from './message.js';
import type { Duration, Instant } from './time.js';

/**
 * Where the outside (an HTTPS edge, a load generator, a test) meets the actors of a host. What enters here is the only input that a
 * run has besides its seed, so a runtime can log it and replay it.
 */
export interface Port {
  now(): Instant;
  send<M extends Message>(to: Address<M>, message: M): void;
  /** `waiting` matters in virtual time alone; default `ahead`. */
  request<Q extends Request<Message>>(to: Address<Q>, message: Q, timeout?: Duration, waiting?: Waiting): Promise<ReplyTo<Q> | Failure>;
  /** Follows a feed; returns how to stop. Batches arrive in order until `ended` is called. */
  subscribe(owner: Address, feed: string, options: SubscribeOptions, follower: FeedFollower): () => void;
}

/**
 * How virtual time goes while a request is unanswered: `ahead`, from event to event without a pause until the answer is there, or `along`, at its own
 * pace, for what may take as long as it likes (a followed log, a command in a container).
 */
export type Waiting = 'ahead' | 'along';

export interface FeedFollower {
  batch(batch: FeedBatch): void;
  ended(end: FeedEnd): void;
}
