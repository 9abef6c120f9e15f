import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClusterMode } from '@naumachia/actors';
import { CommandFailed } from '../exit-codes.js';
import type { KubeconfigEntry } from '../kubeconfig-file.js';

/** A cluster that a process of this user runs, as the other commands see it: a JSON file for each, in `stateFolder()`. */
export interface ClusterEntry {
  readonly name: string;
  /** The process that runs it. */
  readonly pid: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly version: string;
  readonly status: 'starting' | 'ready';
  readonly mode: ClusterMode;
  readonly nodes: number;
  /** Absent while it starts. */
  readonly url?: string;
  /** The Unix socket that it is controlled through. */
  readonly socket: string;
  /** Where it writes what there is to say, if it has no terminal. */
  readonly log?: string;
  /** The kubeconfigs that have its context. */
  readonly kubeconfigs: readonly KubeconfigEntry[];
}

/** A cluster of that name runs already. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/** What a Unix socket's path may have (104 on macOS, 108 on Linux, with a zero at its end). */
const LONGEST_SOCKET = 100;

/** The folder of the entries, sockets and logs: `$NAUMACHIA_HOME`, or `~/.naumachia`, and `clusters` in it. Nobody else may look into it. */
export const stateFolder = (): string => join(process.env['NAUMACHIA_HOME'] ?? join(homedir(), '.naumachia'), 'clusters');

const entryFile = (name: string): string => join(stateFolder(), `${name}.json`);

/** Where a cluster of that name writes its log when it has no terminal. */
export const logFile = (name: string): string => join(stateFolder(), `${name}.log`);

/** All entries, by name; those of clusters that have crashed too. */
export const readEntries = (): ClusterEntry[] =>
  (existsSync(stateFolder()) ? readdirSync(stateFolder()) : [])
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
    .flatMap((name) => readEntry(name) ?? []);

/** What stands there; nothing if there is none, or if it is being written for the first time. */
export const readEntry = (name: string): ClusterEntry | undefined => {
  try {
    return JSON.parse(readFileSync(entryFile(name), 'utf8')) as ClusterEntry;
  } catch {
    return undefined;
  }
};

/** Makes the entry of a cluster that is about to start, and with it takes its name. Throws `NameTaken`. */
export const claimEntry = (entry: Omit<ClusterEntry, 'socket'>): ClusterEntry => {
  const claimed = { ...entry, socket: join(makeStateFolder(), `${entry.name}.sock`) };
  try {
    writeFileSync(entryFile(entry.name), textOf(claimed), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new NameTaken(`a cluster called ${entry.name} is running already`);
    throw unwritable(entryFile(entry.name), error);
  }
  if (Buffer.byteLength(claimed.socket) <= LONGEST_SOCKET) return claimed;
  return writeEntry({ ...claimed, socket: join(mkdtempSync(join(tmpdir(), 'naumachia-')), 'sock') });
};

/** Writes an entry anew, whole or not at all. */
export const writeEntry = (entry: ClusterEntry): ClusterEntry => {
  const file = entryFile(entry.name);
  try {
    writeFileSync(`${file}.new`, textOf(entry), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw unwritable(file, error);
  }
  return entry;
};

/** The cluster is gone, and with it its socket. A log of one that crashed is left to be read. */
export const removeEntry = (entry: ClusterEntry, keep: 'log' | 'nothing'): void => {
  rmSync(entryFile(entry.name), { force: true });
  rmSync(entry.socket, { force: true });
  if (dirname(entry.socket) !== stateFolder()) rmSync(dirname(entry.socket), { force: true, recursive: true });
  if (keep === 'nothing' && entry.log !== undefined) rmSync(entry.log, { force: true });
};

/** Readable by its owner alone. */
export const makeStateFolder = (): string => {
  const folder = stateFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw unwritable(folder, error);
  }
  return folder;
};

const textOf = (entry: ClusterEntry): string => `${JSON.stringify(entry, undefined, 2)}\n`;

const unwritable = (file: string, error: unknown): CommandFailed =>
  new CommandFailed(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Say with the environment variable NAUMACHIA_HOME where running clusters are to be kept account of.`);
