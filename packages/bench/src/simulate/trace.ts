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

  /** The steps before and after a position, one line each; `>` marks the step at it and what led to it, as far back as is remembered. */
  around(position: number, start: Instant, before: number, after: number): string[] {
    const causes = this.#causes(position - 1);
    const last = Math.min(this.#count, position + after);
    const first = Math.max(0, this.#count - KEPT, position - before);
    const earlier = [...causes].filter((index) => index < first).sort((a, b) => a - b);
    const shown = [...earlier, ...Array.from({ length: last - first }, (_, index) => first + index)];
    return shown.flatMap((index) => {
      const step = this.#steps[index % KEPT];
      return step === undefined ? [] : [`${causes.has(index) ? '>' : ' '} ${stepText(step, start)}`];
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

const stepText = ({ actor, step, envelope, at }: Step, start: Instant): string => {
  const what = envelope === undefined ? step : `${step}${detail(envelope)}`;
  const from = envelope === undefined || envelope.from.actor === actor.actor ? '' : `  from ${envelope.from.actor}`;
  return `${((at - start) / 1000).toFixed(4).padStart(10)} s  ${actor.actor}: ${what}${from}`;
};

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
