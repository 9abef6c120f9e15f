import { readFileSync, writeFileSync } from 'node:fs';
import { decodeState, encodeState, type InputLog, type SimulatedRuntime } from '@naumachia/core';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { VERSION } from './package-version.js';

/** A run of a simulated cluster in a file: what entered it, and what shows whether it was the same when it is played again. */
export interface RecordedRun {
  readonly kind: typeof KIND;
  /** Of naumachia: another one may play it differently. */
  readonly version: string;
  readonly nodes: number;
  readonly traceHash: string;
  readonly log: InputLog;
}

const KIND = 'naumachia run';

/** Keeps the run so far in a file. Throws a `CommandFailed` if it is too long to be kept, or cannot be written. */
export const writeRecordedRun = (file: string, runtime: SimulatedRuntime): void => {
  const log = runtime.inputs;
  if (!log.complete) throw new CommandFailed('more requests have entered this cluster than it keeps: it cannot be played again');
  const nodes = log.inputs.reduce((sum, { input }) => sum + (input.type === 'start' ? input.specs.filter(({ kind }) => kind === 'kubelet').length : 0), 0);
  const run: RecordedRun = { kind: KIND, version: VERSION, nodes, traceHash: runtime.traceHash, log };
  try {
    // Whoever may read it learns what was in the cluster's Secrets.
    writeFileSync(file, encodeState(run), { mode: 0o600 });
  } catch (error) {
    throw new CommandFailed(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
};

export const readRecordedRun = (file: string): RecordedRun => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CommandFailed(`${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Check the path given with --from.`, EXIT.usage);
  }
  try {
    const run = decodeState(bytes) as RecordedRun | undefined;
    if (run?.kind === KIND) return run;
  } catch {
    // Told below.
  }
  throw new CommandFailed(`${file} is no recorded run: \`naumachia clock save\` writes one.`, EXIT.usage);
};

/** Throws a `CommandFailed` if a run that was played again did not go as it went when it was recorded. */
export const assertPlayedAgain = (file: string, { version, traceHash }: RecordedRun, runtime: SimulatedRuntime): void => {
  if (runtime.traceHash === traceHash) return;
  throw new CommandFailed(`${file} goes differently now than when it was recorded${version === VERSION ? '' : `: by naumachia ${version}, and this is ${VERSION}`}`);
};

/** Throws a `UsageError` for flags that say again what a recorded run says. */
export const refuseBesideRun = (flags: Readonly<Record<string, unknown>>): void => {
  for (const name of ['config', 'nodes', 'hosts', 'processes', 'seed', 'controllers']) if (flags[name] !== undefined) throw new UsageError(`--${name} and --from exclude one another: the recorded run says what the cluster is`);
  if (flags['mode'] !== undefined && flags['mode'] !== 'simulated') throw new UsageError('--from goes on with a simulated cluster: leave --mode out');
};
