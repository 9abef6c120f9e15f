import { compareWith, describeDifference, describeFinding, EDGE_TOKEN, fuzz, fuzzTable, serveEdge } from '@naumachia/bench';
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

it('the same requests to two servers of ours are answered alike, and a server that answers otherwise is told apart', { timeout: 5 * MINUTES }, async () => {
  const { runtime, url } = await serveEdge(SEED, () => {});
  try {
    const { asked, differences } = await compareWith({ url, token: EDGE_TOKEN }, { seed: SEED, count: 600 });
    expect(differences.map(describeDifference)).toEqual([]);
    expect(asked).toBeGreaterThan(300);
    const stranger = await compareWith({ url, token: 'wrong' }, { seed: SEED, count: 30 });
    expect(stranger.differences).toHaveLength(stranger.asked);
    expect(stranger.differences[0]?.what).toMatch(/^code 401 \| \d+$/);
  } finally {
    await runtime.stop('abort');
  }
});
