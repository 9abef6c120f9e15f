import type { Address } from './address.js';
import type { FeedBatch, FeedEntry } from './feed.js';
import type { Envelope } from './message.js';
import type { PeerItem } from './runtime/peers.js';
import type { Instant } from './time.js';

/**
 * Sees what happens on a host. Every method is optional, and what nobody asks for costs one comparison. An observer must not
 * change what it sees; it may keep the envelopes, for they are immutable.
 */
export interface Observer {
  /** A message left a handler. `sender` is the number on this host of the actor that sent it; undefined: none did. */
  posted?(envelope: Envelope, now: Instant, sender: number | undefined): void;
  /** A message reached its receiver's mailbox, or a reply its slot. */
  received?(envelope: Envelope, now: Instant): void;
  /** A handler is about to run; `step` is the type of the message, or the name of a flow or signal. */
  stepping?(actor: Address, step: string, envelope: Envelope | undefined, now: Instant): void;
  /** The handler returned (or threw) after `microseconds` of wall time, when `performance.now()` was `ended`; not called in virtual time. */
  stepped?(actor: Address, step: string, microseconds: number, index: number, ended: number): void;
  /** The owner of a feed published entries. */
  published?(owner: Address, feed: string, entries: readonly FeedEntry[], now: Instant): void;
  /** A batch of a feed is about to be handled by a subscriber of this host. */
  fed?(subscriber: Address, batch: FeedBatch, now: Instant, index: number): void;
  /** A message was not delivered: the receiver is gone or fenced, its mailbox full, or a fault took it. */
  dropped?(envelope: Envelope, why: 'no-such-actor' | 'fenced' | 'overflow' | 'fault', now: Instant): void;
  failed?(actor: Address, error: unknown, now: Instant): void;
  /** `index` is the actor's number on this host, by which other methods name it too; they count up with each start. */
  started?(actor: Address, kind: string, now: Instant, index: number): void;
  ended?(actor: Address, restarting: boolean, now: Instant): void;
  /** Items that went to another host in one frame. */
  framed?(host: string, items: readonly PeerItem[], bytes: number): void;
}
