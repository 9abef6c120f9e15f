import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { named, OWN_THREADS } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import { arms, threads } from './arms.js';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./fixtures/run-and-stop.mjs', import.meta.url));
const LONGEST_MS = 30_000;

// Times are asserted, and a shared machine stands still now and then.
describe('shutdown', { retry: 2 }, () => {
  const cases = (['inline', 'packed', 'threads'] as const).flatMap((mode) => (['drain', 'abort'] as const).map((how) => ({ mode, how })));

  it.each(cases)('$mode, $how', async ({ mode, how }) => {
    const { stdout } = await run(process.execPath, [SCRIPT, mode, how], { timeout: LONGEST_MS });
    const unavailable = { type: 'failure', reason: 'unavailable' };
    expect(JSON.parse(stdout)).toEqual({ unanswered: unavailable, late: unavailable, ends: ['reset'], open: [] });
  });

  it('after a stop nothing is left: waiting requests are answered, followers are told, no handle is open, and node exits by itself', () => {
    // The cases above are what proves it; this one keeps them from being thinned out.
    expect(cases.length).toBe(6);
  });

  it.each(arms(['crossing']).filter((arm) => arm.name !== 'simulated' && arm.name !== 'threads of two processes'))('a drain lets every actor say what it has to say ($name)', async (arm) => {
    const { catalog } = await import('./fixtures/shutdown-catalog.mjs');
    expect(Object.keys(catalog.actors)).toEqual(['keeper']);
    const keeping = new SharedArrayBuffer(8);
    const { SimulatedRuntime, ThreadsRuntime } = await import('@naumachia/core');
    const catalogUrl = new URL('./fixtures/shutdown-catalog.mjs', import.meta.url).href;
    const placement = arm.name === 'threads' ? OWN_THREADS : { hosts: arm.name === 'inline' ? 0 : arm.name === 'packed on one host' ? 1 : 2, kinds: {}, otherwise: arm.name === 'packed on two hosts' ? ('spread' as const) : 0 };
    const runtime = arm.name.startsWith('simulated') ? await SimulatedRuntime.create({ seed: 1, catalog: catalogUrl }) : await ThreadsRuntime.create({ seed: 1, placement, catalog: catalogUrl });
    await runtime.start([1, 2, 3].map((n) => ({ name: `keeper/${n}`, kind: 'keeper', config: { keeping } })));
    await runtime.stop('drain');
    expect(new Int32Array(keeping)[0]).toBe(3);
  });

  it('a worker that does not stop in time is ended all the same', async () => {
    const busy = await threads({ module: 'fault-catalog.mjs' }, OWN_THREADS);
    busy.send(named('source'), { type: 'loop' });
    await busy.pass(100);
    const began = performance.now();
    await busy.stop('drain');
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('an abort asks nobody', async () => {
    const busy = await threads({ module: 'fault-catalog.mjs' }, OWN_THREADS);
    busy.send(named('source'), { type: 'loop' });
    await busy.pass(100);
    const began = performance.now();
    await busy.stop('abort');
    expect(performance.now() - began).toBeLessThan(4000);
  });
});
