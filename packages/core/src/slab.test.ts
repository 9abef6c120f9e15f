import { describe, expect, it } from 'vitest';
import { collectGarbage } from './runtime/host-meter.js';
import { keepBytes, kept, weightlessBytes } from './slab.js';

const MEGABYTE = 2 ** 20;
const filled = (slabs: number): Uint8Array[] => {
  const bytes = new Uint8Array(MEGABYTE / 64).fill(7);
  return Array.from({ length: slabs * 64 }, () => {
    keepBytes(bytes);
    return kept.slab;
  });
};

describe('slabs', () => {
  it('are counted as long as something stands in them, and no longer', async () => {
    const before = weightlessBytes();
    const held: { slabs: Uint8Array[] | undefined } = { slabs: filled(20) };
    expect(new Set(held.slabs).size).toBeGreaterThanOrEqual(20);
    // A quarter is counted by V8 itself.
    expect(weightlessBytes() - before).toBeGreaterThanOrEqual(19 * 0.75 * MEGABYTE);
    held.slabs = undefined;
    for (let look = 0; look < 100 && weightlessBytes() - before > 2 * MEGABYTE; look++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    // The last one is still being filled.
    expect(weightlessBytes() - before).toBeLessThanOrEqual(2 * MEGABYTE);
  });

  it('take what is empty, and give large bytes memory of their own', () => {
    keepBytes(new Uint8Array(0));
    const large = new Uint8Array(MEGABYTE / 2).fill(3);
    keepBytes(large);
    expect([kept.start, Buffer.compare(kept.slab, large)]).toEqual([0, 0]);
  });
});
