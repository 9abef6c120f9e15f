import type { Address, Envelope, FeedBatch, Instant } from '@naumachia/core';

/** The last steps of a run, kept as they are: text is made of them only when somebody wants to read it. */
const KEPT = 4096;

interface Step {
  readonly actor: Address;
  readonly step: string;
  readonly envelope: Envelope | undefined;
  readonly at: Instant;
}

/** Remembers the steps of a run, to show those around a moment. */
export class Trace {
  readonly #steps: (Step | undefined)[] = new Array<Step | undefined>(KEPT);
  #count = 0;

  readonly stepping = (actor: Address, step: string, envelope: Envelope | undefined, at: Instant): void => {
    this.#steps[this.#count++ % KEPT] = { actor, step, envelope, at };
  };

  /** How many steps there have been; names the present moment to `around`. */
  get position(): number {
    return this.#count;
  }

  /** The last steps, oldest first, as plain data. */
  last(count: number): TraceStep[] {
    const first = Math.max(0, this.#count - Math.min(count, KEPT));
    return Array.from({ length: this.#count - first }, (_, index) => this.#steps[(first + index) % KEPT]).flatMap((step) => (step === undefined ? [] : [traceStep(step)]));
  }

  /** The steps before and after a position, one line each; `>` marks the step at it and what led to it, as far back as is remembered. */
  around(position: number, start: Instant, before: number, after: number): string[] {
    const causes = this.#causes(position - 1);
    const last = Math.min(this.#count, position + after);
    const first = Math.max(0, this.#count - KEPT, position - before);
    const earlier = [...causes].filter((index) => index < first).sort((a, b) => a - b);
    const shown = [...earlier, ...Array.from({ length: last - first }, (_, index) => first + index)];
    return shown.flatMap((index) => {
      const step = this.#steps[index % KEPT];
      return step === undefined ? [] : [`${causes.has(index) ? '>' : ' '} ${traceLine(traceStep(step), start)}`];
    });
  }

  /** Positions of the steps that led to this one, itself included. */
  #causes(position: number): ReadonlySet<number> {
    const causes = new Set<number>();
    let wanted: number | undefined;
    for (let index = position; index >= 0 && index > this.#count - KEPT; index--) {
      const step = this.#steps[index % KEPT];
      if (step === undefined || (wanted !== undefined && step.envelope?.id !== wanted)) continue;
      causes.add(index);
      wanted = step.envelope?.cause;
      if (wanted === undefined || wanted === 0) break;
    }
    return causes;
  }
}

/** A handler that ran. */
export interface TraceStep {
  readonly at: Instant;
  readonly actor: string;
  /** The type of the message, or the name of a flow or signal, and what it is about. */
  readonly what: string;
  /** Who sent the message; absent where the actor itself did. */
  readonly from?: string;
}

const traceStep = ({ actor, step, envelope, at }: Step): TraceStep => ({
  at, actor: actor.actor, what: envelope === undefined ? step : `${step}${detail(envelope)}`, ...(envelope !== undefined && envelope.from.actor !== actor.actor && { from: envelope.from.actor }),
});

/** A step as a line, its time counted from `start`. */
export const traceLine = ({ at, actor, what, from }: TraceStep, start: Instant): string =>
  `${((at - start) / 1000).toFixed(4).padStart(10)} s  ${actor}: ${what}${from === undefined ? '' : `  from ${from}`}`;

/** Parts of messages that tell what they are about, whatever their type. */
interface Telling {
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly key?: unknown;
  readonly object?: { readonly metadata?: { readonly name?: string; readonly generateName?: string } };
  readonly batch?: FeedBatch;
  readonly uid?: string;
}

const detail = ({ message }: Envelope): string => {
  const { resource, subresource, namespace, name, key, object, batch, uid } = message as Telling;
  if (batch !== undefined) return batchDetail(batch);
  if (typeof key === 'string') return ` ${key}`;
  if (resource === undefined) return uid === undefined ? '' : ` ${uid}`;
  const whose = name ?? object?.metadata?.name ?? object?.metadata?.generateName ?? '';
  return ` ${resource}${subresource === undefined ? '' : `/${subresource}`}${namespace ? ` ${namespace}/${whose}` : whose === '' ? '' : ` ${whose}`}`;
};

const MOST_NAMES = 3;

const batchDetail = ({ entries, revision }: FeedBatch): string => {
  const names = entries.slice(0, MOST_NAMES).map(({ value }) => {
    const { name, change } = (value.header ?? {}) as { readonly name?: string; readonly change?: string };
    return `${name ?? ''} ${change ?? ''}`.trim();
  });
  return ` to revision ${revision}: ${names.join(', ')}${entries.length > MOST_NAMES ? ` and ${entries.length - MOST_NAMES} more` : ''}`;
};
