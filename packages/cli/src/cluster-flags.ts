import { clusterNodes, type ClusterSpec } from '@naumachia/actors';
import { CommandFailed, EXIT } from './exit-codes.js';

/** What of a command's flags describes the cluster. Absent: as the cluster file says, or by default. */
export interface ClusterFlags {
  readonly config?: string;
  readonly name?: string;
  readonly nodes?: number;
  readonly mode?: NonNullable<ClusterSpec['mode']>;
  readonly hosts?: number;
  readonly seed?: number;
  readonly controllers?: NonNullable<ClusterSpec['controllers']>;
}

/** A cluster with its defaults filled in. */
export type DescribedCluster = ClusterSpec & Required<Pick<ClusterSpec, 'mode' | 'seed' | 'nodes' | 'latency' | 'controllers'>>;

/** The cluster that flags describe: they count more than the cluster file, and that more than the defaults. Wrong files end the command. */
export const describedCluster = async (flags: ClusterFlags, defaults: Required<Pick<ClusterSpec, 'nodes' | 'latency'>>): Promise<DescribedCluster> => {
  const file = flags.config === undefined ? {} : await clusterFile(flags.config);
  const { name, nodes, mode, hosts, seed, controllers } = flags;
  const given = Object.fromEntries(Object.entries({ name, nodes, mode, hosts, seed, controllers }).filter(([, value]) => value !== undefined)) as ClusterSpec;
  const cluster = { mode: 'packed' as const, seed: 1, controllers: 'all' as const, latency: defaults.latency, nodes: file.nodeGroups === undefined ? defaults.nodes : 0, ...file, ...given };
  // Another mode than that of the file, which its number of threads was meant for.
  return given.mode !== undefined && given.mode !== 'packed' && given.hosts === undefined ? withoutHosts(cluster) : cluster;
};

/** How many nodes a cluster has, those of all groups together. */
export const nodeCount = (cluster: ClusterSpec): number => clusterNodes(cluster).length;

const clusterFile = async (path: string): Promise<ClusterSpec> => {
  const { readClusterFile, clusterErrorText, UnreadableClusterFile } = await import('@naumachia/bench/cluster-file');
  try {
    const read = readClusterFile(path);
    if ('cluster' in read) return read.cluster;
    throw new CommandFailed(read.errors.map(clusterErrorText).join('\nerror: '), EXIT.usage);
  } catch (error) {
    if (error instanceof UnreadableClusterFile) throw new CommandFailed(`${error.message}. Check the path given with --config.`, EXIT.usage);
    throw error;
  }
};

const withoutHosts = ({ hosts: _hosts, ...cluster }: DescribedCluster): DescribedCluster => cluster;
