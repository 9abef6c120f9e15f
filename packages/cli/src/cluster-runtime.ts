import { CATALOG, clusterHeap, clusterLinks, clusterNiceness, clusterPlacement, type ClusterSpec } from '@naumachia/actors';
import { METRICS_REPORTER } from '@naumachia/actors/metrics';
import { type Incident, type Runtime, SIMULATED_LATENCIES, SimulatedRuntime, ThreadsRuntime } from '@naumachia/core';
import { UsageError } from './exit-codes.js';

/** What of a command's flags is about the clock of a simulated cluster. */
export interface PaceFlags {
  /** Virtual seconds in one of wall time. */
  readonly speed?: number;
  /** The clock stands. */
  readonly paused?: boolean;
}

/** What a cluster runs on, with nothing running yet. Throws a `UsageError` for flags that belong to another mode. */
export const createRuntime = async (cluster: ClusterSpec, { speed, paused }: PaceFlags, incident: (incident: Incident) => void): Promise<Runtime> => {
  const { mode = 'packed', hosts, seed = 1 } = cluster;
  const links = clusterLinks(cluster);
  if (mode === 'simulated') {
    if (hosts !== undefined) throw new UsageError('--hosts belongs to --mode packed: a simulated cluster is on one thread');
    if (speed !== undefined && paused === true) throw new UsageError('--speed and --paused exclude one another');
    return SimulatedRuntime.create({ seed, catalog: CATALOG, reporter: METRICS_REPORTER, speed: paused === true ? 0 : (speed ?? 1), latencies: [...links, ...SIMULATED_LATENCIES], incident });
  }
  if (speed !== undefined || paused === true) throw new UsageError(`${speed === undefined ? '--paused' : '--speed'} belongs to --mode simulated: elsewhere time is that of the wall`);
  // Hundreds of workers are worth the loading of this.
  const build = mode === 'threads' ? (await import('@naumachia/bench')).nodeHostBuild() : undefined;
  return ThreadsRuntime.create({ seed, placement: clusterPlacement(mode, hosts), catalog: CATALOG, reporter: METRICS_REPORTER, latencies: links, heap: clusterHeap, niceness: clusterNiceness, ...(build && { build }), incident });
};
