import type { Address } from '../address.js';
import { type Envelope, type Failure, failure, type Message } from '../message.js';
import type { Instant } from '../time.js';
import type { Timer, Timers } from './timers.js';

/** A place that waits for a reply. Reserved when the request is sent, so a reply always has room. */
export interface Slot {
  readonly id: number;
  readonly requester: Address;
  readonly target: Address;
  readonly deadline: Instant;
  /** Takes the answer on its way to the requester. */
  readonly fill: (reply: Message, id: number) => void;
}

const FIRST_TABLE = 16;
/** A table that has grown beyond this is given back when nothing is pending any more. */
const KEPT_TABLE = 4096;

/**
 * The reply slots of a host, by number. Numbers are given in order and nearly every reply comes soon, so a slot stands in a table at
 * the last bits of its number; one that waits until another needs its place waits on in a map. Deadlines are kept by one timer for
 * the earliest, not one for each.
 */
export class Slots {
  #table: (Slot | undefined)[] = new Array<Slot | undefined>(FIRST_TABLE).fill(undefined);
  /** How many stand in the table. */
  #soon = 0;
  readonly #late = new Map<number, Slot>();
  readonly #timers: Timers;
  #next = 1;
  #armed: Timer | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#soon + this.#late.size;
  }

  reserve(requester: Address, target: Address, deadline: Instant, fill: Slot['fill']): number {
    const id = this.#next++;
    this.#enter({ id, requester, target, deadline, fill });
    if (this.#armed === undefined || deadline < this.#armed.at) this.#arm(deadline);
    return id;
  }

  /**
   * The slot of a reply that has arrived; `undefined` if its deadline or a failure was first, or if the reply is for another
   * incarnation: a host that was replaced numbers its slots anew.
   */
  take(reply: Envelope): Slot | undefined {
    const slot = this.#find(reply.slot);
    if (slot?.requester.incarnation !== reply.to.incarnation || slot.requester.actor !== reply.to.actor) return undefined;
    this.#leave(slot);
    return slot;
  }

  failWhere(which: (slot: Slot) => boolean, reply: Failure): void {
    for (const slot of this.#pending()) {
      if (!which(slot) || this.#find(slot.id) === undefined) continue;
      this.#leave(slot);
      slot.fill(reply, slot.id);
    }
  }

  #enter(slot: Slot): void {
    const at = slot.id & (this.#table.length - 1);
    const former = this.#table[at];
    if (former === undefined) {
      this.#table[at] = slot;
      this.#soon++;
    } else if (this.#soon > this.#table.length >> 1) {
      this.#grow();
      this.#enter(slot);
    } else {
      this.#late.set(former.id, former);
      this.#table[at] = slot;
    }
  }

  #grow(): void {
    const grown = new Array<Slot | undefined>(this.#table.length * 2).fill(undefined);
    // Two that had places of their own have them in twice the room.
    for (const slot of this.#table) if (slot) grown[slot.id & (grown.length - 1)] = slot;
    this.#table = grown;
  }

  #find(id: number): Slot | undefined {
    const slot = this.#table[id & (this.#table.length - 1)];
    return slot?.id === id ? slot : this.#late.get(id);
  }

  #leave({ id }: Slot): void {
    const at = id & (this.#table.length - 1);
    if (this.#table[at]?.id !== id) {
      this.#late.delete(id);
      return;
    }
    this.#table[at] = undefined;
    if (--this.#soon === 0 && this.#table.length > KEPT_TABLE) this.#table = new Array<Slot | undefined>(FIRST_TABLE).fill(undefined);
  }

  /** All that wait, in the order in which they were reserved. */
  #pending(): Slot[] {
    const slots = [...this.#late.values()];
    for (const slot of this.#table) if (slot) slots.push(slot);
    return slots.sort((a, b) => a.id - b.id);
  }

  #arm(at: Instant): void {
    if (this.#armed) this.#timers.cancel(this.#armed);
    this.#armed = this.#timers.add(at, () => this.#expire(at));
  }

  /** Fails what is past its deadline, and arms for the next. */
  #expire(now: Instant): void {
    this.#armed = undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const slot of this.#pending()) if (slot.deadline < next && slot.deadline > now) next = slot.deadline;
    if (Number.isFinite(next)) this.#arm(next as Instant);
    this.failWhere((slot) => slot.deadline <= now, failure('deadline-exceeded'));
  }
}
