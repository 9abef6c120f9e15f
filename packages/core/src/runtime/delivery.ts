import type { Address } from '../address.js';
import { deepFreeze } from '../freeze.js';
import { type Envelope, failure, type LinkKind, type Message } from '../message.js';
import type { Instant } from '../time.js';
import type { Cell } from './cell.js';
import type { Host } from './host.js';

/** Messages between leaving a handler and reaching a mailbox: numbered, bounded, kept for who is about to start, or refused. */
export class Delivery {
  readonly #host: Host;
  /** What has come for actors that are about to start here. */
  readonly #early = new Map<string, Envelope[]>();
  /** Actors that wait for room on a link to another host. */
  readonly #congested = new Set<Cell>();
  #lastEnvelope: number;

  constructor(host: Host) {
    this.#host = host;
    const { index, incarnation } = host.options;
    // The next incarnation of a host must not repeat the ids of this one: a trace names messages by them.
    this.#lastEnvelope = index * 2 ** 40 + (incarnation - 1) * 2 ** 32;
  }

  post(from: Address, to: Address, message: Message, link: LinkKind, kind: Envelope['kind'], slot: number, deadline: Instant | undefined, sender?: number): void {
    const { options, cause, now, wire } = this.#host;
    if (options.freeze) deepFreeze(message);
    const envelope: Envelope = { id: ++this.#lastEnvelope, cause, from, to, link, kind, slot, deadline, message };
    options.observer?.posted?.(envelope, now, sender);
    wire.send(envelope);
  }

  /** Where an envelope arrives: at the actor's mailbox here, or on its way to another host. */
  receive(envelope: Envelope): void {
    const host = this.#host;
    const { actor, incarnation } = envelope.to;
    if (envelope.kind === 'reply') return this.#reply(envelope);
    const cell = host.cells.get(actor);
    if (!cell) return this.#absent(envelope);
    if (incarnation !== 0 && incarnation !== cell.address.incarnation) return this.drop(envelope, 'fenced');
    if (envelope.kind === 'send' || envelope.kind === 'request') {
      if (cell.counted >= cell.behaviour.mailbox.capacity && !this.#makeRoom(cell, envelope)) return;
      cell.counted++;
    }
    host.options.observer?.received?.(envelope, host.now);
    cell.mailbox.push(envelope);
    host.wake(cell);
  }

  /** A message from the runtime to an actor; it is never lost and needs no room in the mailbox. */
  toSelf(cell: Cell, kind: 'timer' | 'signal', message: Message): void {
    cell.mailbox.push(this.#own(cell, kind, message));
    this.#host.wake(cell);
  }

  /** The same without a mailbox, for what is handled at once. */
  signalTo(cell: Cell, message: Message): Envelope {
    return this.#own(cell, 'signal', message);
  }

  #own({ address }: Cell, kind: 'timer' | 'signal', message: Message): Envelope {
    return { id: ++this.#lastEnvelope, cause: this.#host.cause, from: address, to: address, link: 'stream', kind, slot: 0, deadline: undefined, message };
  }

  drop(envelope: Envelope, why: 'no-such-actor' | 'fenced' | 'overflow' | 'fault'): void {
    const { options, supervisor, now } = this.#host;
    options.observer?.dropped?.(envelope, why, now);
    // A fault that takes a request resets its link, and that answers.
    if (envelope.kind !== 'request' || why === 'fault') return;
    const reason = why === 'overflow' ? 'overloaded' : supervisor.isDown(envelope.to.actor) || why === 'fenced' ? 'unavailable' : 'no-such-actor';
    // The answer takes the link back, so that a refusal is not faster than the network. It speaks for the name, whoever holds it.
    this.post({ actor: envelope.to.actor, incarnation: 0 }, envelope.from, failure(reason), 'stream', 'reply', envelope.slot, undefined);
  }

  /** These actors are about to start here, in any order: what comes for them meanwhile waits. */
  expect(names: Iterable<string>): void {
    for (const name of names) if (!this.#host.cells.has(name) && !this.#early.has(name)) this.#early.set(name, []);
  }

  expects(name: string): boolean {
    return this.#early.has(name);
  }

  /** An expected actor has started, or will not. */
  decided(name: string): void {
    const early = this.#early.get(name);
    this.#early.delete(name);
    for (const envelope of early ?? []) this.receive(envelope);
  }

  /** An actor that sends where too much is under way handles nothing more until there is room: so pressure reaches the producer. */
  noteCongestion(cell: Cell, to: Address): void {
    const { options: { peers }, cells } = this.#host;
    if (peers === undefined || cells.has(to.actor) || !peers.congested(to.actor)) return;
    cell.congested = true;
    this.#congested.add(cell);
  }

  /** There is room again on the links to other hosts. */
  relieve(): void {
    const waiting = [...this.#congested];
    this.#congested.clear();
    for (const cell of waiting) {
      cell.congested = false;
      this.#host.wake(cell);
    }
  }

  #reply(envelope: Envelope): void {
    const host = this.#host;
    if (!host.isLocal(envelope.to.actor)) return void host.options.peers?.toActor(envelope.to.actor, { item: 'envelope', envelope });
    const slot = host.slots.take(envelope);
    // Its deadline, or a reset of the link, has answered in its place.
    if (!slot) return this.drop(envelope, 'fenced');
    host.options.observer?.received?.(envelope, host.now);
    slot.fill(host.recoded(envelope.message), envelope.slot);
  }

  #absent(envelope: Envelope): void {
    const host = this.#host;
    const { actor } = envelope.to;
    const early = this.#early.get(actor);
    if (early) early.push(envelope);
    else if (host.isLocal(actor) || !host.options.peers?.toActor(actor, { item: 'envelope', envelope })) this.drop(envelope, 'no-such-actor');
  }

  #makeRoom(cell: Cell, envelope: Envelope): boolean {
    switch (cell.behaviour.mailbox.overflow) {
      case 'drop-newest':
        this.drop(envelope, 'overflow');
        return false;
      case 'drop-oldest': {
        // Timers, signals and answers are never dropped, however old they are.
        const oldest = cell.mailbox.takeFirst(({ kind }) => kind === 'send' || kind === 'request');
        if (!oldest) return false;
        cell.counted--;
        this.drop(oldest, 'overflow');
        return true;
      }
      case 'reject':
        this.drop(envelope, 'overflow');
        if (envelope.kind === 'send' && envelope.link === 'stream') this.#host.wire.resetLink(envelope.from.actor, cell.address.actor);
        return false;
    }
  }
}
