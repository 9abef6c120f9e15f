import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { print } from './standard-output.js';
import { bury, chosenCluster, findClusters, type FoundCluster, isAlive, tellOfCrash } from './running/clusters.js';
import { askCluster, NoAnswer } from './running/control-client.js';

export interface DownFlags {
  readonly all?: boolean;
}

/** Hundreds of threads take their time to end. */
const STOPS_WITHIN_MS = 60_000;
const EXITS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** `naumachia down`: ends clusters, and takes them out of the kubeconfigs. Resolves with the exit code. */
export const down = async (names: readonly string[], { all }: DownFlags): Promise<number> => {
  if (all === true && names.length > 0) throw new UsageError('--all and names exclude one another');
  const clusters = await findClusters(tellOfCrash);
  const chosen = all === true ? clusters : names.length === 0 ? [chosenCluster(clusters, undefined)] : [...new Set(names)].map((name) => chosenCluster(clusters, name));
  const ended = await Promise.all(chosen.map(end));
  await print(ended.join(''));
  return EXIT.done;
};

const end = async ({ entry, status }: FoundCluster): Promise<string> => {
  const { name, pid } = entry;
  try {
    if (status === 'not responding') throw new NoAnswer('silent');
    await askCluster(entry, 'POST', '/stop', undefined, STOPS_WITHIN_MS);
    if (await isGone(pid)) return `${name} is down\n`;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    // It went away by itself in the same moment.
    if (error.why === 'gone' && !isAlive(pid)) return `${name} is down\n`;
  }
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw new CommandFailed(`${name} does not answer, and its process ${pid} cannot be ended: ${(error as NodeJS.ErrnoException).code}`);
  }
  await isGone(pid);
  bury(entry);
  return `${name} is down; it did not answer, so its process ${pid} was killed\n`;
};

const isGone = async (pid: number): Promise<boolean> => {
  for (const limit = performance.now() + EXITS_WITHIN_MS; isAlive(pid); ) {
    if (performance.now() > limit) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
};
