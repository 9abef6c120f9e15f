import type { Address } from '../address.js';
import type { FeedBatch, FeedEnd, FeedEntry, SubscribeOptions } from '../feed.js';
import type { FeedFollower } from '../port.js';
import { type Duration, type Instant, later, milliseconds } from '../time.js';
import type { Cell } from './cell.js';
import type { Effect } from './context.js';
import type { Feed, Sink, Subscription } from './feeds.js';
import type { FeedDelivery, Host } from './host.js';
import type { PeerItem } from './peers.js';
import type { Timer } from './timers.js';
import { resetsFirst } from './wire.js';

/** A mirror needs to reach back only as far as its slowest subscriber; who comes later than that lists anew. */
const MIRROR_LIMIT = 8192;

/** How long it takes to notice that nobody answers a subscription. */
const CONNECT_TIMEOUT = milliseconds(1000);

type FeedEffect = Extract<Effect, { readonly effect: 'openFeed' | 'publish' | 'subscribe' | 'unsubscribe' }>;

/** Feeds between actors: across links with their latency and faults, and across hosts by mirrors. */
export class FeedTraffic {
  readonly #host: Host;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #mirrors = new Map<number, Feed>();
  readonly #mirrorsOf = new Map<string, Feed[]>();
  readonly #remote = new Map<string, Subscription>();
  readonly #held = new Set<Subscription>();
  readonly #behind: Subscription[] = [];
  readonly #resetting = new Map<string, Timer>();
  readonly #recoded = new WeakMap<readonly FeedEntry[], readonly FeedEntry[]>();
  #faultDelay = milliseconds(0);

  constructor(host: Host) {
    this.#host = host;
  }

  perform(cell: Cell, effect: FeedEffect): void {
    const { feeds, options } = this.#host;
    switch (effect.effect) {
      case 'openFeed': {
        const former = cell.feeds?.get(effect.feed);
        if (former) feeds.close(former, 'reset');
        (cell.feeds ??= new Map()).set(effect.feed, feeds.open(cell.address, effect.feed, effect.revision, effect.options));
        return;
      }
      case 'publish': {
        const feed = cell.feeds?.get(effect.feed);
        if (!feed) return;
        options.observer?.published?.(cell.address, effect.feed, effect.entries, this.#host.now);
        return feeds.publish(feed, effect.entries);
      }
      case 'subscribe':
        return this.subscribe(effect.subscription, effect.owner, effect.feed, effect.options, this.#cellSink(cell, effect.owner));
      case 'unsubscribe':
        return this.unsubscribe(effect.subscription);
    }
  }

  /** Follows a feed from outside the actors. */
  follow(port: Address, owner: Address, feed: string, options: SubscribeOptions, follower: FeedFollower): () => void {
    const id = this.#host.newId();
    const sink: Sink = {
      subscriber: port,
      deliver: (batch, subscription) => {
        follower.batch(batch);
        this.#host.feeds.handled(subscription);
      },
      end: (end) => {
        this.#ended(end);
        follower.ended(end);
      },
    };
    this.subscribe(id, owner, feed, options, sink);
    return () => this.unsubscribe(id);
  }

  subscribe(id: number, owner: Address, name: string, options: SubscribeOptions, sink: Sink): void {
    const { feeds, wire: { faults }, cells, timers } = this.#host;
    const refuse = (reason: FeedEnd['reason']): void => sink.end({ subscription: id, feed: name, reason });
    if (faults.active) {
      const verdict = faults.judgeLink(sink.subscriber.actor, owner.actor, 'stream', this.#host.now);
      if (verdict.type === 'hold' || verdict.type === 'reset') {
        timers.add(later(this.#host.now, CONNECT_TIMEOUT), () => refuse('reset'));
        return;
      }
    }
    const feed = this.#host.isLocal(owner.actor) ? cells.get(owner.actor)?.feeds?.get(name) : this.#mirror(owner, name, options);
    if (!feed) return refuse('reset');
    const subscription = feeds.subscribe(id, feed, options, sink);
    if (subscription) this.#subscriptions.set(id, subscription);
    else refuse('gone');
  }

  unsubscribe(id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) return;
    this.#host.feeds.unsubscribe(subscription);
    this.#forget(subscription);
  }

  /** An actor of this host ended: its feeds end for others, and its own subscriptions are over. */
  ended(cell: Cell): void {
    for (const feed of cell.feeds?.values() ?? []) this.#close(feed, 'reset');
    for (const subscription of [...this.#subscriptions.values()]) {
      if (subscription.sink.subscriber === cell.address) this.unsubscribe(subscription.id);
    }
  }

  /** An owner on another host ended, and with it the mirrors of its feeds. */
  ownerEnded(owner: Address): void {
    for (const mirror of [...this.#mirrors.values()]) if (mirror.owner.actor === owner.actor) this.#close(mirror, 'reset');
  }

  /** Another host is gone; nobody follows from there any more. */
  hostLost(host: string): void {
    for (const [key, subscription] of this.#remote) {
      if (!key.startsWith(`${host}|`)) continue;
      this.#host.feeds.unsubscribe(subscription);
      this.#remote.delete(key);
    }
  }

  reset(pair: (a: string, b: string) => boolean): void {
    for (const subscription of [...this.#subscriptions.values()]) {
      if (pair(subscription.feed.owner.actor, subscription.sink.subscriber.actor)) this.#host.feeds.end(subscription, 'reset');
    }
  }

  /** Resets a link that is still held when TCP would give up. */
  resetLater(a: string, b: string, at: Instant): void {
    const key = a < b ? `${a}|${b}` : `${b}|${a}`;
    if (this.#resetting.has(key)) return;
    const reset = (): void => {
      this.#resetting.delete(key);
      if (this.#host.wire.faults.judgeLink(a, b, 'stream', this.#host.now).type === 'hold') this.#host.wire.resetLink(a, b);
    };
    this.#resetting.set(key, this.#host.timers.add(at, reset));
  }

  /** The plan has changed: links are given up as the new one says. */
  forgetResets(): void {
    for (const timer of this.#resetting.values()) this.#host.timers.cancel(timer);
    this.#resetting.clear();
  }

  heldSubscriptions(): Subscription[] {
    const held = [...this.#held];
    this.#held.clear();
    return held;
  }

  /** Whether the link lets a batch through now. A held one keeps its cursor and is looked at again when the rule ends. */
  judge(owner: Address, subscriber: Address, subscription: Subscription): boolean {
    const { wire: { faults }, timers, feeds, now } = this.#host;
    const verdict = faults.judgeLink(owner.actor, subscriber.actor, 'stream', now);
    this.#faultDelay = verdict.type === 'delay' ? verdict.by : milliseconds(0);
    if (verdict.type === 'hold') {
      if (resetsFirst(verdict)) this.resetLater(owner.actor, subscriber.actor, verdict.resetAt);
      this.#held.add(subscription);
      if (verdict.until !== undefined) timers.add(verdict.until, () => feeds.resume(subscription));
      return false;
    }
    if (verdict.type === 'reset') {
      timers.add(now, () => this.#host.wire.resetLink(owner.actor, subscriber.actor));
      return false;
    }
    return true;
  }

  fromPeer(host: string, item: Extract<PeerItem, { readonly item: 'subscribe' | 'unsubscribe' | 'entries' | 'feed-ended' }>): void {
    const { feeds, cells, options } = this.#host;
    switch (item.item) {
      case 'subscribe': {
        const feed = cells.get(item.owner.actor)?.feeds?.get(item.feed);
        const subscription = feed && feeds.subscribe(this.#host.newId(), feed, item.options, this.#hostSink(host, item.mirror, item.options.apart));
        if (subscription) this.#remote.set(`${host}|${item.mirror}`, subscription);
        else options.peers?.toHost(host, { item: 'feed-ended', mirror: item.mirror, reason: feed ? 'gone' : 'reset' });
        return;
      }
      case 'unsubscribe': {
        const subscription = this.#remote.get(`${host}|${item.mirror}`);
        if (subscription) feeds.unsubscribe(subscription);
        this.#remote.delete(`${host}|${item.mirror}`);
        return;
      }
      case 'entries': {
        const mirror = this.#mirrors.get(item.mirror);
        if (mirror) feeds.publish(mirror, item.entries, item.revision);
        return;
      }
      case 'feed-ended': {
        const mirror = this.#mirrors.get(item.mirror);
        if (mirror) this.#close(mirror, item.reason);
        return;
      }
    }
  }

  #mirror(owner: Address, name: string, options: SubscribeOptions): Feed | undefined {
    const { feeds } = this.#host;
    const key = `${owner.actor}|${name}`;
    const mirrors = this.#mirrorsOf.get(key) ?? [];
    const fitting = mirrors.find((mirror) => (mirror.key === undefined || mirror.key === options.key) && options.after >= mirror.droppedThrough);
    if (fitting) return fitting;
    const id = this.#host.newId();
    const asked = this.#host.options.peers?.toActor(owner.actor, { item: 'subscribe', mirror: id, owner, feed: name, options });
    if (asked !== true) return undefined;
    const mirror = feeds.open(owner, name, options.after, { limit: MIRROR_LIMIT }, id, options.key);
    this.#mirrors.set(id, mirror);
    this.#mirrorsOf.set(key, [...mirrors, mirror]);
    return mirror;
  }

  #cellSink(cell: Cell, owner: Address): Sink {
    return {
      subscriber: cell.address,
      deliver: (batch, subscription) => this.#toCell(cell, owner, batch, subscription),
      end: (end) => {
        this.#ended(end);
        if (cell.status === 'running') this.#host.delivery.toSelf(cell, 'signal', { type: 'feedEnded', signal: end } as { type: string });
      },
    };
  }

  #toCell(cell: Cell, owner: Address, batch: FeedBatch, subscription: Subscription): void {
    const { wire: { links }, timers, now, delivery } = this.#host;
    const entries = this.#asReceived(batch.entries);
    const message: FeedDelivery = { type: 'feed', batch: entries === batch.entries ? batch : Object.assign({}, batch, { entries }), subscription };
    const [from, to] = [owner.actor, cell.address.actor];
    const delay = links.latency(from, to) + this.#faultDelay;
    this.#faultDelay = milliseconds(0);
    if (delay === 0 && (links.size === 0 || !links.find(from, to))) {
      if (cell.status === 'running' && subscription.open && !this.#host.handleNow(cell, message)) delivery.toSelf(cell, 'signal', message);
      return;
    }
    const link = links.enter(from, to, later(now, milliseconds(delay)));
    timers.add(link.last, () => {
      links.leave(link);
      if (cell.status === 'running' && subscription.open) delivery.toSelf(cell, 'signal', message);
    });
  }

  #hostSink(host: string, mirror: number, apart: Duration | undefined): Sink {
    return {
      subscriber: { actor: `host/${host}`, incarnation: 0 },
      relay: true,
      deliver: (batch, subscription) => {
        const { peers } = this.#host.options;
        peers?.toHost(host, { item: 'entries', mirror, entries: batch.entries, revision: batch.revision });
        // A host that is behind holds a cursor, as a slow subscriber does.
        if (peers?.hostCongested(host)) this.#behind.push(subscription);
        else if (apart !== undefined) this.#host.timers.add(later(this.#host.now, apart), () => this.#host.feeds.handled(subscription));
        else this.#host.feeds.handled(subscription);
      },
      end: (end) => this.#host.options.peers?.toHost(host, { item: 'feed-ended', mirror, reason: end.reason }),
    };
  }

  /** There is room again on the links to other hosts. */
  relieve(): void {
    for (const subscription of this.#behind.splice(0)) this.#host.feeds.handled(subscription);
  }

  /** The host stops: nobody here hears of any feed again, and who follows from outside is told. */
  close(): void {
    for (const subscription of [...this.#subscriptions.values()]) this.#host.feeds.end(subscription, 'reset');
  }

  /** With every message encoded, one copy is made for all who receive the same array. */
  #asReceived(entries: readonly FeedEntry[]): readonly FeedEntry[] {
    const { recode } = this.#host.options;
    if (!recode) return entries;
    let copy = this.#recoded.get(entries);
    if (!copy) this.#recoded.set(entries, (copy = recode(entries)));
    return copy;
  }

  #ended(end: FeedEnd): void {
    const subscription = this.#subscriptions.get(end.subscription);
    if (subscription) this.#forget(subscription);
  }

  #forget(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.id);
    this.#held.delete(subscription);
    const { feed } = subscription;
    if (feed.mirror === 0 || feed.broadcast.size > 0 || feed.keyed.size > 0) return;
    // Nobody here follows it any more.
    this.#host.options.peers?.toActor(feed.owner.actor, { item: 'unsubscribe', mirror: feed.mirror });
    this.#dropMirror(feed);
  }

  #close(feed: Feed, reason: FeedEnd['reason']): void {
    this.#dropMirror(feed);
    this.#host.feeds.close(feed, reason);
  }

  #dropMirror(feed: Feed): void {
    if (!this.#mirrors.delete(feed.mirror)) return;
    const key = `${feed.owner.actor}|${feed.name}`;
    const left = (this.#mirrorsOf.get(key) ?? []).filter((mirror) => mirror !== feed);
    if (left.length > 0) this.#mirrorsOf.set(key, left);
    else this.#mirrorsOf.delete(key);
  }
}
