import type { KubernetesObject } from '@naumachia/actors';
import type { Client } from './client.js';
import type { ClusterClock } from './cluster-clock.js';
import type { ClusterFaults } from './cluster-faults.js';
import type { ClusterTrace } from './cluster-trace.js';
import type { Manifests } from './manifests.js';
import type { WaitFor } from './wait-for.js';

/** A running cluster of Kubernetes 1.36. `await using` stops it at the end of its scope. */
export interface Cluster extends AsyncDisposable {
  /**
   * A kubeconfig, as YAML, by which kubectl, Helm and client libraries of this machine reach the cluster:
   * `new KubeConfig().loadFromString(cluster.kubeconfig)`, or a file of its own for `KUBECONFIG`.
   */
  readonly kubeconfig: string;
  /** Where the API server answers HTTPS: a free port of 127.0.0.1. */
  readonly url: string;
  /** The API without HTTP, typed by kind. */
  readonly client: Client;
  /** The names of the nodes. */
  readonly nodes: readonly string[];
  /** What decided every random choice. */
  readonly seed: number;
  /**
   * Applies manifests in their order as `kubectl apply --server-side` does: a text of YAML or JSON, the path or URL of a file or folder, objects. Nothing is
   * applied if one of them is wrong, and the error has file, line and field; what the API server refuses is thrown as `ApiError`.
   */
  apply(...manifests: Manifests[]): Promise<KubernetesObject[]>;
  /** Waits until an object, or several, or anything else, is as it should be: `waitFor('Deployment', 'web', 'Available')`. */
  readonly waitFor: WaitFor;
  /** Breaks links and components, and heals them. */
  readonly faults: ClusterFaults;
  /** The time that the cluster lives in; in `mode: 'simulated'` it passes when it is told to, or when somebody waits. */
  readonly clock: ClusterClock;
  /** What the components have done last. */
  readonly trace: ClusterTrace;
  /** Ends the cluster and all that belongs to it: threads, timers, sockets, watches. */
  stop(): Promise<void>;
}
