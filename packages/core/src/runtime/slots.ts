import type { Address } from '../address.js';
import { type Failure, failure, type Message } from '../message.js';
import type { Instant } from '../time.js';

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
  #next = 1;
  #earliest = Number.POSITIVE_INFINITY;
  readonly #arm: (at: Instant) => void;

  constructor(arm: (at: Instant) => void) {
    this.#arm = arm;
  }

  get size(): number {
    return this.#pending.size;
  }

  reserve(requester: Address, target: Address, deadline: Instant, fill: Slot['fill']): number {
    const id = this.#next++;
    this.#pending.set(id, { id, requester, target, deadline, fill });
    if (deadline < this.#earliest) {
      this.#earliest = deadline;
      this.#arm(deadline);
    }
    return id;
  }

  /** The slot of a reply that has arrived; `undefined` if its deadline or a failure was first. */
  take(id: number): Slot | undefined {
    const slot = this.#pending.get(id);
    if (slot) this.#pending.delete(id);
    return slot;
  }

  /** Fails what is past its deadline, and arms for the next. */
  expire(now: Instant): void {
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const slot of this.#pending.values()) if (slot.deadline < this.#earliest && slot.deadline > now) this.#earliest = slot.deadline;
    this.failWhere((slot) => slot.deadline <= now, failure('deadline-exceeded'));
    if (Number.isFinite(this.#earliest)) this.#arm(this.#earliest as Instant);
  }

  failWhere(which: (slot: Slot) => boolean, reply: Failure): void {
    for (const slot of [...this.#pending.values()]) {
      if (!which(slot)) continue;
      this.#pending.delete(slot.id);
      slot.fill(reply, slot.id);
    }
  }
}
