import { instantOf, type Instant } from '@naumachia/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiryOf, forget, nextExpiry, renew, takeExpired } from './lease-expiry.js';

describe('the expiry of leases', () => {
  it('finds the leases that have ended, in their order, whatever was renewed or revoked before', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('renew' as const), lease: fc.nat(20), ttl: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ what: fc.constant('forget' as const), lease: fc.nat(20) }),
      fc.record({ what: fc.constant('wait' as const), seconds: fc.nat(10) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const expiry = expiryOf(new Map(), instantOf(0));
        const ends = new Map<number, Instant>();
        let now = 0;
        for (const each of steps) {
          if (each.what === 'renew') {
            renew(expiry, each.lease, each.ttl, instantOf(now));
            ends.set(each.lease, instantOf(now + each.ttl * 1000));
          } else if (each.what === 'forget') {
            forget(expiry, each.lease);
            ends.delete(each.lease);
          } else {
            now += each.seconds * 1000;
            const expected = [...ends].filter(([, at]) => at <= now).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
            expect(takeExpired(expiry, instantOf(now))).toEqual(expected.map(([lease]) => lease));
            for (const [lease] of expected) ends.delete(lease);
          }
          expect(nextExpiry(expiry)).toBe(ends.size === 0 ? undefined : Math.min(...ends.values()));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not hold on to leases that were revoked', () => {
    const expiry = expiryOf(new Map(), instantOf(0));
    for (let lease = 1; lease <= 10_000; lease++) {
      renew(expiry, lease, 3600, instantOf(0));
      forget(expiry, lease);
    }
    expect(expiry.heap.length).toBeLessThan(100);
  });
});
