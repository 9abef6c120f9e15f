import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textTable } from '@naumachia/bench';
import { CommandFailed, EXIT } from './exit-codes.js';
import { print } from './standard-output.js';

export interface StartFlags {
  readonly runs: number;
  readonly nodes: number;
  readonly output: 'json' | 'table';
}

/** One way of starting, with the milliseconds that each start took. */
interface Measured {
  readonly figure: string;
  readonly title: string;
  readonly milliseconds: readonly number[];
}

const COMMAND = fileURLToPath(new URL('../bin/naumachia.js', import.meta.url));
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'first' }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } } as const;

/** `naumachia bench start`: how long a user waits for a cluster. Resolves with the exit code. */
export const benchStart = async ({ runs, nodes, output }: StartFlags): Promise<number> => {
  const up = await repeated(runs, (run) => progress('naumachia up', run, runs, upToReady(nodes)));
  const [first = 0, ...embedded] = await repeated(runs + 1, (run) => progress('startCluster', run, runs + 1, startToRunning(nodes)));
  const measured: Measured[] = [
    { figure: 'start.up', title: '`naumachia up`, from the shell to the ready line', milliseconds: up },
    { figure: 'start.embedded.first', title: '`startCluster` to the first Running pod, the first in a process', milliseconds: [first] },
    { figure: 'start.embedded', title: '`startCluster` to the first Running pod, those after it', milliseconds: embedded },
  ];
  await print(output === 'json' ? `${JSON.stringify({ nodes, figures: measured.flatMap(figuresOf) })}\n` : table(measured, nodes));
  return EXIT.done;
};

const figuresOf = ({ figure, milliseconds }: Measured): object[] => [
  { name: `${figure}.p50`, value: median(milliseconds), unit: 'ms' },
  { name: `${figure}.max`, value: Math.max(...milliseconds), unit: 'ms' },
];

const table = (measured: readonly Measured[], nodes: number): string => {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return `${textTable([[`START OF ${nodes} NODES`, 'MEDIAN', 'LEAST', 'MOST', 'RUNS'], ...measured.map(({ title, milliseconds: all }) => [title, ms(median(all)), ms(Math.min(...all)), ms(Math.max(...all)), String(all.length)])])}\n`;
};

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

const repeated = async (runs: number, measure: (run: number) => Promise<number>): Promise<number[]> => {
  const measured: number[] = [];
  for (let run = 1; run <= runs; run++) measured.push(await measure(run));
  return measured;
};

const progress = async (what: string, run: number, runs: number, measuring: Promise<number>): Promise<number> => {
  const milliseconds = await measuring;
  process.stderr.write(`${what}, ${run} of ${runs}: ${milliseconds.toFixed(0)} ms\n`);
  return milliseconds;
};

/** Milliseconds from the start of a process, as a shell starts it, until it says that its cluster is ready. */
const upToReady = async (nodes: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'naumachia-start-'));
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'up', '--nodes', String(nodes), '--port', '0', '--kubeconfig', join(folder, 'kubeconfig')], { env: { ...process.env, NAUMACHIA_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const ended = new Promise<undefined>((resolve) => child.once('close', () => resolve(undefined)));
  const ready = new Promise<number>((resolve) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      if (printed.includes(' is ready: ')) resolve(performance.now() - began);
    });
  });
  try {
    const milliseconds = await Promise.race([ready, ended]);
    if (milliseconds === undefined) throw new CommandFailed(`naumachia up ended before it was ready: ${said.trim()}`);
    return milliseconds;
  } finally {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Milliseconds until a pod of a cluster within this process runs. */
const startToRunning = async (nodes: number): Promise<number> => {
  // Its users have loaded it long before their tests start clusters.
  const { startCluster } = await import('./index.js');
  const began = performance.now();
  const cluster = await startCluster({ nodes });
  try {
    await cluster.client.create(POD);
    await cluster.waitFor('Pod', 'first', 'Running');
    return performance.now() - began;
  } finally {
    await cluster.stop();
  }
};
