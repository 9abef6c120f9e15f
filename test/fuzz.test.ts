import { describeFinding, fuzz, fuzzTable } from '@naumachia/bench';
import { expect, it } from 'vitest';

const REQUESTS = 20_000;
const SEED = 20_261_121;
const MINUTES = 60_000;
/** What caches, compiled code and the objects that requests have made may take. */
const GROWTH = 48e6;

it(`${REQUESTS} mutated requests are answered with documented codes, and the server lives and does not grow`, { timeout: 20 * MINUTES }, async () => {
  const result = await fuzz({ seed: SEED, count: REQUESTS });
  process.stdout.write(`${fuzzTable(result)}\n`);
  expect(result.incidents).toEqual([]);
  expect(result.findings.map((finding) => describeFinding(finding, SEED))).toEqual([]);
  expect([...result.codes.values()].reduce((sum, row) => sum + [...row.values()].reduce((a, b) => a + b, 0), 0)).toBe(REQUESTS);
  // That most of it gets past the first refusal.
  expect(result.codes.get('none')?.get(200)).toBeGreaterThan(300);
  expect(result.heap.end - result.heap.early).toBeLessThan(GROWTH);
});
