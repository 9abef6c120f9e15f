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

/** The reply slots of a host, by number. Deadlines are kept by one timer for the earliest, not one for each. */
export class Slots {
  readonly #pending = new Map<number, Slot>();
  readonly #timers: Timers;
  #next = 1;
  #armed: Timer | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#pending.size;
  }

  reserve(requester: Address, target: Address, deadline: Instant, fill: Slot['fill']): number {
    const id = this.#next++;
    this.#pending.set(id, { id, requester, target, deadline, fill });
    if (this.#armed === undefined || deadline < this.#armed.at) this.#arm(deadline);
    return id;
  }

  /**
   * The slot of a reply that has arrived; `undefined` if its deadline or a failure was first, or if the reply is for another
   * incarnation: a host that was replaced numbers its slots anew.
   */
  take(reply: Envelope): Slot | undefined {
    const slot = this.#pending.get(reply.slot);
    if (slot?.requester.incarnation !== reply.to.incarnation || slot.requester.actor !== reply.to.actor) return undefined;
    this.#pending.delete(reply.slot);
    return slot;
  }

  failWhere(which: (slot: Slot) => boolean, reply: Failure): void {
    for (const slot of [...this.#pending.values()]) {
      if (!which(slot) || !this.#pending.delete(slot.id)) continue;
      slot.fill(reply, slot.id);
    }
  }

  #arm(at: Instant): void {
    if (this.#armed) this.#timers.cancel(this.#armed);
    this.#armed = this.#timers.add(at, () => this.#expire(at));
  }

  /** Fails what is past its deadline, and arms for the next. */
  #expire(now: Instant): void {
    this.#armed = undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const slot of this.#pending.values()) if (slot.deadline < next && slot.deadline > now) next = slot.deadline;
    if (Number.isFinite(next)) this.#arm(next as Instant);
    this.failWhere((slot) => slot.deadline <= now, failure('deadline-exceeded'));
  }
}
