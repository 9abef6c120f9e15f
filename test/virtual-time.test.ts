import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CATALOG } from '@naumachia/actors';
import { type Catalog, decodeState, type InputLog, replayInputs } from '@naumachia/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, kubectlBinary } from './golden-runner/kubectl/binary.js';

const NAUMACHIA = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const EVICT = fileURLToPath(new URL('../scripts/evict.mjs', import.meta.url));
/** A machine that others work on too may take its time. */
const LIMIT_MS = 300_000;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A cluster of `naumachia up` in a process of its own, with a kubeconfig and a folder of its own. */
class Shell {
  readonly #folder = mkdtempSync(join(tmpdir(), 'naumachia-virtual-'));
  readonly #env = { ...process.env, KUBECONFIG: join(this.#folder, 'kubeconfig'), NAUMACHIA_HOME: this.#folder, ...(hasKubectl() && { PATH: `${dirname(kubectlBinary())}${delimiter}${process.env['PATH']}` }) };
  readonly #ends: (() => Promise<void>)[] = [];

  async up(...flags: string[]): Promise<void> {
    const child = spawn(process.execPath, [NAUMACHIA, 'up', '--port', '0', ...flags], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    this.#ends.push(async () => {
      child.kill('SIGINT');
      await closed;
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => String(chunk).includes(' is ready') && resolve());
      child.once('close', (code) => reject(new Error(`naumachia up ended with ${code}`)));
    });
  }

  async run(program: string, ...args: string[]): Promise<Ended> {
    try {
      const { stdout, stderr } = await promisify(execFile)(program, args, { env: this.#env, timeout: LIMIT_MS });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { readonly code: number; readonly stdout: string; readonly stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }

  file(name: string): string {
    return join(this.#folder, name);
  }

  naumachia = (...args: string[]): Promise<Ended> => this.run(process.execPath, NAUMACHIA, ...args);
  kubectl = (...args: string[]): Promise<Ended> => this.run('kubectl', ...args);

  async end(): Promise<void> {
    for (const end of this.#ends) await end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

describe('the clock of a simulated cluster', () => {
  const shell = new Shell();
  beforeAll(() => shell.up('--mode', 'simulated', '--paused', '--nodes', '3', '--name', 'virtual'), LIMIT_MS);
  afterAll(() => shell.end(), LIMIT_MS);

  it('is shown, set and advanced from another shell', async () => {
    const clock = async (...args: string[]): Promise<{ readonly now: string; readonly speed: number }> => JSON.parse((await shell.naumachia('clock', ...args, '-o', 'json')).out);
    const first = await clock();
    expect(first.speed).toBe(0);
    expect(await clock()).toEqual(first);
    const later = await clock('advance', '300s');
    expect(Date.parse(later.now) - Date.parse(first.now)).toBe(300_000);
    expect(await clock('speed', '10')).toMatchObject({ speed: 10 });
    expect(await clock('pause')).toMatchObject({ speed: 0 });
    expect((await shell.naumachia('clock')).out).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z, and stands\n$/);
    expect((await shell.naumachia('clock', 'advance', '0.5s')).out).toMatch(/: 0.5 s went by in \d+\.\d\d s\n$/);
  }, LIMIT_MS);

  it('refuses what makes no sense', async () => {
    expect(await shell.naumachia('clock', 'advance', 'soon')).toMatchObject({ code: 2, err: expect.stringContaining('Expected a duration') });
    expect(await shell.naumachia('clock', 'speed', '-1')).toMatchObject({ code: 2 });
    expect(await shell.naumachia('clock', '--cluster', 'other')).toMatchObject({ code: 1, err: expect.stringContaining('there is no cluster called other') });
    expect(await shell.naumachia('fault', 'kill', 'kubelet/node-9')).toMatchObject({ code: 1, err: expect.stringContaining('no component called kubelet/node-9 is running') });
  }, LIMIT_MS);

  it('is that of the wall in other modes, and cannot be set', async () => {
    const other = new Shell();
    try {
      await other.up('--nodes', '0');
      expect(await other.naumachia('clock', 'advance', '1m')).toMatchObject({ code: 1, err: expect.stringContaining('only one that was started with --mode simulated has a clock that can be set') });
      // Components fail there, too.
      expect(await other.naumachia('fault', 'kill', 'apiserver', '--for', '1s')).toMatchObject({ code: 0, out: 'killed: apiserver, for 1 s\n' });
    } finally {
      await other.end();
    }
    expect(await other.naumachia('up', '--speed', '2')).toMatchObject({ code: 2, err: expect.stringContaining('--speed belongs to --mode simulated') });
  }, LIMIT_MS);
});

// The package that carries kubectl has the one for Linux on x64; elsewhere the variable KUBECTL may name one.
describe.runIf(hasKubectl())('kubectl and a clock that stands', () => {
  const shell = new Shell();
  beforeAll(() => shell.up('--mode', 'simulated', '--paused', '--nodes', '3'), LIMIT_MS);
  afterAll(() => shell.end(), LIMIT_MS);

  it('commands that wait return once the clock was advanced', async () => {
    expect(await shell.kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=2')).toMatchObject({ code: 0 });
    let returned = 0;
    const waiting = [shell.kubectl('rollout', 'status', 'deployment/web'), shell.kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=100s')].map(async (command) => {
      const ended = await command;
      returned++;
      return ended;
    });
    // Requests of both go through meanwhile, and no pod comes of it.
    expect((await shell.kubectl('get', 'pods')).out).not.toContain('Running');
    expect(returned).toBe(0);
    await shell.naumachia('clock', 'advance', '1m');
    const [rollout, wait] = await Promise.all(waiting);
    expect(rollout?.out).toContain('successfully rolled out');
    expect(wait?.out).toContain('condition met');
  }, LIMIT_MS);

  it('commands that wait return by themselves while the clock goes', async () => {
    await shell.naumachia('clock', 'speed', '100');
    expect((await shell.kubectl('rollout', 'restart', 'deployment/web')).code).toBe(0);
    expect((await shell.kubectl('rollout', 'status', 'deployment/web')).out).toContain('successfully rolled out');
    expect((await shell.kubectl('delete', 'deployment', 'web', '--cascade=foreground')).code).toBe(0);
    await shell.naumachia('clock', 'pause');
  }, LIMIT_MS);

  it('ages are never of the future, and a log that is followed waits for the clock', async () => {
    await shell.kubectl('run', 'one', '--image=busybox', '--restart=Never', '--', 'sh', '-c', 'echo begun; sleep 60; echo later');
    await shell.naumachia('clock', 'advance', '30s');
    expect((await shell.kubectl('get', 'pods')).out).toMatch(/one +1\/1 +Running +0 +30s/);
    expect((await shell.kubectl('describe', 'pod', 'one')).out).not.toContain('<invalid>');
    expect((await shell.kubectl('logs', 'one')).out).toBe('begun\n');
    expect((await shell.kubectl('exec', 'one', '--', 'echo', 'now')).out).toBe('now\n');
    const following = shell.kubectl('logs', '--follow', 'one');
    expect(await Promise.race([following, new Promise((resolve) => void setTimeout(resolve, 1000, 'waits'))])).toBe('waits');
    await shell.naumachia('clock', 'advance', '61s');
    expect((await following).out).toBe('begun\nlater\n');
  }, LIMIT_MS);

  it('a cluster that was saved goes on from there, as often as one likes', async () => {
    const [saved, later] = [shell.file('saved.run'), shell.file('later.run')];
    await shell.kubectl('create', 'deployment', 'kept', '--image=nginx', '--replicas=2');
    await shell.naumachia('clock', 'advance', '1m');
    const pods = async (of: Shell): Promise<string> => (await of.kubectl('get', 'pods', '-l', 'app=kept', '-o', 'wide')).out;
    const before = await pods(shell);
    expect(await shell.naumachia('clock', 'save', saved)).toMatchObject({ code: 0 });
    for (let time = 0; time < 2; time++) {
      const again = new Shell();
      try {
        await again.up('--from', saved, '--paused');
        expect(await pods(again)).toBe(before);
        await again.kubectl('delete', 'pods', '-l', 'app=kept', '--wait=false');
        await again.naumachia('clock', 'advance', '1m');
        expect(await pods(again)).not.toBe(before);
        expect(await again.naumachia('clock', 'save', later)).toMatchObject({ code: 0 });
      } finally {
        await again.end();
      }
    }
    expect(await pods(shell)).toBe(before);
    // Whatever form the command's code has: flows of one name in two modules must not make a difference in a bundle.
    const { log, traceHash } = decodeState(readFileSync(saved)) as { readonly log: InputLog; readonly traceHash: string };
    const { catalog } = (await import(CATALOG)) as { readonly catalog: Catalog };
    expect(replayInputs(log, await Promise.all(Object.values(catalog.actors).map((load) => load()))).traceHash).toBe(traceHash);
    expect(await shell.naumachia('up', '--from', shell.file('kubeconfig'))).toMatchObject({ code: 2, err: expect.stringContaining('is no recorded run') });
    expect(await shell.naumachia('up', '--from', saved, '--seed', '2')).toMatchObject({ code: 2, err: expect.stringContaining('--seed and --from exclude one another') });
    expect(await shell.naumachia('clock', 'save', '/nowhere/at/all')).toMatchObject({ code: 1, err: expect.stringContaining('cannot write /nowhere/at/all: ENOENT') });
  }, LIMIT_MS);

  it('the pods of a node that died have moved six minutes later, which take a moment', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [EVICT], { timeout: LIMIT_MS });
    const [, moved, seconds] = /(\d+) pods of node-\d+ moved: .* took (\d+\.\d+) s/.exec(stdout) ?? [];
    expect(Number(moved)).toBeGreaterThan(0);
    // Less than 2 s where nothing else runs; here others do, and may stop this for a while.
    expect(Number(seconds)).toBeLessThan(LIMIT_MS / 1000);
  }, LIMIT_MS);
});
