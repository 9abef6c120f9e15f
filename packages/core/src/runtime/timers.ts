import type { Instant } from '../time.js';

/** What is due at an instant. Equal instants are served in the order of `sequence`, so nothing depends on the heap's shape. */
export interface Timer {
  readonly at: Instant;
  readonly sequence: number;
  readonly due: () => void;
  cancelled: boolean;
}

/** A binary heap of timers. Cancelled timers leave when they come to the top, or when they are the majority. */
export class Timers {
  #heap: Timer[] = [];
  #sequence = 0;
  #cancelled = 0;

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(at: Instant, due: () => void): Timer {
    const timer: Timer = { at, sequence: this.#sequence++, due, cancelled: false };
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1);
    return timer;
  }

  cancel(timer: Timer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled++;
    if (this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** When the next timer is due, if there is one. */
  next(): Instant | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (!top) return undefined;
      if (!top.cancelled) return top.at;
      this.#pop();
      this.#cancelled--;
    }
  }

  /** Takes the next timer that is due at `now`. */
  take(now: Instant): Timer | undefined {
    const at = this.next();
    if (at === undefined || at > now) return undefined;
    const timer = this.#pop();
    // A timer that fired can no longer be cancelled.
    timer.cancelled = true;
    return timer;
  }

  #sweep(): void {
    this.#heap = this.#heap.filter((timer) => !timer.cancelled);
    this.#cancelled = 0;
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#down(i);
  }

  #pop(): Timer {
    const heap = this.#heap;
    const top = heap[0] as Timer;
    const last = heap.pop() as Timer;
    if (heap.length > 0) {
      heap[0] = last;
      this.#down(0);
    }
    return top;
  }

  #up(index: number): void {
    const heap = this.#heap;
    const timer = heap[index] as Timer;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Timer;
      if (!before(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #down(index: number): void {
    const heap = this.#heap;
    const timer = heap[index] as Timer;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child++;
      const below = heap[child] as Timer;
      if (!before(below, timer)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = timer;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
