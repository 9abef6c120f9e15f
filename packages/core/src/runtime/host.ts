import type { ActorSpec, TimerId } from '../actor.js';
import type { Address } from '../address.js';
import type { Disk } from '../disk.js';
import type { FeedBatch } from '../feed.js';
import { deepFreeze } from '../freeze.js';
import { DEFAULT_MAILBOX } from '../mailbox.js';
import { type Caller, type Envelope, failure, type LinkKind, type Message } from '../message.js';
import type { Port } from '../port.js';
import { type Duration, type Instant, later, seconds } from '../time.js';
import { behaviourOf, type Cell, newMailbox } from './cell.js';
import { CellContext, type ContextHost, type Effect } from './context.js';
import { FeedTraffic } from './feed-traffic.js';
import { Feeds } from './feeds.js';
import { type FlowAnswer, FlowRunner } from './flow-runner.js';
import type { HostOptions } from './host-options.js';
import type { PeerItem } from './peers.js';
import { openPort } from './ports.js';
import { Ring } from './ring.js';
import { Slots } from './slots.js';
import { Supervisor } from './supervisor.js';
import { type Timer, Timers } from './timers.js';
import { Wire } from './wire.js';

export const REQUEST_TIMEOUT = seconds(30);

/** Incarnations of one host incarnation; the next one's begin after them. */
const INCARNATIONS_PER_HOST = 1_000_000;

/**
 * One thread's worth of actors: it delivers, runs handlers one message at a time, and releases their effects when they return. A
 * driver (an event loop, a simulation) calls `step`, `runTimers` and `flush`; nothing here waits or reads a clock of its own.
 */
export class Host implements ContextHost {
  readonly options: HostOptions;
  readonly timers = new Timers();
  readonly slots: Slots;
  readonly feeds = new Feeds();
  readonly traffic: FeedTraffic;
  readonly supervisor: Supervisor;
  readonly wire: Wire;
  readonly #flows: FlowRunner;
  readonly cells = new Map<string, Cell>();
  readonly effects: Effect[] = [];
  caller: Caller | undefined;
  now: Instant;
  readonly #ready = new Ring<Cell>();
  readonly #held: Envelope[] = [];
  readonly #timerById = new Map<TimerId, Timer>();
  readonly #incarnations = new Map<string, number>();
  readonly #waiting = new Set<string>();
  #current: Cell | undefined;
  #currentId = 0;
  #lastEnvelope: number;
  #lastId = 0;
  #lastIndex = 0;

  constructor(options: HostOptions) {
    this.options = options;
    this.now = options.clock.now();
    this.#lastEnvelope = options.index * 2 ** 40;
    this.wire = new Wire(this, options.latencies ?? []);
    this.#flows = new FlowRunner(this);
    this.slots = new Slots((at) => this.timers.add(at, () => this.slots.expire(this.now)));
    this.traffic = new FeedTraffic(this);
    this.supervisor = new Supervisor(this);
  }

  get seed(): number {
    return this.options.seed;
  }

  newId(): number {
    return ++this.#lastId;
  }

  diskOf(actor: string): Disk {
    return this.options.disks.of(actor);
  }

  nextIncarnation(name: string): number {
    const last = this.#incarnations.get(name) ?? (this.options.incarnation - 1) * INCARNATIONS_PER_HOST;
    this.#incarnations.set(name, last + 1);
    return last + 1;
  }

  port(name: string): Port {
    return openPort(this, { actor: name, incarnation: this.nextIncarnation(name) });
  }

  /** Starts an actor. Its `start` runs at once; what it sends is on its way when this returns. */
  start(spec: ActorSpec, parent?: Cell, incarnation = this.nextIncarnation(spec.name)): Cell {
    const definition = this.options.definitions(spec.kind);
    if (!definition) throw new Error(`no actor of kind ${spec.kind} in the catalog (wanted for ${spec.name})`);
    if (this.cells.has(spec.name)) throw new Error(`an actor named ${spec.name} is already running on host ${this.options.name}`);
    const behaviour = behaviourOf(definition, DEFAULT_MAILBOX);
    const address: Address = { actor: spec.name, incarnation };
    const cell: Cell = {
      spec, address, parent, behaviour, context: new CellContext(this, address), state: undefined, status: 'running', mailbox: newMailbox(),
      counted: 0, ready: false, blockedUntil: undefined, congested: false, perStep: 0, children: undefined, flows: undefined, feeds: undefined, index: this.#lastIndex++,
    };
    this.cells.set(spec.name, cell);
    if (parent) (parent.children ??= new Set()).add(cell);
    this.options.named?.(cell.index, spec.name);
    this.options.observer?.started?.(address, spec.kind, this.now);
    this.#run(cell, 'start', 0, undefined, undefined, () => {
      cell.state = behaviour.start(spec.config, cell.context);
    });
    return cell;
  }

  /** Ends an actor and its children. Requests to it fail, its feeds end, those who watch it are told. */
  end(cell: Cell, restarting: boolean): void {
    if (cell.status === 'ended') return;
    cell.status = 'ended';
    for (const child of cell.children ?? []) this.end(child, false);
    cell.parent?.children?.delete(cell);
    if (this.cells.get(cell.spec.name) === cell) this.cells.delete(cell.spec.name);
    cell.mailbox.clear();
    this.options.disks.crashed(cell.spec.name);
    this.traffic.ended(cell);
    this.slots.failWhere((slot) => slot.requester.actor === cell.address.actor && slot.requester.incarnation === cell.address.incarnation, failure('unavailable'));
    this.announceEnd(cell.address, restarting);
    this.options.peers?.toAll({ item: 'ended', actor: cell.address, restarting });
    this.options.observer?.ended?.(cell.address, restarting, this.now);
  }

  /** An actor, here or on another host, has ended. */
  announceEnd(actor: Address, restarting: boolean): void {
    this.traffic.ownerEnded(actor);
    this.slots.failWhere((slot) => slot.target.actor === actor.actor, failure('unavailable'));
    this.supervisor.notify(actor, restarting);
  }

  post(from: Address, to: Address, message: Message, link: LinkKind, kind: Envelope['kind'], slot: number, deadline: Instant | undefined): void {
    if (this.options.freeze) deepFreeze(message);
    const envelope: Envelope = { id: ++this.#lastEnvelope, cause: this.#currentId, from, to, link, kind, slot, deadline, message };
    this.options.observer?.posted?.(envelope, this.now);
    this.wire.send(envelope);
  }

  /** Where an envelope arrives: at the actor's mailbox here, or on its way to another host. */
  receive(envelope: Envelope): void {
    if (envelope.kind === 'reply') {
      if (this.isLocal(envelope.to.actor)) this.options.observer?.received?.(envelope, this.now);
      if (!this.isLocal(envelope.to.actor)) this.options.peers?.toActor(envelope.to.actor, { item: 'envelope', envelope });
      else this.slots.take(envelope.slot)?.fill(this.#recoded(envelope.message), envelope.slot);
      return;
    }
    const cell = this.cells.get(envelope.to.actor);
    if (!cell) return this.#forward(envelope);
    if (envelope.to.incarnation !== 0 && envelope.to.incarnation !== cell.address.incarnation) return this.drop(envelope, 'fenced');
    const counts = envelope.kind === 'send' || envelope.kind === 'request';
    if (counts && cell.counted >= cell.behaviour.mailbox.capacity && !this.#makeRoom(cell, envelope)) return;
    if (counts) cell.counted++;
    this.options.observer?.received?.(envelope, this.now);
    cell.mailbox.push(envelope);
    this.wake(cell);
  }

  wake(cell: Cell): void {
    if (cell.ready || cell.congested || cell.status === 'ended' || cell.mailbox.length === 0) return;
    if (cell.blockedUntil !== undefined) {
      if (cell.blockedUntil > this.now) return;
      cell.blockedUntil = undefined;
    }
    cell.ready = true;
    this.#ready.push(cell);
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Runs one message of one ready actor; false if none is ready. */
  step(): boolean {
    const { order } = this.options;
    const cell = order ? this.#ready.takeUnordered(order.below(this.#ready.length)) : this.#ready.shift();
    if (!cell) return false;
    cell.ready = false;
    if (cell.status === 'ended' || cell.congested || (cell.blockedUntil !== undefined && cell.blockedUntil > this.now)) return true;
    const envelope = cell.mailbox.shift();
    if (!envelope) return true;
    if (envelope.kind === 'send' || envelope.kind === 'request') cell.counted--;
    this.#handle(cell, envelope);
    if (cell.perStep > 0) this.supervisor.block(cell, later(this.now, cell.perStep as Duration));
    if (cell.mailbox.length > 0) this.wake(cell);
    return true;
  }

  /** Fires what is due; says when the next timer is. */
  runTimers(): void {
    for (let timer = this.timers.take(this.now); timer; timer = this.timers.take(this.now)) timer.due();
  }

  fromPeer(host: string, item: PeerItem): void {
    switch (item.item) {
      case 'envelope':
        return this.receive(item.envelope);
      case 'watch':
        return this.supervisor.watchFor(host, item.actor);
      case 'ended':
        return this.announceEnd(item.actor, item.restarting);
      case 'reset':
        return this.wire.resetLink(item.between[0], item.between[1], false);
      case 'subscribe':
      case 'unsubscribe':
      case 'entries':
      case 'feed-ended':
        return this.traffic.fromPeer(host, item);
    }
  }

  drop(envelope: Envelope, why: 'no-such-actor' | 'fenced' | 'overflow' | 'fault'): void {
    this.options.observer?.dropped?.(envelope, why, this.now);
    if (envelope.kind !== 'request' || why === 'fault') return;
    const reason = why === 'overflow' ? 'overloaded' : this.supervisor.isDown(envelope.to.actor) || why === 'fenced' ? 'unavailable' : 'no-such-actor';
    // The answer takes the link back, so that a refusal is not faster than the network.
    this.post(envelope.to, envelope.from, failure(reason), 'stream', 'reply', envelope.slot, undefined);
  }

  /** Runs something from outside as a step of its own (ports, timers). */
  #run(cell: Cell, step: string, id: number, caller: Caller | undefined, envelope: Envelope | undefined, handler: () => void): void {
    const { observer, mark } = this.options;
    const [outerCell, outerId, outerCaller] = [this.#current, this.#currentId, this.caller];
    const firstEffect = this.effects.length;
    this.#current = cell;
    this.#currentId = id;
    this.caller = caller;
    mark?.(cell.index, step);
    observer?.stepping?.(cell.address, step, envelope, this.now);
    const began = observer?.stepped ? performance.now() : 0;
    try {
      handler();
      this.#release(cell, firstEffect);
    } catch (error) {
      this.effects.length = firstEffect;
      this.supervisor.failed(cell, error);
    }
    if (observer?.stepped) observer.stepped(cell.address, step, (performance.now() - began) * 1000);
    [this.#current, this.#currentId, this.caller] = [outerCell, outerId, outerCaller];
  }

  #handle(cell: Cell, envelope: Envelope): void {
    const { message } = envelope;
    const { behaviour, context } = cell;
    if (envelope.kind === 'signal') {
      if (message.type === 'feed' || message.type === 'answer') {
        const delivery = message as FeedDelivery | FlowAnswer;
        if (delivery.type === 'feed') this.options.observer?.fed?.(cell.address, delivery.batch, this.now);
        this.#run(cell, delivery.type === 'feed' ? `feed ${delivery.batch.feed}` : `flow ${delivery.flow.name}`, envelope.id, undefined, envelope, () => {
          if (delivery.type === 'feed') behaviour.signals.feed?.(cell.state, delivery.batch, context);
          else this.#flows.advance(cell, delivery.flow, delivery.answer);
        });
        if (delivery.type === 'feed') delivery.done();
        return;
      }
      this.#run(cell, message.type, envelope.id, undefined, envelope, () => {
        const signal = message as Message & { readonly signal: never };
        if (message.type === 'terminated') behaviour.signals.terminated?.(cell.state, signal.signal, context);
        else behaviour.signals.feedEnded?.(cell.state, signal.signal, context);
      });
      return;
    }
    const handler = behaviour.receive[message.type];
    const caller = envelope.kind === 'request' ? { address: envelope.from, slot: envelope.slot } : undefined;
    this.#run(cell, message.type, envelope.id, caller, envelope, () => {
      if (!handler) throw new Error(`${behaviour.kind} does not receive ${message.type} (from ${envelope.from.actor})`);
      handler(cell.state, this.#recoded(message), context);
    });
  }

  #release(cell: Cell, from: number): void {
    const { effects } = this;
    // A flow that starts here appends effects of its own, so the length is read each time.
    for (let i = from; i < effects.length; i++) this.#perform(cell, effects[i] as Effect);
    effects.length = from;
  }

  #perform(cell: Cell, effect: Effect): void {
    switch (effect.effect) {
      case 'send':
        this.#noteCongestion(cell, effect.to);
        return this.post(cell.address, effect.to, effect.message, effect.link, 'send', 0, undefined);
      case 'reply':
        return this.post(cell.address, effect.caller.address, effect.message, 'stream', 'reply', effect.caller.slot, undefined);
      case 'request':
        this.#noteCongestion(cell, effect.to);
        return this.post(cell.address, effect.to, effect.message, 'stream', 'request', effect.slot, effect.deadline);
      case 'after':
        this.#timerById.set(effect.timer, this.timers.add(later(this.now, effect.delay), () => {
          this.#timerById.delete(effect.timer);
          if (cell.status === 'running') this.toSelf(cell, 'timer', effect.message);
        }));
        return;
      case 'cancel': {
        const timer = this.#timerById.get(effect.timer);
        if (timer) this.timers.cancel(timer);
        this.#timerById.delete(effect.timer);
        return;
      }
      case 'later':
        this.timers.add(later(this.now, effect.delay), effect.due);
        return;
      case 'run':
        return this.#flows.start(cell, effect.flow, effect.argument);
      case 'spawn':
        this.start(effect.spec, cell, effect.incarnation);
        return;
      case 'watch':
        return this.supervisor.watch(cell, effect.actor);
      case 'unwatch':
        return this.supervisor.unwatch(cell, effect.actor);
      case 'stop':
        return this.supervisor.stop(effect.actor);
      case 'openFeed':
      case 'publish':
      case 'subscribe':
      case 'unsubscribe':
        return this.traffic.perform(cell, effect);
    }
  }

  /** The last step of an actor that is stopped in order. */
  runStopping(cell: Cell): void {
    const { stopping } = cell.behaviour.signals;
    if (stopping) this.#run(cell, 'stopping', 0, undefined, undefined, () => stopping(cell.state, cell.context));
  }

  /** A message from the runtime to an actor; it is never lost and needs no room in the mailbox. */
  toSelf(cell: Cell, kind: 'timer' | 'signal', message: Message): void {
    const envelope: Envelope = {
      id: ++this.#lastEnvelope, cause: this.#currentId, from: cell.address, to: cell.address, link: 'stream', kind: kind === 'timer' ? 'timer' : 'signal', slot: 0, deadline: undefined, message,
    };
    cell.mailbox.push(envelope);
    this.wake(cell);
  }

  #recoded<M extends Message>(message: M): M {
    return this.options.recode ? this.options.recode(message) : message;
  }

  /** Whether the name belongs to this host: it was started here, though it may be down. */
  isLocal(actor: string): boolean {
    return this.#incarnations.has(actor);
  }

  #forward(envelope: Envelope): void {
    if (this.isLocal(envelope.to.actor) || !this.options.peers?.toActor(envelope.to.actor, { item: 'envelope', envelope })) this.drop(envelope, 'no-such-actor');
  }

  #makeRoom(cell: Cell, envelope: Envelope): boolean {
    switch (cell.behaviour.mailbox.overflow) {
      case 'drop-newest':
        this.drop(envelope, 'overflow');
        return false;
      case 'drop-oldest': {
        const oldest = cell.mailbox.shift();
        if (oldest) this.drop(oldest, 'overflow');
        cell.counted--;
        return true;
      }
      case 'reject':
        this.drop(envelope, 'overflow');
        if (envelope.kind === 'send' && envelope.link === 'stream') this.wire.resetLink(envelope.from.actor, cell.address.actor);
        return false;
    }
  }

  /** An actor that sends where too much is under way handles nothing more until there is room: so pressure reaches the producer. */
  #noteCongestion(cell: Cell, to: Address): void {
    if (this.options.peers === undefined || this.cells.has(to.actor) || !this.options.peers.congested(to.actor)) return;
    cell.congested = true;
    this.#waiting.add(cell.spec.name);
  }

  /** There is room again on the links to other hosts. */
  relieve(): void {
    for (const name of this.#waiting) {
      const cell = this.cells.get(name);
      if (!cell) continue;
      cell.congested = false;
      this.wake(cell);
    }
    this.#waiting.clear();
  }

}

/** A batch of a feed, with what the feed does once it was handled. It never leaves the host. */
export interface FeedDelivery extends Message {
  readonly type: 'feed';
  readonly batch: FeedBatch;
  readonly done: () => void;
}
