import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { interruption } from '../interruption.js';
import { print } from '../standard-output.js';
import { type ClusterEntry, logFile, removeEntry } from './entry.js';
import { type ReadyNotice, readyText } from './ready-notice.js';

/** What the process of a detached cluster shows when it could not start. */
const MOST_LINES = 20;

/**
 * Starts the same command again in a process of its own, which nobody's terminal ends, and waits until its cluster is ready. `claimed` is the entry
 * that holds its name for it.
 */
export const upDetached = async (claimed: ClusterEntry): Promise<number> => {
  const { name } = claimed;
  const log = logFile(name);
  const output = openSync(log, 'w', 0o600);
  const [script = '', ...given] = process.argv.slice(1);
  const flags = [...given.filter((flag) => flag !== '--detach'), '--name', name, '--detached-log', log];
  const child = spawn(process.execPath, [...process.execArgv, script, ...flags], { detached: true, stdio: ['ignore', output, output, 'ipc'] });
  closeSync(output);

  const interrupt = interruption(() => child.kill('SIGTERM'));
  const ended = new Promise<undefined>((resolve) => child.once('close', () => resolve(undefined)));
  const ready = new Promise<ReadyNotice>((resolve) => child.once('message', (notice) => resolve(notice as ReadyNotice)));
  const notice = await Promise.race([ready, ended]);
  interrupt.release();
  if (notice === undefined) {
    // It has told why, in its own words.
    const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-MOST_LINES).join('\n');
    removeEntry({ ...claimed, log }, 'nothing');
    if (interrupt.signal.aborted) return EXIT.interrupted;
    throw new CommandFailed(said.replace(/^error: /, '') || `the process of the cluster ended with ${child.exitCode ?? child.signalCode} and said nothing`);
  }
  child.disconnect();
  child.unref();
  await print(`${readyText(notice)} It runs in the background (process ${child.pid}, log ${log}); "naumachia down ${name}" ends it.\n`);
  return EXIT.done;
};

/** Tells the process that waits for this one, if there is one; it may go then. */
export const tellParent = (notice: ReadyNotice): void => {
  if (process.send === undefined) return;
  process.once('disconnect', () => undefined);
  process.send(notice);
};
