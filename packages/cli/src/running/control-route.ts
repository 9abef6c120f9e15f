import type { Runtime } from '@naumachia/core';
import type { ClusterEntry } from './entry.js';

/** A running cluster, as requests from other processes reach it. */
export interface ControlledCluster {
  entry(): ClusterEntry;
  readonly runtime: Runtime;
  /** Ends the cluster; resolves when nothing of it is left but the process that ran it. */
  stop(): Promise<void>;
  /** The kubeconfig that reaches it, in YAML. */
  kubeconfig(): string;
  /** Adds it to a kubeconfig file and makes it the current context there, until it ends. */
  addToKubeconfig(file: string): void;
}

/** One thing that a cluster can be asked for: `POST /stop`. What it resolves with is the answer's body, in JSON; a `Refusal` is told to the asker. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST';
  readonly path: `/${string}`;
  answer(cluster: ControlledCluster, body: Readonly<Record<string, unknown>>): unknown;
}

/** What was asked for makes no sense; the asker is told so (400). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
