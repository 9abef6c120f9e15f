import type { Observer } from '../../observer.js';

/**
 * A running hash of the steps of a run: which actor, what, caused by what, when. Two multiplicative hashes of 32 bits each: to tell runs
 * apart, not to resist anybody.
 */
export const traceHash = (): { readonly stepping: NonNullable<Observer['stepping']>; digest(): string } => {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  const word = (value: number): void => {
    high = Math.imul(high ^ value, 0x01000193);
    low = Math.imul((low << 5) ^ (low >>> 27) ^ value, 0x85ebca6b);
  };
  const text = (value: string): void => {
    for (let i = 0; i < value.length; i++) word(value.charCodeAt(i));
  };
  const view = new DataView(new ArrayBuffer(8));
  return {
    stepping: (actor, step, envelope, now) => {
      text(actor.actor);
      word(actor.incarnation);
      text(step);
      view.setFloat64(0, now);
      word(view.getInt32(0));
      word(view.getInt32(4));
      word(envelope ? envelope.id | 0 : 0);
      word(envelope ? envelope.cause | 0 : 0);
    },
    digest: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
  };
};
