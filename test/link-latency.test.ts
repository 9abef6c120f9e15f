import { named } from '@naumachia/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arms, type Run } from './arms.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The same latencies in every mode: `source` is 150 to 250 ms away from `sink`, and `sink` is next to `source`. */
describe.each(arms(['crossing']))('latencies of links, $name', { retry: 2 }, (arm) => {
  let run: Run;
  beforeAll(async () => {
    run = await arm.start({ module: 'fault-catalog.mjs', latencies: [{ from: 'source', to: ['etcd', 'sink'], least: 150, most: 250 }] });
  });
  afterAll(() => run?.stop('abort'));
  beforeEach(async () => void (await run.request(named('sink'), { type: 'forget' })));

  const sink = async () => run.request(named('sink'), { type: 'report' });

  it('messages arrive late and in their order', async () => {
    run.send(named('source'), { type: 'talk', to: 'sink', from: 1, count: 50, link: 'stream' });
    await run.pass(100);
    expect((await sink()).numbers).toEqual([]);
    await run.until(async () => ((await sink()).numbers as number[]).length === 50);
    expect((await sink()).numbers).toEqual(upTo(50));
  });

  it('answers and feeds take the same way', async () => {
    run.send(named('sink'), { type: 'ask', timeout: 100 });
    run.send(named('source'), { type: 'publish' });
    await run.pass(100);
    expect((await sink()).revisions).toEqual([]);
    await run.until(async () => ((await sink()).revisions as number[]).length > 0 && ((await sink()).replies as string[]).length > 0);
    // Its own way there takes no time, but the answer does.
    expect((await sink()).replies).toEqual(['deadline-exceeded']);
  });
});
