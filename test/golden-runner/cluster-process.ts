import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ClusterProcess {
  readonly url: string;
  /** A file; its user is in `system:masters`. */
  readonly kubeconfig: string;
  readonly token: string;
  stop(): Promise<void>;
}

const TOKEN = 'admin-token';
/** A machine that others work on too may take its time. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** Starts `naumachia up` in a process of its own, on a free port and with a kubeconfig of its own. */
export const startClusterProcess = async (flags: readonly string[]): Promise<ClusterProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'naumachia-golden-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const command = fileURLToPath(new URL('../bin/naumachia.js', `file://${createRequire(import.meta.url).resolve('naumachia')}`));
  const child = spawn(process.execPath, [command, 'up', '--port', '0', '--kubeconfig', kubeconfig, '--token', TOKEN, ...flags], { env: { ...process.env, NAUMACHIA_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  // Nothing is left behind by who ends without having stopped it.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let printed = '';
  let complaints = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the cluster was not ready in ${START_LIMIT_MS / 1000} s: ${complaints}`)), START_LIMIT_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      if (printed.includes(' is ready: ')) resolve(clearTimeout(timer));
    });
    child.stderr.on('data', (chunk: Buffer) => (complaints += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`naumachia up ended with ${code}: ${complaints}`)));
  });
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  const url = /^ +server: *"?([^"\s]+)/m.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? printed.split(' ', 1)[0] ?? '';
  return { url, kubeconfig, token: TOKEN, stop };
};
