import { loadBundle, type Start } from './bundle.js';
import type { Cluster } from './cluster.js';
import type { ClusterOptions } from './cluster-options.js';

let loading: Promise<Start> | undefined;

/**
 * Starts a cluster in this process, and resolves once its nodes are Ready and pods can be created. Throws `InvalidCluster` if the options describe none.
 *
 * ```ts
 * await using cluster = await startCluster({ nodes: 3 }); // or, in JavaScript: const cluster = ..., and await cluster.stop() in the end
 * await cluster.apply('web.yaml');
 * await cluster.waitFor('Deployment', 'web', 'Available');
 * ```
 */
export const startCluster = async (options: ClusterOptions = {}): Promise<Cluster> => {
  loading ??= load();
  const start = await loading;
  return start(options);
};

/** What a cluster needs is loaded with the first one. */
const load = async (): Promise<Start> => loadBundle()?.start ?? (await import('./start-cluster.js')).startCluster;
