import { type Clock, instantOf } from '../time.js';
import { type Host, STEPS_BETWEEN_CLOCKS } from './host.js';

/** Wall time with fractions of a millisecond. */
export const wallClock: Clock = { now: () => instantOf(performance.timeOrigin + performance.now()) };

/** A turn ends after about this long, so that ports, sockets and timers of the thread get their share. */
const TURN_MS = 1;

/** Node takes no longer timeout (it would fire at once). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** How the driver learns that a turn is running: the supervisor of a worker looks at it from outside. */
export interface TurnMarker {
  began(): void;
  ended(): void;
}

/** Drives a host in wall time on this thread: turns of about a millisecond, then the event loop. */
export class EventLoop {
  readonly #host: Host;
  readonly #flush: () => void;
  readonly #marker: TurnMarker | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #timeoutAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  #turning = false;

  /** `flush` sends what the turn left for other hosts. */
  constructor(host: Host, flush: () => void, marker?: TurnMarker) {
    this.#host = host;
    this.#flush = flush;
    this.#marker = marker;
  }

  /** Something from outside made work: a turn follows soon. */
  readonly poke = (): void => {
    if (this.#immediate || this.#stopped || this.#turning) return;
    this.#immediate = setImmediate(this.#turn);
  };

  stop(): void {
    this.#stopped = true;
    if (this.#immediate) clearImmediate(this.#immediate);
    clearTimeout(this.#timeout);
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    if (this.#stopped) return;
    const host = this.#host;
    const { clock } = host.options;
    this.#turning = true;
    this.#marker?.began();
    host.turnBegan();
    const end = (host.now = clock.now()) + TURN_MS;
    host.runTimers();
    for (;;) {
      let steps = 0;
      while (steps < STEPS_BETWEEN_CLOCKS && host.step()) steps++;
      if (steps === STEPS_BETWEEN_CLOCKS) {
        if ((host.now = clock.now()) < end) continue;
        break;
      }
      // Nothing is ready: batches of feeds may make something so.
      host.feeds.flush();
      if (!host.hasReady) break;
      // Writes whose feeds cause the next writes could go round for ever: the clock is read on this way too.
      if ((host.now = clock.now()) >= end) break;
    }
    host.feeds.flush();
    host.turnEnded();
    this.#flush();
    this.#marker?.ended();
    this.#turning = false;
    this.#schedule();
  };

  #schedule(): void {
    const host = this.#host;
    if (this.#stopped) return;
    if (host.hasReady || !host.feeds.idle) return this.poke();
    const next = host.timers.next();
    if (next === undefined) return;
    if (next <= host.now) return this.poke();
    // An earlier timeout that is still set will come by and schedule again.
    if (this.#timeout && this.#timeoutAt <= next && this.#timeoutAt > host.now) return;
    clearTimeout(this.#timeout);
    this.#timeoutAt = next;
    this.#timeout = setTimeout(() => {
      this.#timeout = undefined;
      this.#timeoutAt = Number.POSITIVE_INFINITY;
      if (!this.#immediate) this.#turn();
    }, Math.min(Math.ceil(next - host.now), LONGEST_TIMEOUT_MS));
  }
}
