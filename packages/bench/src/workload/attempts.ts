import type { Envelope, Observer } from '@naumachia/core';
import type { ApiRequest } from '@naumachia/actors';
import { type Histogram, newHistogram, record } from '../measure/histogram.js';

const SCHEDULER = 'scheduler';

/** Milliseconds from the step in which the scheduler took a pod from its queue until the API server had answered its binding, while it was bound. */
export interface Attempts {
  readonly observer: Pick<Observer, 'stepping' | 'posted' | 'received'>;
  readonly scheduled: Histogram;
}

/** Watches the scheduler of this host from outside: actors have no clock that would show how long a step takes. */
export const watchAttempts = (): Attempts => {
  const scheduled = newHistogram();
  const began = new Map<Envelope['slot'], number>();
  let stepAt = 0;
  return {
    scheduled,
    observer: {
      stepping(actor) {
        if (actor.actor === SCHEDULER) stepAt = performance.now();
      },
      posted(envelope) {
        if (envelope.kind !== 'request' || envelope.from.actor !== SCHEDULER) return;
        const request = envelope.message as ApiRequest;
        if (request.type === 'create' && request.subresource === 'binding') began.set(envelope.slot, stepAt);
      },
      received(envelope) {
        if (envelope.kind !== 'reply' || envelope.to.actor !== SCHEDULER) return;
        const at = began.get(envelope.slot);
        if (at === undefined) return;
        began.delete(envelope.slot);
        if (envelope.message.type !== 'status' || (envelope.message as { status?: { status?: string } }).status?.status === 'Success') record(scheduled, performance.now() - at);
      },
    },
  };
};
