import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bag } from './bag.js';

describe('Bag', () => {
  it('holds what was added and not taken out, and lists the oldest first', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.nat(40)), { maxLength: 200 }), (steps) => {
      const bag = new Bag<{ readonly id: number; place: number }>();
      const held: { readonly id: number; place: number }[] = [];
      let id = 0;
      for (const step of steps) {
        if (step === null || held.length === 0) {
          const item = { id: id++, place: 0 };
          held.push(item);
          bag.add(item);
        } else {
          const [gone] = held.splice(step % held.length, 1) as [(typeof held)[number]];
          bag.delete(gone);
          bag.delete(gone);
        }
        expect(bag.list()).toEqual(held);
      }
    }));
  });
});
