import { named } from '@naumachia/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arms, type Run } from './arms.js';

/** One body for every mode: simulated, inline, packed on one and on two hosts, threads; each also with every message encoded. */
describe.each(arms())('$name', (arm) => {
  let run: Run;
  beforeAll(async () => {
    run = await arm.start({ module: 'parity-catalog.mjs' });
  });
  afterAll(() => run?.stop('abort'));

  const report = (name: string) => run.request(named(name), { type: 'report' });
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const entry = (revision: number) => [revision, revision, revision, true, revision & 255];

  it('a message for an actor that is about to start waits for it', async () => {
    await run.until(async () => (await report('sink/1')).numbers.length === 1);
    expect((await report('sink/1')).numbers).toEqual([0]);
  });

  it('a request is answered once: by its receiver, or by the runtime in its place', async () => {
    expect(await run.request(named('source'), { type: 'ping', n: 7 })).toEqual({ type: 'pong', n: 7, pings: 1 });
    expect(await run.request(named('nobody'), { type: 'ping', n: 7 })).toEqual({ type: 'failure', reason: 'no-such-actor' });
    expect(await run.request(named('source'), { type: 'ignore' }, 30)).toEqual({ type: 'failure', reason: 'deadline-exceeded' });
    await run.request(named('sink/2'), { type: 'watch', actor: 'child/1' });
    const [reset, next] = await Promise.all([run.request(named('child/1'), { type: 'fail' }), run.pass(1500).then(() => run.request(named('child/1'), { type: 'ping', n: 1 }))]);
    expect(reset).toEqual({ type: 'failure', reason: 'unavailable' });
    expect(next).toEqual({ type: 'pong', n: 1 });
  });

  it('messages from one actor to another arrive in the order in which they were sent', async () => {
    run.send(named('source'), { type: 'talk', to: 'sink/2', count: 2000 });
    await run.until(async () => (await report('sink/2')).numbers.length === 2000);
    expect((await report('sink/2')).numbers).toEqual(upTo(2000));
  });

  it('a flow sends requests, gathers answers, sleeps, meets deadlines, and ends with the sum of what it learned', async () => {
    const done = await run.request(named('sink/2'), { type: 'chat', rounds: 100 });
    expect(done).toEqual({ type: 'done', sum: 4950, all: [1, 2, 3], late: 'deadline-exceeded', nobody: 'no-such-actor' });
  });

  it('a subscriber sees every entry after its revision once and in order, or those of its key', async () => {
    run.send(named('source'), { type: 'publish', count: 100 });
    run.send(named('source'), { type: 'publish', count: 100 });
    await run.until(async () => (await report('sink/1')).entries.length === 200 && (await report('sink/2')).entries.length === 100);
    expect((await report('sink/1')).entries).toEqual(upTo(200).map(entry));
    expect((await report('sink/2')).entries).toEqual(upTo(100).map((half) => entry(half * 2)));
  });

  it('timers fire in the order of their instants, and those of one instant in the order in which they were set', async () => {
    run.send(named('sink/1'), { type: 'timers' });
    await run.until(async () => (await report('sink/1')).numbers.includes(30));
    expect((await report('sink/1')).numbers).toEqual([0, 10, 11, 30]);
  });

  it('an actor that throws has sent nothing and is restarted; its feeds end, and those who watch it are told', async () => {
    run.send(named('source'), { type: 'fail' });
    await run.until(async () => (await run.request(named('source'), { type: 'ping', n: 1 })).type === 'pong');
    await run.until(async () => (await report('sink/1')).ends.length > 0);
    const { numbers, terminated, ends } = await report('sink/1');
    expect(numbers).not.toContain(-1);
    expect(terminated).toEqual([['source', true]]);
    expect(ends).toContain('reset');
  });

  it('what was synced survives the end of its actor, and what was not is lost', async () => {
    for (const [n, sync] of [[1, true], [2, true], [3, false]] as const) await run.request(named('parent'), { type: 'keep', n, sync });
    await run.request(named('parent'), { type: 'fail' });
    await run.until(async () => (await run.request(named('parent'), { type: 'kept' })).type === 'kept');
    expect((await run.request(named('parent'), { type: 'kept' })).kept).toEqual([1, 2]);
  });

  it('a child ends with its supervisor and starts with the next incarnation of it', async () => {
    await run.until(async () => (await run.request(named('child/1'), { type: 'ping', n: 4 })).type === 'pong');
    // Told of its own failure in an earlier test, and of the end with its parent.
    expect((await report('sink/2')).terminated).toEqual([['child/1', true], ['child/1', false]]);
  });

  it('an actor that is stopped in order says what it has to say, and is not restarted', async () => {
    run.send(named('parent'), { type: 'stopChild' });
    await run.until(async () => (await report('sink/1')).numbers.includes(99));
    await run.until(async () => (await run.request(named('parent'), { type: 'kept' })).terminated.length > 0);
    expect((await run.request(named('parent'), { type: 'kept' })).terminated).toEqual([['child/1', false]]);
    expect(await run.request(named('child/1'), { type: 'ping', n: 1 })).toEqual({ type: 'failure', reason: 'no-such-actor' });
  });

  it('the state of every actor is plain data and can be read from a snapshot', async () => {
    const actors = (await run.snapshots()).flatMap((host) => host.actors);
    expect(actors.map((actor) => actor.name).sort()).toEqual(['parent', 'sink/1', 'sink/2', 'source']);
    expect(actors.find((actor) => actor.name === 'parent')?.state).toMatchObject({ kept: [1, 2] });
  });
});
