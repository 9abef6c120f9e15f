import { CommandFailed } from '../exit-codes.js';
import { findClusters, tellOfCrash } from './clusters.js';
import { claimEntry, type ClusterEntry, NameTaken, readEntry, writeEntry } from './entry.js';

const DEFAULT_NAME = 'naumachia';

/**
 * Makes the entry of a cluster that is about to start, under the name that was asked for or the first of `naumachia`, `naumachia-2`, ... that is free.
 * An entry that the process which started this one has made for it is taken over.
 */
export const claimName = async (asked: string | undefined, about: Omit<ClusterEntry, 'name' | 'socket' | 'kubeconfigs' | 'status'>): Promise<ClusterEntry> => {
  await findClusters(tellOfCrash);
  for (let number = 1; ; number++) {
    const name = asked ?? (number === 1 ? DEFAULT_NAME : `${DEFAULT_NAME}-${number}`);
    const former = readEntry(name);
    if (former?.status === 'starting' && former.pid === process.ppid) return writeEntry({ ...former, ...about });
    try {
      return claimEntry({ ...about, name, status: 'starting', kubeconfigs: [] });
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      if (asked !== undefined) throw new CommandFailed(`${error.message}. Choose another name with --name, or end it with "naumachia down ${name}".`);
    }
  }
};
