import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../message.js';
import type { Instant } from '../time.js';
import { Slots } from './slots.js';
import { Timers } from './timers.js';

const asker = { actor: 'asker', incarnation: 1 };
const target = { actor: 'target', incarnation: 1 };
const LATER = 1_000_000 as Instant;

const replyTo = (slot: number) => ({ id: 0, cause: 0, from: target, to: asker, link: 'stream', kind: 'reply', slot, deadline: undefined, message: { type: 'answer' } }) as const;

describe('reply slots', () => {
  it('are found as long as they wait, however many come after them, and fail in the order in which they were reserved', () => {
    const step = fc.oneof({ weight: 5, arbitrary: fc.constant('reserve' as const) }, { weight: 3, arbitrary: fc.constant('take-newest' as const) }, { weight: 1, arbitrary: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.nat(7), (steps, stay) => {
        const slots = new Slots(new Timers());
        const waiting: number[] = [];
        const failed: number[] = [];
        const reserve = (): number => slots.reserve(asker, target, LATER, (_, id) => failed.push(id));
        for (const each of steps) {
          if (each === 'reserve') waiting.push(reserve());
          else {
            const id = each === 'take-newest' ? waiting.pop() : waiting.splice(each % (waiting.length || 1), 1)[0];
            if (id === undefined) continue;
            expect(slots.take(replyTo(id))?.id).toBe(id);
            expect(slots.take(replyTo(id))).toBeUndefined();
          }
          expect(slots.size).toBe(waiting.length);
        }
        // What waits on while a thousand others come and go has not moved for anybody who looks for it.
        for (let i = 0; i < 1000; i++) expect(slots.take(replyTo(reserve()))).toBeDefined();
        slots.failWhere(({ id }) => id % 8 !== stay, failure('unavailable'));
        expect(failed).toEqual(waiting.filter((id) => id % 8 !== stay));
        expect(slots.size).toBe(waiting.length - failed.length);
      }),
      { numRuns: 100 },
    );
  });
});
