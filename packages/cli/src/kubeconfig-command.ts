import { resolve } from 'node:path';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { contextOf, defaultKubeconfig } from './kubeconfig-file.js';
import { chosenCluster, findClusters, tellOfCrash } from './running/clusters.js';
import { askCluster, ControlRefused, NoAnswer } from './running/control-client.js';
import { print } from './standard-output.js';

export interface KubeconfigFlags {
  readonly write?: boolean;
  readonly kubeconfig?: string;
}

/** `naumachia kubeconfig`: prints what kubectl needs, or adds it to a kubeconfig until the cluster ends. Resolves with the exit code. */
export const kubeconfig = async (name: string | undefined, flags: KubeconfigFlags): Promise<number> => {
  if (flags.kubeconfig !== undefined && flags.write !== true) throw new UsageError('--kubeconfig says where to --write');
  const { entry } = chosenCluster(await findClusters(tellOfCrash), name);
  try {
    if (flags.write !== true) {
      await print((await askCluster<{ readonly kubeconfig: string }>(entry, 'GET', '/kubeconfig')).kubeconfig);
      return EXIT.done;
    }
    const file = resolve(flags.kubeconfig ?? defaultKubeconfig());
    await askCluster(entry, 'POST', '/kubeconfig', { file });
    await print(`context "${contextOf(entry.name)}" is the current one in ${file}, until the cluster ends\n`);
    return EXIT.done;
  } catch (error) {
    if (error instanceof ControlRefused) throw new CommandFailed(error.message);
    if (error instanceof NoAnswer) throw new CommandFailed(`${entry.name} (process ${entry.pid}) cannot be asked: ${error.message}. "naumachia down ${entry.name}" ends it.`);
    throw error;
  }
};
