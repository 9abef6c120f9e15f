import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const LIMIT_MS = 100_000;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly seen: { out: string; err: string };
  /** When nobody holds the pipes any more: a thread or process left behind would keep it away. */
  readonly ended: Promise<Ended>;
}

/** The command with a home, a kubeconfig and running clusters of its own. */
export interface Shell {
  readonly folder: string;
  readonly kubeconfig: string;
  start(...args: readonly string[]): Started;
  run(...args: readonly string[]): Promise<Ended>;
  /** Ends every cluster that is left. */
  close(): Promise<void>;
}

export const openShell = (env: NodeJS.ProcessEnv = {}): Shell => {
  const folder = mkdtempSync(join(tmpdir(), 'naumachia-shell-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const start = (...args: readonly string[]): Started => {
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: { ...process.env, NAUMACHIA_HOME: folder, KUBECONFIG: kubeconfig, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const seen = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (seen.out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (seen.err += String(chunk)));
    return { child, seen, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...seen }))) };
  };
  const run = async (...args: readonly string[]): Promise<Ended> => start(...args).ended;
  const close = async (): Promise<void> => {
    await run('down', '--all');
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, kubeconfig, start, run, close };
};

export const until = async (holds: () => boolean): Promise<void> => {
  for (const end = Date.now() + LIMIT_MS; !holds(); ) {
    if (Date.now() > end) throw new Error(`${holds.toString()} did not hold within ${LIMIT_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
