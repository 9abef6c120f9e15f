import type { TurnMarker } from '../event-loop.js';

/**
 * The cell of shared memory in which a worker says what it does, so that a wedged one can be named from outside: whether a turn runs,
 * how many steps have begun, and which actor and step is the latest, by number. The names of steps follow, a line each, in the order of
 * their numbers: hundreds of workers that announced theirs by messages would keep who supervises them awake.
 */
export const TURN_CELL_BYTES = 4096;
const RUNNING = 0;
const STEPS = 1;
const ACTOR = 2;
const STEP = 3;
const PAUSED = 4;
/** Bytes of names that are written. */
const NAMED = 5;
const NAMES_AT = 24;

/** What a worker announced: its actors, and those steps whose names found no room in the cell. */
export interface Names {
  readonly actors: string[];
  readonly steps: string[];
}

/** The worker's side. */
export const turnMarker = (memory: SharedArrayBuffer, announce: (kind: 'actor' | 'step', index: number, name: string) => void): TurnMarker & { step(cell: number, step: string): void; named(cell: number, actor: string): void } => {
  const view = new Int32Array(memory);
  const numbers = new Map<string, number>();
  let isFull = false;
  const name = (number: number, step: string): void => {
    const line = Buffer.from(`${step}\n`);
    const used = view[NAMED] as number;
    // A line's place is its number: once one has found no room, none follows.
    isFull ||= NAMES_AT + used + line.length > memory.byteLength;
    if (isFull) return announce('step', number, step);
    new Uint8Array(memory, NAMES_AT).set(line, used);
    Atomics.store(view, NAMED, used + line.length);
  };
  return {
    began() {
      // A paused host stops here, at a barrier between turns, until it is woken.
      while (Atomics.load(view, PAUSED) === 1) Atomics.wait(view, PAUSED, 1);
      view[RUNNING] = 1;
    },
    ended() {
      view[RUNNING] = 0;
    },
    step(cell, step) {
      let number = numbers.get(step);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(step, number);
        name(number, step);
      }
      view[STEPS] = ((view[STEPS] as number) + 1) | 0;
      view[ACTOR] = cell;
      view[STEP] = number;
    },
    named(cell, actor) {
      announce('actor', cell, actor);
    },
  };
};

/** The supervisor's side. */
export class TurnWatch {
  readonly #view: Int32Array;
  #steps = 0;
  #looked: number | undefined;
  #stuck = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#view = new Int32Array(memory);
  }

  /**
   * For how long (ms) the same step has been running, by a look at `now`; 0 if none is. `longest` is what may lie between two looks: when
   * more does, the machine itself stood still, and that is not the step's fault.
   */
  stuckFor(now: number, longest: number): number {
    const [running, steps] = [Atomics.load(this.#view, RUNNING), Atomics.load(this.#view, STEPS)];
    const since = this.#looked === undefined ? 0 : Math.min(now - this.#looked, longest);
    this.#stuck = running === 0 || steps !== this.#steps || this.paused ? 0 : this.#stuck + since;
    this.#steps = steps;
    this.#looked = now;
    return this.#stuck;
  }

  /** What runs, or ran last, by name. */
  latest(names: Names): string {
    const actor = names.actors[Atomics.load(this.#view, ACTOR)] ?? 'an unnamed actor';
    const number = Atomics.load(this.#view, STEP);
    // Copied, for shared memory cannot be decoded.
    const written = Buffer.from(new Uint8Array(this.#view.buffer, NAMES_AT, Atomics.load(this.#view, NAMED))).toString().split('\n').slice(0, -1);
    return `${actor} in ${written[number] ?? names.steps[number] ?? 'an unnamed step'}`;
  }

  get paused(): boolean {
    return Atomics.load(this.#view, PAUSED) === 1;
  }

  pause(): void {
    Atomics.store(this.#view, PAUSED, 1);
  }

  resume(): void {
    Atomics.store(this.#view, PAUSED, 0);
    Atomics.notify(this.#view, PAUSED);
  }
}
