import { loadParts } from '../load-parts.js';
import { PlacedRuntime } from '../placed-runtime.js';
import { MAIN } from '../placement.js';
import { type RuntimeOptions, WEDGED_AFTER_MS } from '../runtime-options.js';
import { setIsolateFlags } from '../workers/isolate-flags.js';
import { WorkerThreads } from '../workers/worker-threads.js';

/** Hosts on worker threads of this process, and an inline host `main` on the caller's thread. */
export class ThreadsRuntime extends PlacedRuntime {
  static async create(options: RuntimeOptions): Promise<ThreadsRuntime> {
    const { seed, placement, catalog, reporter, latencies, wedgedAfter = WEDGED_AFTER_MS } = options;
    // A program that runs everything on its own thread has settled V8 itself.
    if (placement.hosts > 0 || placement.otherwise === 'own') setIsolateFlags(placement.otherwise === 'own' ? 'many' : 'few');
    return new ThreadsRuntime({
      options,
      ...(await loadParts(options)),
      threads: (main, told) => new WorkerThreads({ seed, catalog, reporter, recode: options.codec === 'always', latencies, compact: false, diskFolder: undefined, wedgedAfter, inline: { name: MAIN, peers: main } }, told),
    });
  }
}
