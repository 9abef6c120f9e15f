import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { normalise } from './normalise.js';
import { shell, type ShellOptions, type ShellResult, TIMED_OUT } from './shell.js';

/** What kubectl printed in one scenario (the README of the recorded set has the format). */
export interface Transcript {
  readonly name: string;
  readonly about?: string;
  /** It needs a cluster without other workloads, and changes nodes. */
  readonly serial?: boolean;
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  readonly steps: readonly TranscriptStep[];
}

export interface TranscriptStep {
  readonly command: string;
  readonly stdin?: string;
  /** Shell commands that are repeated until they succeed before the command runs. */
  readonly wait?: string | readonly string[];
  /** The lines of stdout are compared in sorted order. */
  readonly sort?: boolean;
  /** Only the exit code is compared. */
  readonly loose?: boolean;
  readonly exit: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

export interface TranscriptCluster {
  readonly kubectl: string;
  readonly kubeconfig: string;
}

/** The recorder waited 60 s; on a machine that does other things too it may take longer. */
const WAIT_LIMIT_MS = 150_000;
const WAIT_PAUSE_MS = 150;
/** A command that the recorder had to end does not end here either. */
const NEVER_ENDS_MS = 10_000;
const DELETION_LIMIT = '150s';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** Runs a scenario in a folder and a namespace of its own; the first difference as people read it, undefined if there is none. */
export const compareTranscript = async (transcript: Transcript, { kubectl, kubeconfig }: TranscriptCluster): Promise<string | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'kt-'));
  const [bin, home, work] = [join(folder, '.bin'), join(folder, '.home'), join(folder, 'w')];
  for (const made of [bin, home, work]) mkdirSync(made);
  symlinkSync(kubectl, join(bin, 'kubectl'));
  // The recorder had Vim, which waited for keys that nobody pressed; not every machine has it.
  writeFileSync(join(bin, 'vi'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  const config = join(home, 'config');
  writeFileSync(config, readFileSync(kubeconfig));
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: config, TZ: 'UTC', LANG: 'C', NS: transcript.name, TERM: 'dumb' };
  const options: ShellOptions = { cwd: work, env };
  try {
    const server = (await shell("kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}'", options)).stdout.trim();
    await openNamespace(transcript.name, options);
    writeFiles(transcript, work);
    const own = JSON.stringify([transcript.files ?? {}, transcript.steps.map(({ command, stdin }) => [command, stdin ?? ''])]);
    for (const step of transcript.steps) {
      const gaveUp = await waitFor(step, options);
      const result = await shell(step.command, { ...options, stdin: step.stdin, ...(step.exit === TIMED_OUT && { limitMs: NEVER_ENDS_MS }) });
      const clean = (text: string): string[] => linesOf(normalise(text.replaceAll(folder, '<dir>'), { command: step.command, own, server }));
      const difference = differenceOf(step, result, clean);
      if (difference !== undefined) return [`$ ${step.command}`, ...(gaveUp === undefined ? [] : [`(gave up waiting: ${gaveUp})`]), difference].join('\n');
    }
    return undefined;
  } finally {
    // A scenario that runs alone leaves nothing to the next.
    await shell(`kubectl delete namespace ${transcript.name} --wait=${transcript.serial === true} --timeout=${DELETION_LIMIT}`, { env: { ...env, KUBECONFIG: kubeconfig } });
    rmSync(folder, { recursive: true, force: true });
  }
};

const openNamespace = async (name: string, options: ShellOptions): Promise<void> => {
  await shell(`kubectl config set-context --current --namespace=${name}`, options);
  const open = `{ kubectl get namespace ${name} || kubectl create namespace ${name}; } && kubectl get serviceaccount default`;
  for (const end = Date.now() + WAIT_LIMIT_MS; Date.now() < end; await pause(WAIT_PAUSE_MS)) if ((await shell(open, options)).exit === 0) return;
};

const writeFiles = ({ files = {} }: Transcript, folder: string): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), [text].flat().join('\n').replace(/\n*$/, '\n'));
  }
};

/** The first wait of a step that did not come true in time; what is printed then shows why. */
const waitFor = async ({ wait = [] }: TranscriptStep, options: ShellOptions): Promise<string | undefined> => {
  for (const command of [wait].flat()) {
    const end = Date.now() + WAIT_LIMIT_MS;
    while ((await shell(command, options)).exit !== 0) {
      if (Date.now() > end) return command;
      await pause(WAIT_PAUSE_MS);
    }
  }
  return undefined;
};

const differenceOf = (step: TranscriptStep, result: ShellResult, clean: (text: string) => string[]): string | undefined => {
  const stdout = clean(result.stdout);
  const stderr = clean(result.stderr);
  if (result.exit !== step.exit) return [`exit: want ${step.exit}, got ${result.exit}`, ...stderr].join('\n');
  // What an editor drew until it was ended is not kubectl's.
  if (step.loose === true || step.exit === TIMED_OUT) return undefined;
  const order = (lines: readonly string[]): readonly string[] => (step.sort === true ? [...lines].sort() : lines);
  return differentLines('stdout', order(step.stdout), order(stdout)) ?? differentLines('stderr', step.stderr, stderr);
};

const differentLines = (part: string, want: readonly string[], got: readonly string[]): string | undefined => {
  if (want.join('\n') === got.join('\n')) return undefined;
  const gone = want.filter((line) => !got.includes(line));
  const more = got.filter((line) => !want.includes(line));
  return [`${part} differs${gone.length + more.length === 0 ? ' in order or number' : ''}`, ...gone.map((line) => `- ${line}`), ...more.map((line) => `+ ${line}`)].join('\n');
};
