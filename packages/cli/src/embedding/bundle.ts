import type { Script } from 'node:vm';
import { loadBundled } from '../bundled-script.js';
import type { Cluster } from './cluster.js';
import type { ClusterOptions } from './cluster-options.js';
import * as errors from './errors.js';

/** What starts clusters, in whichever build. */
export type Start = (options: ClusterOptions) => Promise<Cluster>;

/** The bundle, and what V8 holds of it. */
export interface LoadedBundle {
  readonly start: Start;
  readonly script: Script;
}

/** What runs on the caller's thread, in one file that `scripts/bundle-embedded.mjs` has made. Undefined if there is none that is new enough. */
export const loadBundle = (): LoadedBundle | undefined => {
  // Who catches an error tells it by its class: there must be one.
  const bundle = loadBundled<{ startCluster: Start }>('embedded/cluster', { 'naumachia/errors': errors });
  return bundle?.exports.startCluster && { start: bundle.exports.startCluster, script: bundle.script };
};
