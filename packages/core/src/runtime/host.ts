import type { ActorSpec } from '../actor.js';
import type { Address } from '../address.js';
import type { Disk } from '../disk.js';
import type { FeedBatch } from '../feed.js';
import { DEFAULT_MAILBOX } from '../mailbox.js';
import { type Caller, type Envelope, failure, type Message } from '../message.js';
import type { Port } from '../port.js';
import { type Duration, type Instant, later, seconds } from '../time.js';
import { behaviourOf, type Cell, newMailbox } from './cell.js';
import { CellContext, type ContextHost, type Effect } from './context.js';
import { Delivery } from './delivery.js';
import { FeedTraffic } from './feed-traffic.js';
import { Feeds, type Subscription } from './feeds.js';
import { type FlowAnswer, FlowRunner, stepOfFlow } from './flow-runner.js';
import type { HostOptions } from './host-options.js';
import type { PeerItem } from './peers.js';
import { openPort } from './ports.js';
import { Release } from './release.js';
import { Ring } from './ring.js';
import { Slots } from './slots.js';
import { Supervisor } from './supervisor.js';
import { Timers } from './timers.js';
import { Wire } from './wire.js';

export const REQUEST_TIMEOUT = seconds(30);

/** Messages of one actor that are handled in a row: its code and its state are at hand then. Others wait for no longer than that. */
const MESSAGES_IN_A_ROW = 16;

/** After so many steps in a row the clock is read again. */
export const STEPS_BETWEEN_CLOCKS = 64;

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
  readonly feeds = new Feeds(() => this.now);
  readonly traffic: FeedTraffic;
  readonly supervisor: Supervisor;
  readonly wire: Wire;
  readonly delivery: Delivery;
  readonly #flows: FlowRunner;
  readonly #release: Release;
  readonly cells = new Map<string, Cell>();
  readonly effects: Effect[] = [];
  caller: Caller | undefined;
  /** The message whose handling runs: what it sends is caused by it. */
  cause = 0;
  now: Instant;
  /** Stopped for good: what is asked from outside is answered at once. */
  closed = false;
  readonly #ready = new Ring<Cell>();
  readonly #incarnations = new Map<string, number>();
  /** Whose messages are handled in a row, and how many more of them. */
  #current: Cell | undefined;
  #more = 0;
  #handledNow = 0;
  /** When the step before this one ended, where somebody counts the time of steps. */
  #clock = 0;
  #turning = false;
  #lastId = 0;
  #lastIndex = 0;

  constructor(options: HostOptions) {
    this.options = options;
    this.now = options.clock.now();
    this.wire = new Wire(this, options.latencies ?? []);
    this.delivery = new Delivery(this);
    this.#flows = new FlowRunner(this);
    this.#release = new Release(this);
    this.slots = new Slots(this.timers);
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

  /** The latest incarnation of a name on this host; 0 if it never was here. */
  lastIncarnation(name: string): number {
    return this.#incarnations.get(name) ?? 0;
  }

  port(name: string): Port {
    return openPort(this, { actor: name, incarnation: this.nextIncarnation(name) });
  }

  /** The number of the actor that starts next. */
  get nextIndex(): number {
    return this.#lastIndex;
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
      counted: 0, ready: false, blockedUntil: undefined, congested: false, perStep: 0, children: undefined, flows: undefined, feeds: undefined, watching: undefined, index: this.#lastIndex++,
    };
    this.cells.set(spec.name, cell);
    if (parent) (parent.children ??= new Set()).add(cell);
    this.options.named?.(cell.index, spec.name);
    this.options.observer?.started?.(address, spec.kind, this.now, cell.index);
    this.#run(cell, 'start', 0, undefined, undefined, () => (cell.state = behaviour.start(spec.config, cell.context)), undefined);
    this.delivery.decided(spec.name);
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
    this.supervisor.forget(cell);
    this.slots.failWhere((slot) => slot.requester.actor === cell.address.actor && slot.requester.incarnation === cell.address.incarnation, failure('unavailable'));
    // Timers that are still to come hold the cell; they must not hold what it knew.
    [cell.state, cell.flows, cell.feeds] = [undefined, undefined, undefined];
    this.announceEnd(cell.address, restarting);
    this.options.peers?.toAll({ item: 'ended', actor: cell.address, restarting });
    this.options.observer?.ended?.(cell.address, restarting, this.now);
  }

  /** A message of an actor here cannot be sent: the actor fails, and who waits for an answer is told. */
  refuse({ from, to, kind, slot, message }: Envelope, why: unknown): void {
    const cell = this.cells.get(from.actor);
    if (kind === 'request') this.slots.failWhere((waiting) => waiting.id === slot, failure('unavailable'));
    if (cell) this.supervisor.failed(cell, new Error(`${message.type} to ${to.actor} cannot be encoded: ${why instanceof Error ? why.message : String(why)}`));
  }

  /** An actor, here or on another host, has ended. */
  announceEnd(actor: Address, restarting: boolean): void {
    this.traffic.ownerEnded(actor);
    this.slots.failWhere((slot) => slot.target.actor === actor.actor, failure('unavailable'));
    this.supervisor.notify(actor, restarting);
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
    return this.#current !== undefined || this.#ready.length > 0;
  }

  /** Runs one message of one ready actor; false if none is ready. */
  step(): boolean {
    const { order } = this.options;
    const cell = order ? this.#ready.takeUnordered(order.below(this.#ready.length)) : this.#inTurn();
    if (!cell) return false;
    cell.ready = false;
    if (cell.status === 'ended' || cell.congested || (cell.blockedUntil !== undefined && cell.blockedUntil > this.now)) return true;
    const envelope = cell.mailbox.shift();
    if (!envelope) return true;
    if (envelope.kind === 'send' || envelope.kind === 'request') cell.counted--;
    // What comes for it meanwhile does not queue it: it may go on.
    cell.ready = order === undefined;
    this.#handle(cell, envelope);
    if (order === undefined) cell.ready = false;
    if (cell.perStep > 0 && !this.#isEnded(cell)) this.supervisor.block(cell, later(this.now, cell.perStep as Duration));
    if (cell.mailbox.length > 0) this.#goOn(cell);
    return true;
  }

  #inTurn(): Cell | undefined {
    const current = this.#current;
    if (current === undefined) {
      this.#more = MESSAGES_IN_A_ROW;
      return this.#ready.shift();
    }
    this.#current = undefined;
    return current;
  }

  /** An actor has more to handle: next, if it has not handled many in a row, else when the others had their turn. */
  #goOn(cell: Cell): void {
    if (this.options.order || --this.#more <= 0 || cell.status === 'ended' || cell.congested || cell.blockedUntil !== undefined) return this.wake(cell);
    cell.ready = true;
    this.#current = cell;
  }

  /**
   * Hands a batch of a feed to an actor that has nothing else to handle, without the way through its mailbox: where a thousand actors
   * of a host follow one feed, each of them is looked at once and not twice. False: it has, or may handle nothing now.
   */
  handleNow(cell: Cell, delivery: FeedDelivery): boolean {
    if (this.options.order || cell.ready || cell.mailbox.length > 0 || cell.congested || cell.blockedUntil !== undefined || cell.perStep > 0) return false;
    if (++this.#handledNow % STEPS_BETWEEN_CLOCKS === 0) this.now = this.options.clock.now();
    // What comes for it meanwhile does not queue it before it is done.
    cell.ready = true;
    this.#handle(cell, this.delivery.signalTo(cell, delivery));
    cell.ready = false;
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
        return this.delivery.receive(item.envelope);
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

  /** Begins a flow as a step of its own. */
  beginFlow(cell: Cell, begun: Extract<Effect, { effect: 'run' }>): void {
    this.#run(cell, stepOfFlow(begun.flow), this.cause, this.caller, undefined, this.#begins, begun);
  }

  /** A turn of steps begins: what lies between two of them counts as the second's time. */
  turnBegan(): void {
    this.#turning = true;
    if (this.options.observer?.stepped) this.#clock = performance.now();
  }

  turnEnded(): void {
    this.#turning = false;
  }

  // What a step does, with what. Functions that are made once, not a closure for each message.
  readonly #receives = (cell: Cell, { from, message }: Envelope): void => {
    const handler = cell.behaviour.receive[message.type];
    if (!handler) throw new Error(`${cell.behaviour.kind} does not receive ${message.type} (from ${from.actor})`);
    handler(cell.state, this.recoded(message), cell.context);
  };
  readonly #feeds = (cell: Cell, { batch }: FeedDelivery): void => cell.behaviour.signals.feed?.(cell.state, batch, cell.context);
  readonly #begins = (cell: Cell, { flow, argument }: Extract<Effect, { effect: 'run' }>): void => this.#flows.start(cell, flow, argument);
  readonly #answers = (cell: Cell, { flow, answer }: FlowAnswer): void => this.#flows.advance(cell, flow, answer);
  readonly #signals = ({ behaviour, state, context }: Cell, { type, signal }: Message & { readonly signal: never }): void => {
    if (type === 'terminated') behaviour.signals.terminated?.(state, signal, context);
    else behaviour.signals.feedEnded?.(state, signal, context);
  };

  /** Runs one step: its effects are released if it returns, and gone if it throws. */
  #run<T>(cell: Cell, step: string, id: number, caller: Caller | undefined, envelope: Envelope | undefined, work: (cell: Cell, subject: T) => void, subject: T): void {
    const { observer, mark } = this.options;
    const { cause: outerCause, caller: outerCaller } = this;
    const firstEffect = this.effects.length;
    this.cause = id;
    this.caller = caller;
    mark?.(cell.index, step);
    observer?.stepping?.(cell.address, step, envelope, this.now);
    if (!this.#turning && observer?.stepped) this.#clock = performance.now();
    try {
      work(cell, subject);
      if (this.effects.length > firstEffect) this.#release.all(cell, firstEffect);
    } catch (error) {
      this.effects.length = firstEffect;
      this.supervisor.failed(cell, error);
    }
    if (observer?.stepped) {
      const ended = performance.now();
      observer.stepped(cell.address, step, (ended - this.#clock) * 1000, cell.index, ended);
      this.#clock = ended;
    }
    this.cause = outerCause;
    this.caller = outerCaller;
  }

  #handle(cell: Cell, envelope: Envelope): void {
    const { message, id } = envelope;
    if (envelope.kind !== 'signal') {
      const caller = envelope.kind === 'request' ? { address: envelope.from, slot: envelope.slot } : undefined;
      return this.#run(cell, message.type, id, caller, envelope, this.#receives, envelope);
    }
    switch (message.type) {
      case 'feed': {
        const delivery = message as FeedDelivery;
        const { subscription } = delivery;
        if (!subscription.open) return;
        this.options.observer?.fed?.(cell.address, delivery.batch, this.now, cell.index);
        this.#run(cell, subscription.feed.step, id, undefined, envelope, this.#feeds, delivery);
        return this.feeds.handled(subscription);
      }
      case 'answer':
        return this.#run(cell, (message as FlowAnswer).flow.step, id, undefined, envelope, this.#answers, message as FlowAnswer);
      default:
        return this.#run(cell, message.type, id, undefined, envelope, this.#signals, message as Message & { readonly signal: never });
    }
  }

  /** The last step of an actor that is stopped in order. */
  runStopping(cell: Cell): void {
    const { stopping } = cell.behaviour.signals;
    if (stopping) this.#run(cell, 'stopping', 0, undefined, undefined, () => stopping(cell.state, cell.context), undefined);
  }

  #isEnded(cell: Cell): boolean {
    return cell.status === 'ended';
  }

  cellOf(actor: string): Cell | undefined {
    return this.cells.get(actor);
  }

  isKnown(kind: string): boolean {
    return this.options.definitions(kind) !== undefined;
  }

  recoded<M extends Message>(message: M): M {
    return this.options.recode ? this.options.recode(message) : message;
  }

  /** Whether the name belongs to this host: it was started here, though it may be down. */
  isLocal(actor: string): boolean {
    return this.#incarnations.has(actor) || this.delivery.expects(actor);
  }
}

/** A batch of a feed on its way to a subscriber of this host. It never leaves it. */
export interface FeedDelivery extends Message {
  readonly type: 'feed';
  readonly batch: FeedBatch;
  readonly subscription: Subscription;
}
