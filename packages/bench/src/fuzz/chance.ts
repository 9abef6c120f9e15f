/** The chance of one request: a stream of its own, so that it can be made again without those before it. */
export interface Chance {
  /** A whole number from 0 to `n - 1`. */
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32, seeded by a run's seed and a request's index. */
export const chanceOf = (seed: number, index: number): Chance => {
  let state = (Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(index + 1, 0xc2b2_ae35)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
};
