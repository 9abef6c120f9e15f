import type { Address } from './address.js';
import type { ActorContext } from './actor.js';
import type { Failure, Message, ReplyTo, Request } from './message.js';
import type { Duration } from './time.js';

/**
 * A flow is a piece of work of several steps: a module-level generator of one plain argument, driven by the host. Whatever else it
 * learns arrives through `yield*`, and the host keeps {name, argument, answers}, so that a snapshot or a fork restores the
 * flow by running it again. What stands between two yields is atomic; other messages are handled in between.
 */
export type Flow<T = void> = Generator<FlowEffect, T, unknown>;

export type FlowEffect =
  | { readonly effect: 'request'; readonly to: Address; readonly message: Message; readonly timeout: Duration | undefined }
  | { readonly effect: 'requests'; readonly requests: readonly { readonly to: Address; readonly message: Message }[]; readonly timeout: Duration | undefined }
  | { readonly effect: 'sleep'; readonly duration: Duration }
  // The state and context of an actor vary by its definition; a flow names them at `atomically`.
  | { readonly effect: 'atomically'; readonly step: (state: never, context: ActorContext) => unknown };

/**
 * What a flow waits for at `yield*`: an iterator of one step that gives the answer as its result. A generator would say the same, and keep a
 * whole frame of its registers for it.
 */
export class Awaited<T> {
  readonly #effect: FlowEffect;
  #asked = false;

  constructor(effect: FlowEffect) {
    this.#effect = effect;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(answer: unknown): IteratorResult<FlowEffect, T> {
    if (this.#asked) return { done: true, value: answer as T };
    this.#asked = true;
    return { done: false, value: this.#effect };
  }
}

/** Sends a request and waits for its answer, or for the failure that stands for it. `timeout` defaults to the runtime's 30 s. */
export const request = <Q extends Request<Message>>(to: Address<Q>, message: Q, timeout?: Duration): Awaited<ReplyTo<Q> | Failure> => new Awaited({ effect: 'request', to, message, timeout });

/** Sends requests at once and waits for all their answers, in the same order. */
export const requests = <Q extends Request<Message>>(all: readonly { readonly to: Address<Q>; readonly message: Q }[], timeout?: Duration): Awaited<(ReplyTo<Q> | Failure)[]> =>
  new Awaited({ effect: 'requests', requests: all, timeout });

export const sleep = (duration: Duration): Awaited<void> => new Awaited({ effect: 'sleep', duration });

/**
 * One atomic step on the actor's state, with its context. The result is recorded: when the flow is restored the step is not run
 * again, so the result must be plain data that nobody changes later.
 */
export const atomically = <S, T>(step: (state: S, context: ActorContext) => T): Awaited<T> => new Awaited({ effect: 'atomically', step: step as (state: never, context: ActorContext) => unknown });
