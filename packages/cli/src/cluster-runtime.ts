import { CATALOG, clusterHeap, clusterLinks, clusterNiceness, clusterPlacement, type ClusterSpec } from '@naumachia/actors';
import { METRICS_REPORTER } from '@naumachia/actors/metrics';
import { type Incident, type Runtime, SIMULATED_LATENCIES, SimulatedRuntime, ThreadsRuntime } from '@naumachia/core';
import { UsageError } from './exit-codes.js';
import { assertPlayedAgain, type RecordedRun } from './recorded-run.js';

/** What of a command's flags is about the clock of a simulated cluster. */
export interface PaceFlags {
  /** Virtual seconds in one of wall time. */
  readonly speed?: number | undefined;
  /** The clock stands. */
  readonly paused?: boolean | undefined;
}

/** What a cluster runs on, with nothing running yet. Throws a `UsageError` for flags that belong to another mode. */
export const createRuntime = async (cluster: ClusterSpec, { speed, paused }: PaceFlags, incident: (incident: Incident) => void): Promise<Runtime> => {
  const { mode = 'packed', hosts, seed = 1 } = cluster;
  const links = clusterLinks(cluster);
  if (mode === 'simulated') {
    if (hosts !== undefined) throw new UsageError('--hosts belongs to --mode packed: a simulated cluster is on one thread');
    return SimulatedRuntime.create({ seed, catalog: CATALOG, reporter: METRICS_REPORTER, speed: speedOf({ speed, paused }), latencies: [...links, ...SIMULATED_LATENCIES], incident });
  }
  if (speed !== undefined || paused === true) throw new UsageError(`${speed === undefined ? '--paused' : '--speed'} belongs to --mode simulated: elsewhere time is that of the wall`);
  // Hundreds of workers are worth the loading of this.
  const build = mode === 'threads' ? (await import('@naumachia/bench')).nodeHostBuild() : undefined;
  return ThreadsRuntime.create({ seed, placement: clusterPlacement(mode, hosts), catalog: CATALOG, reporter: METRICS_REPORTER, latencies: links, heap: clusterHeap, niceness: clusterNiceness, ...(build && { build }), incident });
};

/** The runtime of a recorded run, where that had got. Throws a `CommandFailed` if it does not go as it went. */
export const resumeRuntime = async (file: string, run: RecordedRun, pace: PaceFlags, incident: (incident: Incident) => void): Promise<SimulatedRuntime> => {
  const runtime = await SimulatedRuntime.resume(run.log, { catalog: CATALOG, reporter: METRICS_REPORTER, speed: speedOf(pace), incident });
  assertPlayedAgain(file, run, runtime);
  return runtime;
};

const speedOf = ({ speed, paused }: PaceFlags): number => {
  if (speed !== undefined && paused === true) throw new UsageError('--speed and --paused exclude one another');
  return paused === true ? 0 : (speed ?? 1);
};
