import type { ActorContext, ActorSpec, TimerId } from '../actor.js';
import type { Address } from '../address.js';
import type { Disk } from '../disk.js';
import type { FeedEntry, FeedOptions, SubscribeOptions } from '../feed.js';
import type { Flow } from '../flow.js';
import type { Caller, LinkKind, Message } from '../message.js';
import { Random, type RandomState } from '../random.js';
import type { Duration, Instant } from '../time.js';
import type { Cell } from './cell.js';

/** An effect of a handler, kept until the handler has returned. */
export type Effect =
  | { readonly effect: 'send'; readonly to: Address; readonly message: Message; readonly link: LinkKind }
  | { readonly effect: 'reply'; readonly caller: Caller; readonly message: Message }
  | { readonly effect: 'after'; readonly timer: TimerId; readonly delay: Duration; readonly message: Message }
  | { readonly effect: 'cancel'; readonly timer: TimerId }
  | { readonly effect: 'run'; readonly flow: (argument: never) => Flow<unknown>; readonly argument: unknown }
  | { readonly effect: 'spawn'; readonly spec: ActorSpec; readonly incarnation: number }
  | { readonly effect: 'watch' | 'unwatch' | 'stop'; readonly actor: Address }
  | { readonly effect: 'openFeed'; readonly feed: string; readonly revision: number; readonly options: FeedOptions }
  | { readonly effect: 'publish'; readonly feed: string; readonly entries: readonly FeedEntry[] }
  | { readonly effect: 'subscribe'; readonly subscription: number; readonly owner: Address; readonly feed: string; readonly options: SubscribeOptions }
  | { readonly effect: 'unsubscribe'; readonly subscription: number }
  // Requests and sleeps of a flow: they too leave only when the step is over.
  | { readonly effect: 'request'; readonly to: Address; readonly message: Message; readonly slot: number; readonly deadline: Instant }
  | { readonly effect: 'later'; readonly delay: Duration; readonly due: () => void };

/** What a context needs of its host. */
export interface ContextHost {
  readonly now: Instant;
  readonly seed: number;
  readonly caller: Caller | undefined;
  readonly effects: Effect[];
  newId(): number;
  nextIncarnation(name: string): number;
  diskOf(actor: string): Disk;
  cellOf(actor: string): Cell | undefined;
  isKnown(kind: string): boolean;
}

/**
 * The context of one incarnation. It is small, for there may be a hundred thousand. What cannot be done is refused here, while the
 * handler runs, so that a handler either releases all its effects or none.
 */
export class CellContext implements ActorContext {
  readonly self: Address;
  readonly #host: ContextHost;
  #random: Random | undefined;

  constructor(host: ContextHost, self: Address) {
    this.#host = host;
    this.self = self;
  }

  get now(): Instant {
    return this.#host.now;
  }

  get random(): Random {
    // Each incarnation has its own stream: a restart must not repeat names that the former one gave.
    return (this.#random ??= Random.named(this.#host.seed, `${this.self.actor}#${this.self.incarnation}`));
  }

  get disk(): Disk {
    return this.#host.diskOf(this.self.actor);
  }

  get caller(): Caller | undefined {
    return this.#host.caller;
  }

  send<M extends Message>(to: Address<M>, message: M, link: LinkKind = 'stream'): void {
    this.#host.effects.push({ effect: 'send', to, message, link });
  }

  reply(caller: Caller, message: Message): void {
    this.#host.effects.push({ effect: 'reply', caller, message });
  }

  after(delay: Duration, message: Message): TimerId {
    const timer = this.#host.newId();
    this.#host.effects.push({ effect: 'after', timer, delay, message });
    return timer;
  }

  cancel(timer: TimerId): void {
    this.#host.effects.push({ effect: 'cancel', timer });
  }

  /** Where its stream of chance stands; `undefined` while it has drawn nothing. */
  get randomState(): RandomState | undefined {
    return this.#random?.state();
  }

  run<A>(flow: (argument: A) => Flow<unknown>, argument: A): void {
    const behaviour = this.#host.cellOf(this.self.actor)?.behaviour;
    if (behaviour && !behaviour.flows.has(flow)) throw new Error(`flow ${flow.name} is not among the flows of ${behaviour.kind}`);
    this.#host.effects.push({ effect: 'run', flow: flow as (argument: never) => Flow<unknown>, argument });
  }

  spawn(spec: ActorSpec): Address {
    if (!this.#host.isKnown(spec.kind)) throw new Error(`no actor of kind ${spec.kind} in the catalog (wanted for ${spec.name})`);
    if (this.#willRun(spec.name)) throw new Error(`an actor named ${spec.name} is already running on this host`);
    const incarnation = this.#host.nextIncarnation(spec.name);
    this.#host.effects.push({ effect: 'spawn', spec, incarnation });
    return { actor: spec.name, incarnation };
  }

  watch(actor: Address): void {
    this.#host.effects.push({ effect: 'watch', actor });
  }

  unwatch(actor: Address): void {
    this.#host.effects.push({ effect: 'unwatch', actor });
  }

  stop(actor: Address = this.self): void {
    this.#host.effects.push({ effect: 'stop', actor });
  }

  openFeed(feed: string, revision: number, options: FeedOptions): void {
    this.#host.effects.push({ effect: 'openFeed', feed, revision, options });
  }

  publish(feed: string, entries: readonly FeedEntry[]): void {
    const { effects } = this.#host;
    const isOpen = this.#host.cellOf(this.self.actor)?.feeds?.has(feed) === true || effects.some((effect) => effect.effect === 'openFeed' && effect.feed === feed);
    if (!isOpen) throw new Error(`${this.self.actor} published to ${feed}, a feed that it has not opened`);
    this.#host.effects.push({ effect: 'publish', feed, entries });
  }

  subscribe(owner: Address, feed: string, options: SubscribeOptions): number {
    const subscription = this.#host.newId();
    this.#host.effects.push({ effect: 'subscribe', subscription, owner, feed, options });
    return subscription;
  }

  unsubscribe(subscription: number): void {
    this.#host.effects.push({ effect: 'unsubscribe', subscription });
  }

  /** Whether an actor will run under the name once the effects so far are released. */
  #willRun(name: string): boolean {
    let running = this.#host.cellOf(name) !== undefined;
    for (const effect of this.#host.effects) {
      if (effect.effect === 'stop' && effect.actor.actor === name) running = false;
      if (effect.effect === 'spawn' && effect.spec.name === name) running = true;
    }
    return running;
  }
}
