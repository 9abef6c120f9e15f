import { CommandFailed } from '../exit-codes.js';
import { removeFromKubeconfig } from '../kubeconfig-file.js';
import { askCluster, ControlRefused, NoAnswer } from './control-client.js';
import { type ClusterEntry, readEntries, removeEntry } from './entry.js';

/** A cluster that runs, or whose process at least is there: a stopped one does not answer. */
export interface FoundCluster {
  readonly entry: ClusterEntry;
  readonly status: ClusterEntry['status'] | 'not responding';
}

/** How long a cluster may take to say how it is; a machine that others work on too makes it wait. */
const ANSWER_MS = 3000;
/** Within this time from its start a cluster listens at its socket. */
const OPENS_WITHIN_MS = 60_000;

/**
 * The clusters that run. Those that ended without a word (killed, out of memory, the machine restarted) are taken out of the list and of
 * the kubeconfigs that they were in, and told to `crashed`.
 */
export const findClusters = async (crashed: (entry: ClusterEntry) => void): Promise<FoundCluster[]> => {
  const found = await Promise.all(
    readEntries().map(async (entry): Promise<FoundCluster | undefined> => {
      const status = await statusOf(entry);
      if (status !== undefined) return { entry, status };
      bury(entry);
      crashed(entry);
      return undefined;
    }),
  );
  return found.filter((each) => each !== undefined);
};

/** Nothing: it runs no more. A process of the same number may be another one, which does not listen at the socket. */
const statusOf = async (entry: ClusterEntry): Promise<FoundCluster['status'] | undefined> => {
  if (!isAlive(entry.pid)) return undefined;
  try {
    return (await askCluster<ClusterEntry>(entry, 'GET', '/status', undefined, ANSWER_MS)).status;
  } catch (error) {
    if (error instanceof NoAnswer && error.why === 'gone') return entry.status === 'starting' && Date.now() - Date.parse(entry.startedAt) < OPENS_WITHIN_MS ? 'starting' : undefined;
    if (error instanceof NoAnswer || error instanceof ControlRefused) return 'not responding';
    throw error;
  }
};

/** Takes out what a cluster could not take out itself. */
export const bury = (entry: ClusterEntry): void => {
  for (const kubeconfig of entry.kubeconfigs) {
    try {
      removeFromKubeconfig(kubeconfig);
    } catch (error) {
      // A file that has become unreadable since must not keep the others from being mended.
      if (!(error instanceof CommandFailed)) throw error;
      process.stderr.write(`warning: ${error.message}\n`);
    }
  }
  removeEntry(entry, 'log');
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Tells on stderr of a cluster that is no more. */
export const tellOfCrash = ({ name, pid, log }: ClusterEntry): void =>
  void process.stderr.write(`note: the cluster ${name} (process ${pid}) is gone without having been ended; what it left has been cleaned up.${log === undefined ? '' : ` Its log: ${log}`}\n`);

/** The one that a command is about: the one of that name, or the only one. */
export const chosenCluster = (clusters: readonly FoundCluster[], name: string | undefined): FoundCluster => {
  const names = clusters.map(({ entry }) => entry.name).join(', ');
  const chosen = name === undefined ? clusters[0] : clusters.find(({ entry }) => entry.name === name);
  if (name === undefined && clusters.length > 1) throw new CommandFailed(`several clusters are running: ${names}. Say which one.`);
  if (chosen) return chosen;
  if (clusters.length === 0) throw new CommandFailed(`${name === undefined ? 'no cluster is running' : `there is no cluster called ${name}, and no other one is running`}. Start one with "naumachia up".`);
  throw new CommandFailed(`there is no cluster called ${name}; running: ${names}.`);
};
