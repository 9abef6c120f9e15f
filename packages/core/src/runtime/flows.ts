import type { ActorContext } from '../actor.js';
import { assert } from '../assert.js';
import type { Flow, FlowEffect } from '../flow.js';
import type { Message } from '../message.js';
import type { Bagged } from './bag.js';

/** A flow under way. `answers` is everything it learned, so that running `start(argument)` again on them restores it. */
export interface RunningFlow extends Bagged {
  readonly name: string;
  /** What its steps are called. */
  readonly step: string;
  readonly argument: unknown;
  readonly answers: unknown[];
  readonly generator: Flow<unknown>;
  /** Answers still awaited of a `requests`, in order; `undefined` where none has come. */
  gathering: (Message | undefined)[] | undefined;
  awaited: number;
}

/** What a flow asks of the host that cannot be answered in the same step. */
export interface FlowHost {
  request(flow: RunningFlow, effect: Extract<FlowEffect, { effect: 'request' }>): void;
  requests(flow: RunningFlow, effect: Extract<FlowEffect, { effect: 'requests' }>): void;
  sleep(flow: RunningFlow, effect: Extract<FlowEffect, { effect: 'sleep' }>): void;
  finished(flow: RunningFlow): void;
}

/** Drives a flow with `answer` until it waits or ends. */
export const advanceFlow = (flow: RunningFlow, answer: unknown, state: unknown, context: ActorContext, host: FlowHost): void => {
  if (answer !== BEGIN) flow.answers.push(answer);
  let step = answer === BEGIN ? flow.generator.next() : flow.generator.next(answer);
  for (;;) {
    if (step.done === true) return host.finished(flow);
    const effect = step.value;
    switch (effect.effect) {
      case 'request':
        return host.request(flow, effect);
      case 'requests':
        if (effect.requests.length > 0) return host.requests(flow, effect);
        flow.answers.push([]);
        step = flow.generator.next([]);
        break;
      case 'sleep':
        return host.sleep(flow, effect);
      case 'atomically': {
        const result = effect.step(state as never, context);
        flow.answers.push(result);
        step = flow.generator.next(result);
        break;
      }
    }
  }
};

export const BEGIN = Symbol('begin');

/** The flow named in a snapshot, at the point where its recorded answers end. Effects of the past are not repeated. */
export const restoreFlow = (start: (argument: never) => Flow<unknown>, argument: unknown, answers: readonly unknown[]): Flow<unknown> => {
  const generator = start(argument as never);
  let step = generator.next();
  for (const answer of answers) {
    assert(step.done !== true, `flow ${start.name} ended before its recorded answers did: it must depend on nothing else`);
    step = generator.next(answer);
  }
  return generator;
};
