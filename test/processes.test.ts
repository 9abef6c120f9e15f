import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { named } from '@naumachia/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Run, threads, TWO_PROCESSES } from './arms.js';

/** A process that stands still is ended after this long. */
const STOPPED_MS = 1500;

/** `source` and `other` share a process, `sink` has one of its own. Times are asserted, and a shared machine stands still now and then. */
describe('hosts in several processes', { retry: 2 }, () => {
  let run: Run;
  afterEach(() => run?.stop('abort'));
  const start = async () => {
    run = await threads({ module: 'fault-catalog.mjs', wedgedAfter: STOPPED_MS }, TWO_PROCESSES);
    for (let n = 0; n < 3; n++) await run.request(named('source'), { type: 'store' });
  };
  const pidOf = (name: string) => run.processes().find((process) => process.name === name)?.pid ?? 0;
  const signal = (name: string, what: NodeJS.Signals) => void process.kill(pidOf(name), what);
  const details = (what: string) => run.incidents.filter((incident) => incident.what === what).map((incident) => `${incident.host}: ${incident.detail}`);
  const sink = async () => run.request(named('sink'), { type: 'report' });

  it('a process that is killed is started again with its hosts, and the disks of its actors survive', async () => {
    await start();
    const former = pidOf('process-1');
    signal('process-1', 'SIGKILL');
    await run.until(() => details('process-died').length > 0);
    expect((await run.request(named('source'), { type: 'stored' }, 15_000)).stored).toBe(3);
    expect((await run.request(named('source'), { type: 'ping' })).incarnation).toBe(1_000_001);
    await run.until(() => details('process-restarted').length > 0);
    expect(details('process-died')).toEqual(['process-1: it was ended by SIGKILL; it ran 2 hosts']);
    expect(details('process-restarted')).toEqual(['process-1: 2 of 2 hosts run again']);
    expect(pidOf('process-1')).not.toBe(former);
    expect(await sink()).toMatchObject({ terminated: [['source', true]] });
  });

  it('a process that stands still for too long is ended and replaced', async () => {
    await start();
    const former = pidOf('process-1');
    signal('process-1', 'SIGSTOP');
    await run.until(() => details('process-restarted').length > 0);
    expect(details('process-stopped')[0]).toMatch(/^process-1: it has answered nothing for \d+ ms$/);
    expect(() => process.kill(former, 0)).toThrow('ESRCH');
    expect((await run.request(named('source'), { type: 'stored' })).stored).toBe(3);
  });

  it('a process that goes on in time is not replaced, and handles everything that came meanwhile', async () => {
    await start();
    await run.applyFaults({ actions: [{ type: 'pause', at: 200, process: 'process-2', for: 600 }] });
    await run.pass(300);
    run.send(named('source'), { type: 'talk', to: 'sink', from: 1, count: 5 });
    const [late] = await Promise.all([run.request(named('sink'), { type: 'report' }, 100), run.pass(200)]);
    expect(late).toEqual({ type: 'failure', reason: 'deadline-exceeded' });
    await run.until(async () => (await sink()).numbers?.length === 5);
    expect(details('process-died')).toEqual([]);
  });

  it('what a process had under way is not delivered once it is replaced', async () => {
    await start();
    // Stopped with hundreds of messages on their way: those that left before arrive, and none after its end is told.
    run.send(named('source'), { type: 'talk', to: 'sink', from: 1, count: 200_000 });
    await run.pass(20);
    signal('process-1', 'SIGSTOP');
    await run.until(async () => (await sink()).terminated?.length === 1);
    const { numbers } = await sink();
    await run.until(() => details('process-restarted').length > 0);
    run.send(named('source'), { type: 'talk', to: 'sink', from: -1, count: 1 });
    await run.until(async () => (await sink()).numbers.at(-1) === -1);
    expect((await sink()).numbers).toEqual([...numbers, -1]);
  });

  it('a plan of faults kills a process and keeps it down for as long as it says', async () => {
    await start();
    const began = performance.now();
    await run.applyFaults({ actions: [{ type: 'kill', at: 50, process: 'process-1', downFor: 1000 }] });
    await run.until(() => details('process-died').length > 0);
    expect((await run.request(named('source'), { type: 'ping' }, 15_000)).incarnation).toBe(1_000_001);
    expect(performance.now() - began).toBeGreaterThan(1000);
  });

  it('a replaced process obeys the plan of faults that is in force', async () => {
    await start();
    await run.applyFaults({ rules: [{ from: 'source', to: 'sink', fault: { type: 'stall' }, end: 6000 }], actions: [{ type: 'kill', at: 0, process: 'process-1', downFor: 0 }] });
    await run.until(() => details('process-restarted').length > 0);
    run.send(named('source'), { type: 'talk', to: 'sink', from: 1, count: 3 });
    await run.request(named('source'), { type: 'ping' });
    await run.pass(100);
    expect((await sink()).numbers).toEqual([]);
    await run.until(async () => (await sink()).numbers.length === 3);
  });

  it('a process that dies too often is given up, and requests to its actors fail at once', async () => {
    run = await threads({ module: 'fault-catalog.mjs', supervision: ONE_RESTART }, TWO_PROCESSES);
    for (let deaths = 1; deaths <= 2; deaths++) {
      await run.until(() => pidOf('process-1') > 0 && details('process-restarted').length === deaths - 1);
      signal('process-1', 'SIGKILL');
      await run.until(() => details('process-died').length === deaths);
    }
    expect(details('gave-up')[0]).toMatch(/^process-1: too many deaths/);
    expect(await run.request(named('source'), { type: 'ping' })).toEqual({ type: 'failure', reason: 'no-such-actor' });
    expect((await sink()).terminated.at(-1)).toEqual(['source', false]);
  });
});

const ONE_RESTART = { strategy: 'one-for-one', intensity: { restarts: 1, within: 60_000 }, backoff: { first: 1, most: 1 } } as never;

describe('the supervising process', { retry: 2 }, () => {
  const SCRIPT = fileURLToPath(new URL('./fixtures/supervise-and-wait.mjs', import.meta.url));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'processes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const left = () => readdirSync(folder);
  const isThere = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const begin = async (): Promise<{ supervisor: ChildProcess; pids: number[]; exited: Promise<unknown> }> => {
    const supervisor = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } });
    const exited = new Promise((resolve) => void supervisor.once('exit', resolve));
    const line = await new Promise<string>((resolve) => void supervisor.stdout.once('data', (chunk) => resolve(String(chunk))));
    return { supervisor, exited, pids: (JSON.parse(line) as { processes: { pid: number }[] }).processes.map(({ pid }) => pid) };
  };

  it.each(['SIGKILL', 'SIGINT'] as const)('no process and no file is left behind, however the supervising process ends (%s)', async (signal) => {
    const { supervisor, pids, exited } = await begin();
    expect(pids.length).toBe(2);
    expect(left().length).toBe(1);
    supervisor.kill(signal);
    await exited;
    await expect.poll(() => pids.filter(isThere), { timeout: 10_000 }).toEqual([]);
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });
});
