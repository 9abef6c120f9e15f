import { spawn } from 'node:child_process';

export interface ShellResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | undefined;
  readonly limitMs?: number;
}

/** As long as the recorder gave a command, and some more for a machine that does other things too. */
const LIMIT_MS = 150_000;
/** What shells say of a command that was ended by time(out). */
export const TIMED_OUT = 124;

/** Runs a command by `bash -c`; what it leaves in the background ends with it if it takes too long. */
export const shell = (command: string, { cwd, env, stdin = '', limitMs = LIMIT_MS }: ShellOptions): Promise<ShellResult> =>
  new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', command], { ...(cwd !== undefined && { cwd }), env: { ...env }, detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      if (child.pid !== undefined) endGroup(child.pid);
    }, limitMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: code ?? (signal === 'SIGKILL' ? TIMED_OUT : 128), stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });

const endGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};
