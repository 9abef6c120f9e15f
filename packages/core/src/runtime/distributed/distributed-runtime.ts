import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadParts } from '../load-parts.js';
import { PlacedRuntime } from '../placed-runtime.js';
import { MAIN, type ProcessPlacement } from '../placement.js';
import { type RuntimeOptions, STOPPED_AFTER_MS, WEDGED_AFTER_MS } from '../runtime-options.js';
import { setIsolateFlags } from '../workers/isolate-flags.js';
import { WorkerThreads } from '../workers/worker-threads.js';
import { GatewayThread } from './gateway-thread.js';
import { HostProcesses, OWN_NAME } from './host-processes.js';
import { processThreads } from './process-threads.js';

/**
 * Hosts on the threads of several processes. This one supervises: it holds the inline host `main` and the hosts that the placement gives it, sees the others die
 * or stop, ends them, and starts them again.
 */
export class DistributedRuntime extends PlacedRuntime {
  static async create(options: RuntimeOptions & { readonly placement: { readonly processes: ProcessPlacement } }): Promise<DistributedRuntime> {
    const { seed, placement, catalog, reporter, latencies, wedgedAfter = WEDGED_AFTER_MS, stoppedAfter = STOPPED_AFTER_MS } = options;
    setIsolateFlags('few');
    const folder = mkdtempSync(join(tmpdir(), 'naumachia-'));
    const gateway = await GatewayThread.start(OWN_NAME, folder, (why) => options.incident?.({ host: MAIN, what: 'gave-up', detail: why }));
    // So many that they need more than one process need the memory more than the time.
    const isolates = placement.otherwise === 'own' ? 'many' : 'few';
    const workers = { seed, catalog, reporter, recode: options.codec === 'always', latencies, compact: isolates === 'many', wedgedAfter };
    return new DistributedRuntime({
      options,
      ...(await loadParts(options)),
      threads: (main, told) => {
        const own = processThreads(new WorkerThreads({ ...workers, diskFolder: undefined, inline: { name: MAIN, peers: main } }, told), gateway);
        return new HostProcesses({ placement: placement.processes, folder, isolates, workers, stoppedAfter }, own, told);
      },
    });
  }
}
