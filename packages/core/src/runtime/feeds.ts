import type { Address } from '../address.js';
import type { FeedBatch, FeedEnd, FeedEntry, FeedOptions, SubscribeOptions } from '../feed.js';
import { type Instant, instantOf, later, seconds } from '../time.js';
import { type Ages, dropBy, newAges, note } from './feed-ages.js';

/** The log of a feed as a host holds it: its owner's, or a mirror of one that another host owns. */
export interface Feed {
  readonly owner: Address;
  readonly name: string;
  /** What the step is called in which a subscriber takes a batch. */
  readonly step: string;
  readonly limit: number;
  /** Names the mirror to the owner's host; 0 for the owner's own log. */
  readonly mirror: number;
  /** A mirror for one routing key holds only its entries. */
  readonly key: string | undefined;
  entries: FeedEntry[];
  /** Absolute position of `entries[0]`. */
  base: number;
  /** Entries up to this revision are no longer (or never were) in the log. */
  droppedThrough: number;
  revision: number;
  readonly broadcast: Set<Subscription>;
  readonly keyed: Map<string, Set<Subscription>>;
  dirty: boolean;
  /** How old its entries are, where that bounds the log. */
  readonly ages: Ages | undefined;
}

/** Where batches go: an actor of this host, or a mirror on another. */
export interface Sink {
  readonly subscriber: Address;
  /** Another host, which judges the links to its own subscribers. */
  readonly relay?: boolean;
  /** Takes a batch; once it is dealt with, `handled` is called for the subscription. */
  deliver(batch: FeedBatch, subscription: Subscription): void;
  end(end: FeedEnd): void;
}

export interface Subscription {
  readonly id: number;
  readonly feed: Feed;
  readonly key: string | undefined;
  readonly sink: Sink;
  /** Absolute position of the next entry (without key). */
  cursor: number;
  /** Entries that wait (with key); bounded by the feed's limit. */
  pending: FeedEntry[];
  /** A batch is with the subscriber; the next one waits for it, so a slow subscriber holds a cursor and nothing else. */
  awaiting: boolean;
  open: boolean;
}

const NOTHING: FeedEntry[] = [];

/** Entries that a mirror holds beyond what its subscribers need: a list that was taken a moment ago begins within them. */
const MIRROR_SLACK = 256;

/** How often logs are looked through for entries that have grown old. */
const LOOK_EVERY = seconds(5);

/** The feeds of one host. Nothing is delivered before `flush`, which the host calls once per turn. */
export class Feeds {
  readonly #dirty = new Set<Feed>();
  readonly #due = new Set<Subscription>();
  readonly #aging = new Set<Feed>();
  readonly #now: () => Instant;
  #look = instantOf(0);
  /** Whether the link to a subscriber lets a batch through now; `false` holds its cursor. */
  mayDeliver: ((owner: Address, subscriber: Address, subscription: Subscription) => boolean) | undefined;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  open(owner: Address, name: string, revision: number, options: FeedOptions, mirror = 0, key?: string): Feed {
    const ages = options.fresh === undefined ? undefined : newAges(options.fresh);
    return { owner, name, step: `feed ${name}`, limit: options.limit, mirror, key, entries: [], base: 0, droppedThrough: revision, revision, broadcast: new Set(), keyed: new Map(), dirty: false, ages };
  }

  publish(feed: Feed, entries: readonly FeedEntry[], revision?: number): void {
    if (feed.ages) {
      note(feed.ages, feed.base + feed.entries.length, this.#now());
      this.#aging.add(feed);
    }
    for (const entry of entries) {
      feed.entries.push(entry);
      feed.revision = entry.revision;
      if (feed.keyed.size > 0) this.#route(feed, entry);
    }
    if (revision !== undefined && revision > feed.revision) feed.revision = revision;
    // Dropping in strides keeps the cost of a drop away from each publish.
    if (feed.entries.length > feed.limit + (feed.limit >> 2) + 16) this.#drop(feed, feed.entries.length - feed.limit);
    if (feed.broadcast.size > 0 && !feed.dirty) {
      feed.dirty = true;
      this.#dirty.add(feed);
    }
  }

  /** Follows a feed from `options.after`, or says `undefined` when its log does not reach back so far. */
  subscribe(id: number, feed: Feed, options: SubscribeOptions, sink: Sink): Subscription | undefined {
    if (options.after < feed.droppedThrough) return undefined;
    const key = feed.key === undefined ? options.key : undefined;
    const first = firstAfter(feed.entries, options.after);
    const subscription: Subscription = { id, feed, key, sink, cursor: feed.base + first, pending: NOTHING, awaiting: false, open: true };
    if (key === undefined) {
      feed.broadcast.add(subscription);
      this.#markDirty(feed);
    } else {
      let group = feed.keyed.get(key);
      if (!group) feed.keyed.set(key, (group = new Set()));
      group.add(subscription);
      for (let i = first; i < feed.entries.length; i++) {
        const entry = feed.entries[i] as FeedEntry;
        if (entry.keys.includes(key)) this.#await(subscription, entry);
      }
    }
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    subscription.open = false;
    this.#due.delete(subscription);
    subscription.pending = NOTHING;
    const { feed, key } = subscription;
    feed.broadcast.delete(subscription);
    const group = key === undefined ? undefined : feed.keyed.get(key);
    if (group?.delete(subscription) && group.size === 0) feed.keyed.delete(key as string);
  }

  end(subscription: Subscription, reason: FeedEnd['reason']): void {
    if (!subscription.open) return;
    this.unsubscribe(subscription);
    subscription.sink.end({ subscription: subscription.id, feed: subscription.feed.name, reason });
  }

  close(feed: Feed, reason: FeedEnd['reason']): void {
    for (const subscription of this.subscriptions(feed)) this.end(subscription, reason);
    this.#dirty.delete(feed);
    this.#aging.delete(feed);
  }

  subscriptions(feed: Feed): Subscription[] {
    return [...feed.broadcast, ...[...feed.keyed.values()].flatMap((group) => [...group])];
  }

  get idle(): boolean {
    return this.#dirty.size === 0 && this.#due.size === 0;
  }

  /** Hands everything new to the subscribers that are ready for it. Subscribers at one position share one array. */
  flush(): void {
    if (this.#look <= this.#now()) this.#dropOld();
    for (const feed of this.#dirty) {
      this.#dirty.delete(feed);
      feed.dirty = false;
      const shared = new Map<number, readonly FeedEntry[]>();
      // A subscriber may publish here while it handles what it is handed: that is for the next round.
      const end = feed.base + feed.entries.length;
      const { revision } = feed;
      for (const subscription of feed.broadcast) {
        if (subscription.awaiting || subscription.cursor >= end) continue;
        if (subscription.cursor < feed.base) {
          this.end(subscription, 'gone');
          continue;
        }
        if (!this.#lets(subscription)) continue;
        let entries = shared.get(subscription.cursor);
        if (!entries) shared.set(subscription.cursor, (entries = feed.entries.slice(subscription.cursor - feed.base, end - feed.base)));
        subscription.cursor = end;
        this.#deliver(subscription, entries, revision);
      }
      if (feed.mirror > 0) this.#trim(feed, end);
    }
    for (const subscription of this.#due) {
      this.#due.delete(subscription);
      if (subscription.awaiting || !subscription.open) continue;
      if (!this.#lets(subscription)) continue;
      const entries = subscription.pending;
      subscription.pending = NOTHING;
      this.#deliver(subscription, entries, subscription.feed.revision);
    }
  }

  /** Looks at a subscription again: its batch was handled, or a fault on its link has ended. */
  resume(subscription: Subscription): void {
    if (!subscription.open) return;
    if (subscription.key === undefined) {
      if (subscription.cursor < subscription.feed.base + subscription.feed.entries.length) this.#markDirty(subscription.feed);
    } else if (subscription.pending.length > 0) this.#due.add(subscription);
  }

  /** A subscriber has dealt with its batch and is ready for the next. */
  handled(subscription: Subscription): void {
    subscription.awaiting = false;
    this.resume(subscription);
  }

  #lets(subscription: Subscription): boolean {
    const { feed, sink } = subscription;
    return this.mayDeliver === undefined || sink.relay === true || this.mayDeliver(feed.owner, sink.subscriber, subscription);
  }

  #deliver(subscription: Subscription, entries: readonly FeedEntry[], revision: number): void {
    subscription.awaiting = true;
    const { id, feed, sink } = subscription;
    sink.deliver({ subscription: id, feed: feed.name, entries, revision }, subscription);
  }

  #route(feed: Feed, entry: FeedEntry): void {
    for (const key of entry.keys) {
      const group = feed.keyed.get(key);
      if (group) for (const subscription of group) this.#await(subscription, entry);
    }
  }

  #await(subscription: Subscription, entry: FeedEntry): void {
    if (subscription.pending === NOTHING) subscription.pending = [entry];
    else if (subscription.pending.length >= subscription.feed.limit) return this.end(subscription, 'gone');
    else subscription.pending.push(entry);
    this.#due.add(subscription);
  }

  #markDirty(feed: Feed): void {
    if (feed.dirty) return;
    feed.dirty = true;
    this.#dirty.add(feed);
  }

  /** A mirror that all its subscribers have read keeps a little for who subscribes next; one for a single key keeps nothing. */
  #trim(feed: Feed, end: number): void {
    const surplus = feed.entries.length - (feed.key === undefined ? MIRROR_SLACK : 0);
    if (surplus <= 0) return;
    for (const { cursor } of feed.broadcast) if (cursor < end) return;
    this.#drop(feed, surplus);
  }

  #dropOld(): void {
    const now = this.#now();
    this.#look = later(now, LOOK_EVERY);
    for (const feed of this.#aging) {
      const count = dropBy(feed.ages as Ages, now, feed.base, feed.entries.length);
      if (count > 0) this.#drop(feed, count);
      if ((feed.ages as Ages).marks.length === 0) this.#aging.delete(feed);
    }
  }

  #drop(feed: Feed, count: number): void {
    feed.droppedThrough = (feed.entries[count - 1] as FeedEntry).revision;
    feed.entries = feed.entries.slice(count);
    feed.base += count;
  }
}

/** Index of the first entry after `revision`; entries are in the order of their revisions. */
const firstAfter = (entries: readonly FeedEntry[], revision: number): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as FeedEntry).revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
};
