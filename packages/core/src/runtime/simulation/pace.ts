import { type Instant, instantOf } from '../../time.js';

/** Behind by more than this, ms of wall time, the clock gives up what it has not made up for: it goes as fast as it can. */
const MOST_LAG_MS = 100;

/** How far virtual time should have come: so many of its milliseconds go by in each of wall time. Wall time is in ms of any origin. */
export class Pace {
  #speed: number;
  #since: { readonly virtual: number; readonly wall: number };

  constructor(speed: number, now: Instant, wall: number) {
    this.#speed = speed;
    this.#since = { virtual: now, wall };
  }

  get speed(): number {
    return this.#speed;
  }

  target(wall: number): Instant {
    return instantOf(this.#since.virtual + (wall - this.#since.wall) * this.#speed);
  }

  /** From here on at another speed; 0 stands. */
  change(speed: number, now: Instant, wall: number): void {
    this.#since = { virtual: now, wall };
    this.#speed = speed;
  }

  /** Virtual time is at `now`: what it is ahead counts from there on, and what it is far behind is given up. */
  reached(now: Instant, wall: number): void {
    const target = this.target(wall);
    if (now > target) this.#since = { virtual: now, wall };
    else if (target - now > MOST_LAG_MS * this.#speed) this.#since = { virtual: now + MOST_LAG_MS * this.#speed, wall };
  }

  /** Wall time until `instant`, ms. */
  until(instant: Instant, wall: number): number {
    return this.#speed === 0 ? Number.POSITIVE_INFINITY : (instant - this.target(wall)) / this.#speed;
  }
}
