import { type FaultRule, milliseconds, named, OWN_THREADS, packedPlacement } from '@naumachia/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { arms, type Run, threads } from './arms.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Times are asserted, and a shared machine stands still now and then. */
const RETRIED = { retry: 2 };

/** The same plans of faults in every mode. */
describe.each(arms(['crossing']))('faults, $name', RETRIED, (arm) => {
  let run: Run;
  beforeAll(async () => {
    run = await arm.start({ module: 'fault-catalog.mjs' });
  });
  afterAll(() => run?.stop('abort'));
  beforeEach(() => forget());
  afterEach(() => run.applyFaults({}));

  const forget = async () => void (await run.request(named('sink'), { type: 'forget' }));
  const sink = async () => run.request(named('sink'), { type: 'report' });
  const numbers = async () => (await sink()).numbers as number[];
  const rule = (fault: FaultRule['fault'], more: Partial<FaultRule> = {}) => run.applyFaults({ rules: [{ from: 'source', to: 'sink', fault, ...more }] });
  const talk = (from: number, count: number, link = 'stream') => run.send(named('source'), { type: 'talk', to: 'sink', from, count, link });
  const ping = () => run.request(named('source'), { type: 'ping' });

  it('a delayed stream keeps its order', async () => {
    await rule({ type: 'delay', milliseconds: 100, jitter: 100 });
    talk(1, 50);
    await run.pass(50);
    expect(await numbers()).toEqual([]);
    await run.until(async () => (await numbers()).length === 50);
    expect(await numbers()).toEqual(upTo(50));
  });

  it('a stalled stream holds what is sent until the fault ends, and nothing overtakes it', async () => {
    await rule({ type: 'stall' }, { end: 300 });
    talk(1, 10);
    await run.pass(100);
    expect(await numbers()).toEqual([]);
    await run.pass(200);
    talk(11, 10);
    await run.until(async () => (await numbers()).length === 20);
    expect(await numbers()).toEqual(upTo(20));
  });

  it('what a stream holds is let go in order when the plan is replaced', async () => {
    await rule({ type: 'stall' });
    talk(1, 10);
    run.send(named('source'), { type: 'publish' });
    await run.pass(100);
    expect([await numbers(), (await sink()).revisions]).toEqual([[], []]);
    await run.applyFaults({});
    talk(11, 10);
    await run.until(async () => (await numbers()).length === 20 && (await sink()).revisions.length > 0);
    expect(await numbers()).toEqual(upTo(20));
  });

  it('a partition may be one-way: what is asked arrives, and the answer does not', async () => {
    const before = (await ping()).pings as number;
    await rule({ type: 'partition', resetAfter: 60_000 });
    run.send(named('sink'), { type: 'ask', timeout: 200 });
    await run.until(async () => (await sink()).replies.length > 0);
    expect((await sink()).replies).toEqual(['deadline-exceeded']);
    expect((await ping()).pings).toBe(before + 2);
  });

  it('a partitioned stream is reset when TCP would give up: its requests fail and its feeds end', async () => {
    await rule({ type: 'partition', resetAfter: 200 }, { bothWays: true });
    run.send(named('sink'), { type: 'ask', timeout: 20_000 });
    run.send(named('source'), { type: 'publish' });
    await run.until(async () => (await sink()).replies.length > 0 && (await sink()).ends.length > 0);
    expect((await sink()).replies).toEqual(['unavailable']);
    expect((await sink()).ends[0]).toBe('reset');
  });

  it('a reset stream fails the requests on it', async () => {
    await rule({ type: 'reset' });
    run.send(named('sink'), { type: 'ask', timeout: 20_000 });
    await run.until(async () => (await sink()).replies.length > 0);
    expect((await sink()).replies).toEqual(['unavailable']);
  });

  it('datagrams may be dropped, duplicated, reordered and corrupted', async () => {
    const sent = upTo(40);
    await rule({ type: 'duplicate' }, { link: 'datagram' });
    talk(1, 40, 'datagram');
    await run.until(async () => (await numbers()).length === 80);
    expect((await numbers()).toSorted((a, b) => a - b)).toEqual(sent.flatMap((n) => [n, n]));
    await forget();
    await rule({ type: 'reorder', within: 50 });
    talk(1, 40, 'datagram');
    await run.until(async () => (await numbers()).length === 40);
    expect(await numbers()).not.toEqual(sent);
    expect((await numbers()).toSorted((a, b) => a - b)).toEqual(sent);
    await forget();
    for (const type of ['drop', 'corrupt'] as const) {
      await rule({ type }, { link: 'datagram' });
      talk(1, 40, 'datagram');
      await ping();
    }
    await rule({ type: 'drop' }, { link: 'datagram', probability: 0.5 });
    talk(101, 200, 'datagram');
    await run.pass(50);
    const rest = await numbers();
    expect(rest.every((n) => n > 100)).toBe(true);
    expect(rest.length).toBeGreaterThan(50);
    expect(rest.length).toBeLessThan(150);
  });

  it('an actor that the plan kills is down for as long as the plan says', async () => {
    const before = await ping();
    await run.applyFaults({ actions: [{ type: 'kill', at: 20, actor: 'source', downFor: 300 }] });
    await run.until(async () => (await ping()).reason === 'unavailable');
    await run.until(async () => (await ping()).type === 'pong');
    expect((await ping()).incarnation).toBe((before.incarnation as number) + 1);
    expect((await sink()).terminated).toEqual([['source', true]]);
  });

  it('an actor that the plan pauses handles nothing, and then everything that came', async () => {
    await run.applyFaults({ actions: [{ type: 'pause', at: 0, actor: 'source', for: 400 }] });
    await run.pass(50);
    talk(1, 5);
    await run.pass(100);
    expect(await numbers()).toEqual([]);
    await run.until(async () => (await numbers()).length === 5);
  });

  it('an actor that the plan slows takes longer for each step, and its host may be slow as a whole', async () => {
    for (const target of [{ actor: 'sink' }, { host: arm.host, actor: undefined }] as const) {
      await forget();
      await run.applyFaults({ actions: [{ type: 'slow', at: 0, ...(target.actor ? { actor: 'source' } : { host: target.host }), perStep: 30, for: 500 } as never] });
      await run.pass(20);
      for (let n = 1; n <= 8; n++) talk(n, 1);
      await run.pass(100);
      await run.until(async () => (await numbers()).length === 8);
      expect(await numbers()).toEqual(upTo(8));
      await run.pass(500);
    }
  });

  it('an actor that the plan restarts says what it has to say before', async () => {
    const before = await ping();
    await run.applyFaults({ actions: [{ type: 'restart', at: 0, actor: 'source' }] });
    await run.until(async () => (await numbers()).includes(-1));
    await run.until(async () => (await ping()).incarnation === (before.incarnation as number) + 1);
  });

  it('a whole host may be killed, paused and restarted, and what its actors had synced survives', async () => {
    const before = (await run.request(named('source'), { type: 'store' })).stored as number;
    const incarnation = async () => (await ping()).incarnation as number;
    let last = await incarnation();
    for (const type of ['kill', 'restart'] as const) {
      await run.applyFaults({ actions: [{ type, at: 0, host: arm.host, ...(type === 'kill' && { downFor: 100 }) } as never] });
      await run.until(async () => (await incarnation()) > last);
      last = await incarnation();
      expect((await run.request(named('source'), { type: 'stored' })).stored).toBe(before);
    }
    await run.applyFaults({ actions: [{ type: 'pause', at: 0, host: arm.host, for: 300 }] });
    await run.pass(50);
    const [late] = await Promise.all([run.request(named('source'), { type: 'ping' }, 100), run.pass(350)]);
    expect(late).toEqual({ type: 'failure', reason: 'deadline-exceeded' });
    expect(await incarnation()).toBe(last);
  });
});

/** What a worker thread may do to itself is seen from outside, named, and mended; the others go on. */
describe('workers', RETRIED, () => {
  const WEDGED_MS = 500;
  /** Until a wedge is noticed (two looks, 250 ms apart), the worker ended, and the next one started on a busy machine. */
  const MENDED_MS = WEDGED_MS + 5000;
  const STARTER = { name: 'starter', kind: 'starter', config: { loops: true } };
  let run: Run;
  afterEach(() => run?.stop('abort'));
  const start = async (more = [STARTER]) => {
    run = await threads({ module: 'fault-catalog.mjs', wedgedAfter: WEDGED_MS, heapMegabytes: 48, more }, OWN_THREADS);
    for (let n = 0; n < 3; n++) await run.request(named('source'), { type: 'store' });
  };
  const details = (what: string) => run.incidents.filter((incident) => incident.what === what).map((incident) => `${incident.host}: ${incident.detail}`);
  const sink = async () => run.request(named('sink'), { type: 'report' });

  const MISDEEDS = [
    { name: 'a worker that exits is named with its actor and step, and restarted, and its disks survive', type: 'exit', detail: /^source: .*source in exit/ },
    { name: 'a worker that runs out of heap is named with its actor and step, and restarted, and its disks survive', type: 'hog', detail: /^source: .*memory.*source in hog/ },
    { name: 'a worker that loops for ever is named with its actor and step, and restarted, and its disks survive', type: 'loop', detail: /^source: wedged: source in loop/ },
  ];
  it.each(MISDEEDS)('$name', async ({ type, detail }) => {
    await start([]);
    const began = performance.now();
    const misdeed = run.request(named('source'), { type });
    // The others go on meanwhile.
    expect((await run.request(named('other'), { type: 'report' })).type).toBe('report');
    expect(await misdeed).toEqual({ type: 'failure', reason: 'unavailable' });
    expect((await run.request(named('source'), { type: 'stored' })).stored).toBe(3);
    expect(performance.now() - began).toBeLessThan(MENDED_MS);
    expect(details('host-died')[0]).toMatch(detail);
    expect(details('host-restarted')).toEqual(['source: incarnation 2']);
    await run.until(async () => (await sink()).terminated.length > 0);
    expect((await sink()).terminated).toEqual([['source', true]]);
  });

  it('a worker whose actor throws goes on, with the actor restarted', async () => {
    await start([]);
    expect(await run.request(named('source'), { type: 'fail' })).toEqual({ type: 'failure', reason: 'unavailable' });
    await run.until(async () => (await run.request(named('source'), { type: 'stored' })).stored === 3);
    expect(details('actor-failed')[0]).toMatch(/^source: source: Error: asked to fail/);
    expect(details('host-died')).toEqual([]);
  });

  it('an actor that sends what no frame can hold fails, and the rest of the frame arrives', async () => {
    await start([]);
    run.send(named('source'), { type: 'babble', to: 'sink' });
    await run.until(async () => (await sink()).numbers.length === 2);
    expect((await sink()).numbers).toEqual([1, 3]);
    await run.until(() => details('actor-failed').length > 0);
    expect(details('actor-failed')[0]).toMatch(/^source: source: Error: number to sink cannot be encoded: /);
    expect(details('host-died')).toEqual([]);
  });

  it('an actor that loops for ever while it starts is noticed as well', async () => {
    await start();
    expect((await run.request(named('starter'), { type: 'ping' })).type).toBe('pong');
    run.send(named('starter'), { type: 'exit' });
    await run.until(() => details('host-restarted').length > 0);
    expect(details('host-wedged')[0]).toMatch(/^starter: starter in start has been running for/);
    expect((await run.request(named('starter'), { type: 'ping' })).incarnation).toBe(2_000_001);
  });

  it('who watches an actor hears of its ends also after its host was replaced, and followers see what it publishes', async () => {
    await start([]);
    for (let time = 1; time <= 2; time++) {
      await run.request(named('source'), { type: 'exit' });
      await run.until(async () => (await sink()).terminated.length === time);
    }
    // It watches again as soon as the next incarnation can be reached.
    run.send(named('sink'), { type: 'ask', timeout: 20_000 });
    await run.until(async () => (await sink()).replies.includes('pong'));
    await run.request(named('source'), { type: 'fail' });
    await run.until(async () => (await sink()).terminated.length === 3);
    await run.until(async () => {
      run.send(named('source'), { type: 'publish' });
      return (await sink()).revisions.length > 0;
    });
  });

  it('a request to an actor whose host is restarting reaches the next incarnation', async () => {
    await start([]);
    await run.applyFaults({ actions: [{ type: 'kill', at: 0, host: 'source', downFor: 300 }] });
    await run.until(() => details('host-died').length > 0);
    expect((await run.request(named('source'), { type: 'ping' }, 10_000)).incarnation).toBe(1_000_001);
  });

  it('a replaced host obeys the plan of faults that is in force', async () => {
    await start([]);
    const rules = [{ from: 'source', to: 'sink', fault: { type: 'stall' } as const, end: 4000 }];
    await run.applyFaults({ rules, actions: [{ type: 'kill', at: 0, host: 'source', downFor: 0 }] });
    await run.until(() => details('host-restarted').length > 0);
    run.send(named('source'), { type: 'talk', to: 'sink', from: 1, count: 3 });
    await run.request(named('source'), { type: 'ping' });
    await run.pass(100);
    expect((await sink()).numbers).toEqual([]);
    await run.until(async () => (await sink()).numbers.length === 3);
  });

  it('a host that dies too often is given up, and requests to it fail at once', async () => {
    run = await threads({ module: 'fault-catalog.mjs', supervision: { strategy: 'one-for-one', intensity: { restarts: 2, within: milliseconds(60_000) }, backoff: { first: milliseconds(1), most: milliseconds(1) } } }, OWN_THREADS);
    await run.until(async () => {
      await run.request(named('source'), { type: 'exit' });
      return details('gave-up').length > 0;
    });
    expect(details('host-died').length).toBe(3);
    const began = performance.now();
    expect((await run.request(named('source'), { type: 'ping' })).type).toBe('failure');
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await sink()).terminated.at(-1)).toEqual(['source', false]);
  });

  it('a sender parks while too much is under way to another host', async () => {
    run = await threads({ module: 'fault-catalog.mjs' }, packedPlacement(['source', 'sink'], 2));
    await run.applyFaults({ actions: [{ type: 'pause', at: 0, host: 'host-1', for: 4000 }] });
    await run.pass(50);
    run.send(named('source'), { type: 'flood', to: 'other', megabytes: 40 });
    const sent = async (): Promise<number> => (await sink()).numbers.length;
    await run.until(async () => (await sent()) > 10);
    await run.pass(500);
    expect(await sent()).toBeLessThan(30);
    await run.until(async () => (await run.request(named('other'), { type: 'report' })).bulk === 40 << 20);
  });
});
