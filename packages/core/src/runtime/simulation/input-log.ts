import type { ActorSpec, AnyActorDefinition } from '../../actor.js';
import type { Address } from '../../address.js';
import type { FaultPlan } from '../../faults/plan.js';
import type { SubscribeOptions } from '../../feed.js';
import type { Message } from '../../message.js';
import type { FeedFollower } from '../../port.js';
import { type Duration, type Instant, later, milliseconds } from '../../time.js';
import { Simulation, type SimulationOptions } from './simulation.js';

/** What enters a run from outside of its actors, as plain data. */
export type Input =
  | { readonly type: 'start'; readonly specs: readonly ActorSpec[] }
  | { readonly type: 'faults'; readonly plan: FaultPlan }
  | { readonly type: 'send'; readonly port: string; readonly to: Address; readonly message: Message }
  | { readonly type: 'request'; readonly port: string; readonly to: Address; readonly message: Message; readonly timeout: Duration }
  /** `follower` numbers who follows within the run. */
  | { readonly type: 'follow'; readonly port: string; readonly follower: number; readonly owner: Address; readonly feed: string; readonly options: SubscribeOptions }
  | { readonly type: 'unfollow'; readonly follower: number };

/**
 * Everything that a run has besides its actors' code: whoever enters the same at the same instants sees the same run. It is plain data;
 * `encodeState` makes bytes of it and `decodeState` reads them.
 */
export interface InputLog {
  readonly seed: number;
  readonly epoch: Instant;
  readonly codec: 'crossing' | 'always';
  readonly latencies?: SimulationOptions['latencies'];
  readonly inputs: readonly { readonly at: Instant; readonly input: Input }[];
  /** The instant that the run had reached when this was taken. */
  readonly until: Instant;
  /** False: there was more than the log keeps, and the run cannot be played again. */
  readonly complete: boolean;
}

/** Who hears outside what comes of an input. */
export interface Listener {
  readonly answered?: (reply: Message) => void;
  readonly follower?: FeedFollower;
}

/**
 * How long an answer is on its way to who asked outside. It is more than a link within a cluster takes: by then those who watch have seen what the
 * request has changed, and a clock that stands leaves nobody behind.
 */
const WAY_BACK = milliseconds(5);

/** The door of a run: whether somebody stands outside it or the run is played again, an input does the same inside. */
export class Entrance {
  readonly #simulation: Simulation;
  readonly #ports = new Map<string, Address>();
  readonly #unfollow = new Map<number, () => void>();
  readonly #underway = new Set<() => void>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Enters at the present instant, and runs what is ready then. */
  enter(input: Input, { answered, follower }: Listener = {}): void {
    const { host } = this.#simulation;
    switch (input.type) {
      case 'start':
        return this.#simulation.start(input.specs);
      case 'faults':
        host.wire.applyFaults(input.plan);
        break;
      case 'send':
        host.delivery.post(this.#addressOf(input.port), input.to, input.message, 'stream', 'send', 0, undefined);
        break;
      case 'request': {
        const self = this.#addressOf(input.port);
        const deadline = later(host.now, input.timeout);
        const slot = host.slots.reserve(self, input.to, deadline, (reply) => this.#tell(() => answered?.(reply)));
        host.delivery.post(self, input.to, input.message, 'stream', 'request', slot, deadline);
        break;
      }
      case 'follow':
        this.#unfollow.set(input.follower, host.traffic.follow(this.#addressOf(input.port), input.owner, input.feed, input.options, follower ?? DEAF));
        break;
      case 'unfollow':
        this.#unfollow.get(input.follower)?.();
        this.#unfollow.delete(input.follower);
        break;
    }
    this.#simulation.settle();
  }

  /** Nothing runs any more: what is on its way arrives. */
  close(): void {
    for (const arrive of this.#underway) arrive();
  }

  #tell(arrive: () => void): void {
    const { host } = this.#simulation;
    if (host.closed) return arrive();
    this.#underway.add(arrive);
    host.timers.add(later(host.now, WAY_BACK), () => {
      this.#underway.delete(arrive);
      arrive();
    });
  }

  #addressOf(port: string): Address {
    let address = this.#ports.get(port);
    if (!address) this.#ports.set(port, (address = { actor: port, incarnation: this.#simulation.host.nextIncarnation(port) }));
    return address;
  }
}

const DEAF: FeedFollower = { batch: () => {}, ended: () => {} };

/** Plays a run again from what entered it; `definitions` are of all kinds of actors in it. */
export const replayInputs = (log: InputLog, definitions: readonly AnyActorDefinition[], options: Partial<Pick<SimulationOptions, 'observer' | 'incident'>> = {}): Simulation => {
  assertComplete(log);
  const { seed, epoch, latencies } = log;
  const simulation = new Simulation(Object.assign({ seed, epoch, codec: log.codec, definitions, incident: () => {} }, latencies && { latencies }, options));
  playInputs(simulation, new Entrance(simulation), log);
  return simulation;
};

/** Lets the inputs of a run enter at their instants, into one that is where that was; `entered` is told of each before. */
export const playInputs = (simulation: Simulation, entrance: Entrance, { inputs, until }: InputLog, entered?: (at: Instant, input: Input) => void): void => {
  for (const { at, input } of inputs) {
    simulation.passTo(at);
    entered?.(at, input);
    entrance.enter(input);
  }
  simulation.passTo(until);
};

export const assertComplete = ({ complete }: InputLog): void => {
  if (!complete) throw new Error('more entered this run than its log keeps: it cannot be played again');
};
