import { CATALOG, clusterHeap, clusterNiceness, clusterPlacement } from '@naumachia/actors';
import { type Runtime, SimulatedRuntime, ThreadsRuntime } from '@naumachia/core';
import { UsageError } from './exit-codes.js';

/** What of a command's flags says on what a cluster runs. */
export interface RuntimeFlags {
  readonly mode: 'packed' | 'threads' | 'simulated';
  readonly hosts?: number;
  readonly seed: number;
  /** Virtual seconds in one of wall time. */
  readonly speed?: number;
  /** The clock stands. */
  readonly paused?: boolean;
}

/** What a cluster runs on, with nothing running yet. Throws a `UsageError` for flags that belong to another mode. */
export const createRuntime = async (flags: RuntimeFlags): Promise<Runtime> => {
  const { mode, hosts, seed, speed, paused } = flags;
  const incident = ({ host, what, detail }: { readonly host: string; readonly what: string; readonly detail: string }): void => void process.stderr.write(`${host}: ${what}: ${detail}\n`);
  if (mode === 'simulated') {
    if (hosts !== undefined) throw new UsageError('--hosts belongs to --mode packed: a simulated cluster is on one thread');
    if (speed !== undefined && paused === true) throw new UsageError('--speed and --paused exclude one another');
    return SimulatedRuntime.create({ seed, catalog: CATALOG, speed: paused === true ? 0 : (speed ?? 1), incident });
  }
  if (speed !== undefined || paused === true) throw new UsageError(`${speed === undefined ? '--paused' : '--speed'} belongs to --mode simulated: elsewhere time is that of the wall`);
  // Hundreds of workers are worth the loading of this.
  const build = mode === 'threads' ? (await import('@naumachia/bench')).nodeHostBuild() : undefined;
  return ThreadsRuntime.create({ seed, placement: clusterPlacement(mode, hosts), catalog: CATALOG, heap: clusterHeap, niceness: clusterNiceness, ...(build && { build }), incident });
};
