import type { Address } from '../address.js';
import type { Flow } from '../flow.js';
import type { Message } from '../message.js';
import { type Duration, later } from '../time.js';
import { Bag } from './bag.js';
import type { Cell } from './cell.js';
import { advanceFlow, BEGIN, type FlowHost, type RunningFlow } from './flows.js';
import { type Host, REQUEST_TIMEOUT } from './host.js';

/** An answer on its way to a flow. It never leaves the host. */
export interface FlowAnswer extends Message {
  readonly type: 'answer';
  readonly flow: RunningFlow;
  readonly answer: unknown;
}

const steps = new WeakMap<object, string>();

/** What the step that begins or advances a flow is called: one string per flow. */
export const stepOfFlow = (begin: (argument: never) => Flow<unknown>): string => {
  let step = steps.get(begin);
  if (step === undefined) steps.set(begin, (step = `flow ${begin.name}`));
  return step;
};

/** Runs the flows of a host's actors. What a flow asks for leaves with the effects of the step that asked. */
export class FlowRunner implements FlowHost {
  readonly #host: Host;
  /** Whose flow is being advanced. */
  #cell: Cell | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  start(cell: Cell, begin: (argument: never) => Flow<unknown>, argument: unknown): void {
    const flow: RunningFlow = { id: this.#host.newId(), place: 0, name: begin.name, step: stepOfFlow(begin), argument, answers: [], generator: begin(argument as never), gathering: undefined, awaited: 0 };
    (cell.flows ??= new Bag()).add(flow);
    this.advance(cell, flow, BEGIN);
  }

  advance(cell: Cell, flow: RunningFlow, answer: unknown): void {
    this.#cell = cell;
    advanceFlow(flow, answer, cell.state, cell.context, this);
  }

  request(flow: RunningFlow, effect: { readonly to: Address; readonly message: Message; readonly timeout: Duration | undefined }): void {
    const cell = this.#cell as Cell;
    this.#ask(cell, effect.to, effect.message, effect.timeout, (reply) => this.#answer(cell, flow, reply));
  }

  requests(flow: RunningFlow, effect: { readonly requests: readonly { readonly to: Address; readonly message: Message }[]; readonly timeout: Duration | undefined }): void {
    const cell = this.#cell as Cell;
    const answers: (Message | undefined)[] = new Array(effect.requests.length).fill(undefined);
    flow.gathering = answers;
    flow.awaited = answers.length;
    effect.requests.forEach(({ to, message }, index) =>
      this.#ask(cell, to, message, effect.timeout, (reply) => {
        answers[index] = reply;
        if (--flow.awaited === 0) this.#answer(cell, flow, answers);
      }),
    );
  }

  sleep(flow: RunningFlow, effect: { readonly duration: Duration }): void {
    const cell = this.#cell as Cell;
    this.#host.effects.push({ effect: 'later', delay: effect.duration, due: () => this.#answer(cell, flow, undefined) });
  }

  finished(flow: RunningFlow): void {
    this.#cell?.flows?.delete(flow);
  }

  #ask(cell: Cell, to: Address, message: Message, timeout: Duration = REQUEST_TIMEOUT, fill: (reply: Message) => void): void {
    const { now, slots, effects } = this.#host;
    const deadline = later(now, timeout);
    effects.push({ effect: 'request', to, message, slot: slots.reserve(cell.address, to, deadline, fill), deadline });
  }

  #answer(cell: Cell, flow: RunningFlow, answer: unknown): void {
    if (cell.status === 'running') this.#host.delivery.toSelf(cell, 'signal', { type: 'answer', flow, answer } as FlowAnswer);
  }
}
