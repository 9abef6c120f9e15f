import { clusterNodes, type ClusterSpec } from '@naumachia/actors';
import { checkCluster, clusterErrorText, type ReadCluster, readClusterFile } from '@naumachia/bench/cluster-file';
import type { Incident } from '@naumachia/core';
import { fitThreads, machineLimits } from '../machine-limits.js';
import { InvalidCluster } from './errors.js';

/** The cluster that is wanted: the fields of a cluster file, with the defaults of a cluster within a program. */
export interface ClusterOptions extends Omit<ClusterSpec, 'rootCa' | 'durable' | 'mode' | 'hosts' | 'latency'> {
  /**
   * Where the components run. Without it: on the caller's own thread, which starts fastest. `packed`: on a few worker threads; `threads`: each on a worker
   * thread of its own; `simulated`: on the caller's thread in virtual time, where the seed decides every order and the clock moves when it is told to.
   */
  readonly mode?: 'packed' | 'threads' | 'simulated';
  /** Worker threads of `packed`. Default: one per core. */
  readonly hosts?: number;
  /** `none` (default): pods start at once; `recorded`: image pulls, mounts and syncs take as long as on the recorded machines. */
  readonly latency?: 'recorded' | 'none';
  /** A cluster file. What is given beside it counts more. */
  readonly config?: string;
  /** Told of components and threads that fail. Default: what no fault was asked for becomes a warning of the process. */
  readonly onIncident?: (incident: Incident) => void;
}

/** The cluster that the options describe. Throws `InvalidCluster`. */
export const clusterOf = (options: ClusterOptions): ClusterSpec => {
  const { config, onIncident: _, ...fields } = options;
  const file = config === undefined ? {} : checked(readClusterFile(config));
  const wanted = Object.assign({}, file, fields);
  const inline = wanted.mode === undefined && wanted.hosts === undefined;
  const cluster: ClusterSpec = Object.assign({ latency: 'none' as const }, checked(checkCluster(wanted)), inline && { hosts: 0 });
  if (cluster.mode === 'threads') refuseTooManyThreads(cluster);
  return cluster;
};

/** All threads are of this process. */
const refuseTooManyThreads = (cluster: ClusterSpec): void => {
  const fit = fitThreads(clusterNodes(cluster).length, machineLimits(), 1);
  if ('refused' in fit) throw new InvalidCluster(`nodes: ${fit.refused.why}: at most ${fit.refused.nodes} would fit. mode: packed has no such limit.`);
};

const checked = (read: ReadCluster): ClusterSpec => {
  if ('cluster' in read) return read.cluster;
  throw new InvalidCluster(`this is no cluster:\n${read.errors.map((error) => `  ${clusterErrorText(error)}`).join('\n')}`);
};
