import type { Duration } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { countDelay, delayQuantile, newProgrammingDelays } from './programming-delay.js';

describe('network programming delays', () => {
  it('give quantiles to an eighth of their size, from a fraction of a millisecond to hours', () => {
    for (const delay of [0.2, 1, 3.3, 17, 250, 999, 60_000, 3_600_000]) {
      const delays = newProgrammingDelays();
      countDelay(delays, delay as Duration);
      countDelay(delays, (delay * 100) as Duration);
      const median = delayQuantile(delays, 0.5);
      expect(median).toBeGreaterThanOrEqual(delay);
      expect(median).toBeLessThanOrEqual(delay * 1.13 + 0.125);
    }
  });

  it('tell the few that took long from the many', () => {
    const total = newProgrammingDelays();
    for (let i = 0; i < 100; i++) countDelay(total, (i < 90 ? 5 : 500) as Duration);
    expect(total.count).toBe(100);
    expect(total.max).toBe(500);
    expect(total.sum).toBe(90 * 5 + 10 * 500);
    expect(delayQuantile(total, 0.9)).toBeLessThan(6);
    expect(delayQuantile(total, 0.91)).toBe(500);
  });

  it('of a clock that went back count as none', () => {
    const delays = newProgrammingDelays();
    countDelay(delays, -5 as Duration);
    expect(delayQuantile(delays, 1)).toBeLessThan(0.2);
  });
});
