import { fileURLToPath } from 'node:url';
import { CATALOG } from '@naumachia/actors';
import { Piscina } from 'piscina';
import type { SeedRun } from './run-seed.js';
import type { Scenario } from './scenario/scenario.js';
import type { SeedTask } from './seed-task.js';

export interface SeedsOptions {
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  /** Threads that run seeds side by side. */
  readonly jobs: number;
  /** URL of a module whose `catalog` has other actors than the cluster's own. */
  readonly catalog?: string;
  /** Called with each run as it ends, in whatever order. */
  readonly ended?: (run: SeedRun) => void;
  readonly signal?: AbortSignal;
}

/** Every value in a cluster's store stays an object here; a thread needs room for a few such clusters, old and new. */
const HEAP_MEGABYTES = 2048;

/** Plays a scenario with each seed on a pool of threads. Runs that an abort cuts off are left out; the others are in the order of `seeds`. */
export const runSeeds = async ({ scenario, seeds, jobs, catalog = CATALOG, ended, signal }: SeedsOptions): Promise<readonly SeedRun[]> => {
  const pool = new Piscina<SeedTask, SeedRun>({
    filename: fileURLToPath(new URL('./seed-task.js', import.meta.url)), name: 'runSeedTask', minThreads: Math.min(jobs, seeds.length), maxThreads: jobs, concurrentTasksPerWorker: 1,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const runs = new Map<number, SeedRun>();
  const finished = seeds.map(async (seed) => {
    const run = await pool.run({ scenario, seed, catalog });
    runs.set(seed, run);
    ended?.(run);
  });
  try {
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([Promise.all(finished), aborted]);
  } finally {
    // What is cut off fails with the pool.
    for (const run of finished) run.catch(() => undefined);
    await pool.destroy();
  }
  return seeds.flatMap((seed) => runs.get(seed) ?? []);
};
