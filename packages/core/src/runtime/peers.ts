import type { Address } from '../address.js';
import type { FeedEnd, FeedEntry, SubscribeOptions } from '../feed.js';
import type { Envelope } from '../message.js';

/** What hosts tell one another; all of it travels in the same ordered batches. */
export type PeerItem =
  | { readonly item: 'envelope'; readonly envelope: Envelope }
  /** Asks the owner's host to mirror a feed under the number `mirror`. */
  | { readonly item: 'subscribe'; readonly mirror: number; readonly owner: Address; readonly feed: string; readonly options: SubscribeOptions }
  | { readonly item: 'unsubscribe'; readonly mirror: number }
  | { readonly item: 'entries'; readonly mirror: number; readonly entries: readonly FeedEntry[]; readonly revision: number }
  | { readonly item: 'feed-ended'; readonly mirror: number; readonly reason: FeedEnd['reason'] }
  | { readonly item: 'watch'; readonly actor: Address }
  | { readonly item: 'ended'; readonly actor: Address; readonly restarting: boolean }
  | { readonly item: 'reset'; readonly between: readonly [string, string] };

/** The other hosts, as one host sees them. Where an actor lives is the transport's to know. */
export interface Peers {
  /** To the host that holds `actor`; false if nobody can know where that is. */
  toActor(actor: string, item: PeerItem): boolean;
  toHost(host: string, item: PeerItem): void;
  toAll(item: PeerItem): void;
  /** Whether so much is under way to the holder of `actor` that its senders must wait. */
  congested(actor: string): boolean;
  hostCongested(host: string): boolean;
}
