import { CATALOG, clusterActors, clusterHeap, nodes } from '@naumachia/actors';
import { type HostReport, type Placement, ThreadsRuntime } from '@naumachia/core';
import { collectedReports, heapOf } from '../measure/collected-heaps.js';
import type { Glance } from '../measure/reporter.js';
import { pause, REPORTER } from './load-run.js';

/** What a cluster without pods holds in memory; bytes of collected heaps, buffers included. */
export interface IdleMemory {
  readonly nodes: number;
  /** Milliseconds for which the cluster was left alone before it was measured. */
  readonly idleFor: number;
  /** The host of the kubelets and kube-proxies, for each node. */
  readonly nodeComponents: number;
  /** All hosts, less what the control plane takes without nodes, for each node. */
  readonly allInclusive: number;
}

/** The components of the nodes have a host to themselves, so that their memory can be told from the control plane's. */
const PLACEMENT: Placement = { hosts: 3, kinds: { etcd: 0, apiserver: 0, scheduler: 1, 'controller-manager': 1 }, otherwise: 2 };
const NODES_HOST = 'host-2';

/** Starts `count` nodes, leaves them alone, and weighs them. */
export const weighIdleNodes = async (count: number, idleFor: number, progress: (text: string) => void): Promise<IdleMemory> => {
  const runtime = await ThreadsRuntime.create({ seed: 1, placement: PLACEMENT, catalog: CATALOG, reporter: REPORTER, heap: clusterHeap });
  try {
    // One node loads the code of all; it is part of the baseline.
    await runtime.start([...clusterActors({ nodes: 0, latency: 'none' }), ...nodes(1, 'none')]);
    await ready(runtime, 1);
    const before = await collectedReports(runtime);
    await runtime.start(nodes(count, 'none', 2));
    await ready(runtime, count + 1);
    for (let left = idleFor; left > 0; left -= 10_000) {
      progress(`${count} nodes are Ready; left alone for another ${Math.round(left / 1000)} s`);
      await pause(Math.min(left, 10_000));
    }
    const after = await collectedReports(runtime);
    const ofNodes = (reports: readonly HostReport[]): number => reports.find(({ host }) => host === NODES_HOST)?.heapBytes ?? 0;
    return { nodes: count, idleFor, nodeComponents: (ofNodes(after) - ofNodes(before)) / count, allInclusive: (heapOf(after) - heapOf(before)) / count };
  } finally {
    await runtime.stop('abort');
  }
};

const ready = async (runtime: ThreadsRuntime, count: number): Promise<void> => {
  while (((await runtime.glance('apiserver')) as Glance).nodesReady < count) await pause(25);
};
