import { CATALOG, clusterHeap, clusterLinks, clusterNiceness, clusterPlacement, type ClusterSpec } from '@naumachia/actors';
import { METRICS_REPORTER } from '@naumachia/actors/metrics';
import { createRuntime as createWallRuntime, type HostBuild, type Incident, type LoadedParts, type Runtime, SIMULATED_LATENCIES, SimulatedRuntime } from '@naumachia/core';
import { nodeHostBuild } from '@naumachia/bench/node-host-build';
import { UsageError } from './exit-codes.js';
import { assertPlayedAgain, type RecordedRun } from './recorded-run.js';

/** What of a command's flags is about the clock of a simulated cluster. */
export interface PaceFlags {
  /** Virtual seconds in one of wall time. */
  readonly speed?: number | undefined;
  /** The clock stands. */
  readonly paused?: boolean | undefined;
}

/** What hosts are made of, where it need not be loaded module by module. */
export interface Bundled {
  /** For this thread. */
  readonly loaded: LoadedParts;
  /** For worker threads that run many components. */
  readonly host: HostBuild;
}

/** What a cluster runs on, with nothing running yet; `processes` hold the threads of its nodes. Throws a `UsageError` for flags that belong to another mode. */
export const createRuntime = async (cluster: ClusterSpec, processes: number, { speed, paused }: PaceFlags, incident: (incident: Incident) => void, bundled?: Bundled): Promise<Runtime> => {
  const { mode = 'packed', hosts, seed = 1 } = cluster;
  const links = clusterLinks(cluster);
  if (mode === 'simulated') {
    if (hosts !== undefined) throw new UsageError('--hosts belongs to --mode packed: a simulated cluster is on one thread');
    return SimulatedRuntime.create({ ...partsOf(bundled), seed, speed: speedOf({ speed, paused }), latencies: [...links, ...SIMULATED_LATENCIES], incident });
  }
  if (speed !== undefined || paused === true) throw new UsageError(`${speed === undefined ? '--paused' : '--speed'} belongs to --mode simulated: elsewhere time is that of the wall`);
  const build = mode === 'threads' ? nodeHostBuild() : bundled && (() => bundled.host);
  return createWallRuntime({ ...partsOf(bundled), seed, placement: clusterPlacement(mode, hosts, processes), latencies: links, heap: clusterHeap, niceness: clusterNiceness, ...(build && { build }), incident });
};

/** The runtime of a recorded run, where that had got. Throws a `CommandFailed` if it does not go as it went. */
export const resumeRuntime = async (file: string, run: RecordedRun, pace: PaceFlags, incident: (incident: Incident) => void, bundled?: Bundled): Promise<SimulatedRuntime> => {
  const runtime = await SimulatedRuntime.resume(run.log, { ...partsOf(bundled), speed: speedOf(pace), incident });
  assertPlayedAgain(file, run, runtime);
  return runtime;
};

const partsOf = (bundled: Bundled | undefined) => ({ catalog: CATALOG, reporter: METRICS_REPORTER, ...(bundled && { loaded: bundled.loaded }) });

const speedOf = ({ speed, paused }: PaceFlags): number => {
  if (speed !== undefined && paused === true) throw new UsageError('--speed and --paused exclude one another');
  return paused === true ? 0 : (speed ?? 1);
};
