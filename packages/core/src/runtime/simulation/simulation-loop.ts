import { type Duration, type Instant, instantOf, later, milliseconds } from '../../time.js';
import type { FeedBatch, FeedEnd } from '../../feed.js';
import { failure, type Message } from '../../message.js';
import type { Waiting } from '../../port.js';
import { Entrance, type Input, type InputLog, type Listener, playInputs } from './input-log.js';
import { Pace } from './pace.js';
import type { Simulation } from './simulation.js';
import type { VirtualClock } from './virtual-clock.js';

/** A turn ends after about this long, so that sockets and timers of the thread get their share however much virtual time has to pass. */
const TURN_MS = 8;

/**
 * What a request that waits along may have at once, whatever the pace: the way there and back. A command that takes no time is then answered by a
 * clock that stands too.
 */
const ROUND_TRIP = milliseconds(10);

/** Node takes no longer timeout (it would fire at once). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

interface Goal {
  readonly at: Instant;
  readonly reached: () => void;
  readonly failed: (error: Error) => void;
}

export interface LoopEvents {
  /** An input enters at this instant. */
  readonly entered: (at: Instant, input: Input) => void;
  /** The run cannot go on. */
  readonly failed: (error: unknown) => void;
}

const FOREVER = instantOf(Number.POSITIVE_INFINITY);
const NEVER = instantOf(Number.NEGATIVE_INFINITY);

/**
 * Drives a simulation beside a thread's event loop. Virtual time goes from event to event while an ordinary request is unanswered and while somebody
 * has asked for some of it, and else at its pace. Inputs enter between two instants and never within one, so that their instants and their
 * order are all that must be kept to play the run again.
 */
export class SimulationLoop implements VirtualClock {
  readonly #simulation: Simulation;
  readonly #entrance: Entrance;
  readonly #events: LoopEvents;
  readonly #pace: Pace;
  readonly #goals: Goal[] = [];
  readonly #along = new Set<{ readonly until: Instant }>();
  /** What came while an instant ran. */
  readonly #came: { readonly input: Input; readonly listener: Listener }[] = [];
  #ahead = 0;
  #alongUntil = NEVER;
  #immediate: NodeJS.Immediate | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #running = false;
  /** Somebody outside was told something. */
  #told = false;
  #over: Error | undefined;

  constructor(simulation: Simulation, speed: number, events: LoopEvents) {
    this.#simulation = simulation;
    this.#entrance = new Entrance(simulation);
    this.#events = events;
    this.#pace = new Pace(speed, simulation.now, performance.now());
  }

  now(): Instant {
    const { now, next } = this.#simulation;
    return instantOf(Math.max(now, Math.min(this.#over ? now : this.#pace.target(performance.now()), next ?? FOREVER)));
  }

  get speed(): number {
    return this.#pace.speed;
  }

  setSpeed(speed: number): void {
    if (!(speed >= 0) || speed === Number.POSITIVE_INFINITY) throw new Error(`a clock cannot go at speed ${speed}: it is a number from 0 (it stands) upwards`);
    this.#pace.change(speed, this.now(), performance.now());
    this.#poke();
  }

  pause(): void {
    this.setSpeed(0);
    for (const { failed } of this.#goals.splice(0)) failed(new Error('the clock was paused before so much time had gone by'));
  }

  advance(duration: Duration): Promise<void> {
    if (!(duration >= 0) || duration === Number.POSITIVE_INFINITY) return Promise.reject(new Error(`a clock cannot advance by ${duration} ms: time goes forwards, and ends`));
    return new Promise((reached, failed) => {
      if (this.#over) return failed(this.#over);
      this.#goals.push({ at: later(this.#goals.at(-1)?.at ?? this.now(), duration), reached, failed });
      this.#poke();
    });
  }

  /** Plays a run again, from its beginning to where it had got, at once. */
  resume(log: InputLog): void {
    this.#guarded(() => playInputs(this.#simulation, this.#entrance, log, this.#events.entered));
    if (this.#over) throw this.#over;
    this.#pace.change(this.#pace.speed, this.#simulation.now, performance.now());
    this.#poke();
  }

  /** Enters something from outside, at once unless an instant is running. */
  enter(input: Input, listener: Listener = {}): void {
    if (this.#over) return listener.answered?.(failure('unavailable'));
    this.#came.push({ input, listener: this.#noting(listener) });
    if (this.#running) return;
    this.#guarded(() => this.#letIn());
    this.#poke();
  }

  /** Says that a request is about to wait; returns what says that it is answered. */
  wait(waiting: Waiting): () => void {
    if (waiting === 'ahead') {
      this.#ahead++;
      return () => void this.#ahead--;
    }
    const along = { until: later(this.now(), ROUND_TRIP) };
    this.#along.add(along);
    this.#alongUntil = along.until;
    return () => {
      this.#along.delete(along);
      if (this.#along.size === 0) this.#alongUntil = NEVER;
    };
  }

  /** Nothing runs any more, and who waits for the clock is told why. */
  stop(why: Error): void {
    if (this.#over) return;
    this.#over = why;
    for (const { listener } of this.#came.splice(0)) listener.answered?.(failure('unavailable'));
    this.#entrance.close();
    if (this.#immediate) clearImmediate(this.#immediate);
    clearTimeout(this.#timeout);
    for (const { failed } of this.#goals.splice(0)) failed(why);
  }

  /** Runs on behalf of the control surface what is no input, such as the last words of actors. */
  finally(run: () => void): void {
    if (!this.#over) this.#guarded(run);
  }

  #poke(): void {
    if (this.#immediate || this.#over || this.#running) return;
    this.#immediate = setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    clearTimeout(this.#timeout);
    const simulation = this.#simulation;
    const end = performance.now() + TURN_MS;
    let wall = end;
    let isMore = true;
    this.#told = false;
    this.#guarded(() => {
      while (!this.#told && (wall = performance.now()) < end) {
        this.#letIn();
        const limit = this.#limit(wall);
        const { next } = simulation;
        if (next === undefined || next > limit) {
          if (limit !== FOREVER) simulation.passTo(limit);
          isMore = false;
          return;
        }
        simulation.turn(next);
      }
    });
    if (this.#over) return;
    const { now } = simulation;
    this.#pace.reached(now, wall);
    for (; this.#goals[0] && this.#goals[0].at <= now; isMore = true) this.#goals.shift()?.reached();
    if (isMore) this.#poke();
    else this.#sleep(wall);
  };

  /** How far virtual time may go now: not past an instant that somebody waits for, who is told there. */
  #limit(wall: number): Instant {
    const [goal] = this.#goals;
    if (goal) return goal.at;
    return this.#ahead > 0 ? FOREVER : instantOf(Math.max(this.#pace.target(wall), this.#alongUntil));
  }

  /**
   * What is told outside ends the turn: who hears it may have something to enter at this very instant. So a program that waits for nothing but the
   * run is a part of it, whatever the wall clock does.
   */
  #noting({ answered, follower }: Listener): Listener {
    return {
      ...(answered && {
        answered: (reply: Message) => {
          this.#told = true;
          answered(reply);
        },
      }),
      ...(follower && {
        follower: {
          batch: (batch: FeedBatch) => {
            this.#told = true;
            follower.batch(batch);
          },
          ended: (end: FeedEnd) => {
            this.#told = true;
            follower.ended(end);
          },
        },
      }),
    };
  }

  /** Lets in what has come. The clock goes as far as its pace wants it, if nothing is due before that. */
  #letIn(): void {
    for (let next = this.#came.shift(); next; next = this.#came.shift()) {
      const now = this.#pace.target(performance.now());
      if (now > this.#simulation.now && now < (this.#simulation.next ?? FOREVER)) this.#simulation.passTo(now);
      this.#events.entered(this.#simulation.now, next.input);
      this.#entrance.enter(next.input, next.listener);
    }
  }

  #sleep(wall: number): void {
    const { next } = this.#simulation;
    if (next === undefined) return;
    const wait = this.#pace.until(next, wall);
    if (wait !== Number.POSITIVE_INFINITY) this.#timeout = setTimeout(this.#turn, Math.min(Math.max(Math.ceil(wait), 0), LONGEST_TIMEOUT_MS));
  }

  /** Whoever calls from within what runs here waits until it is done. An error ends the run. */
  #guarded(run: () => void): void {
    this.#running = true;
    try {
      run();
    } catch (error) {
      this.stop(error instanceof Error ? error : new Error(String(error)));
      this.#events.failed(error);
    } finally {
      this.#running = false;
    }
  }
}
