import type { Encoded } from './encoded.js';
import type { Duration } from './time.js';

/**
 * A feed is a bounded log that its owner publishes to, delivered to each host once however many subscribers the host has.
 * A subscriber holds a cursor; it is woken once per turn with everything new that concerns it.
 */
export interface FeedEntry<H = unknown, T = unknown> {
  /** Never falls within a feed; entries that belong together may share one. */
  readonly revision: number;
  /** Routing keys, for subscribers that name one (a kubelet asks for the pods of its node). */
  readonly keys: readonly string[];
  readonly value: Encoded<H, T>;
}

/** What a subscriber is told: entries of a feed in order. The array is shared among the subscribers that it was made for. */
export interface FeedBatch<H = unknown, T = unknown> {
  readonly subscription: number;
  readonly feed: string;
  readonly entries: readonly FeedEntry<H, T>[];
  /** The subscriber has now seen everything up to here, also where no entry concerned it. */
  readonly revision: number;
}

/**
 * Why a subscription ended.
 * - `gone`: the log no longer reaches back to the cursor; the subscriber must list anew
 * - `reset`: the link or the owner failed; the subscriber may resume from its revision
 */
export interface FeedEnd {
  readonly subscription: number;
  readonly feed: string;
  readonly reason: 'gone' | 'reset';
}

export interface FeedOptions {
  /** Entries kept; older ones are dropped, and subscribers that still need them are told `gone`. */
  readonly limit: number;
  /** Entries that have been in the log for longer are dropped as well, but for the last hundred. Default: they stay. */
  readonly fresh?: Duration;
}

export interface SubscribeOptions {
  /** Only entries after this revision. */
  readonly after: number;
  /** Only entries with this routing key. */
  readonly key?: string;
  /** Between hosts, batches are at least this far apart: for who gains nothing by hearing sooner. By default each turn has its own. */
  readonly apart?: Duration;
}
