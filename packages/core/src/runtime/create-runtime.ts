import { DistributedRuntime } from './distributed/distributed-runtime.js';
import type { PlacedRuntime } from './placed-runtime.js';
import type { RuntimeOptions } from './runtime-options.js';
import { ThreadsRuntime } from './threads/threads-runtime.js';

/** A run in wall time, in as many processes as its placement names. */
export const createRuntime = async (options: RuntimeOptions): Promise<PlacedRuntime> => {
  const { processes } = options.placement;
  return processes ? DistributedRuntime.create({ ...options, placement: { ...options.placement, processes } }) : ThreadsRuntime.create(options);
};
