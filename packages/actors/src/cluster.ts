import type { ActorSpec, HeapLimits, Placement } from '@naumachia/core';
import { OWN_THREADS, packedPlacement } from '@naumachia/core';
import type { ApiServerConfig } from './apiserver/state.js';
import { clusterNodes, nodeActors } from './cluster/nodes.js';
import type { ClusterSpec } from './cluster/spec.js';
import type { ControllerManagerConfig } from './controllers/controller.js';
import type { EtcdConfig } from './etcd/etcd.js';
import type { SchedulerConfig } from './scheduler/scheduler.js';

export * from './cluster/index.js';

/** URL of the module that every host of a cluster loads. */
export const CATALOG = new URL('./catalog.js', import.meta.url).href;

/** `--concurrent-*-syncs` as clusters under load set it; with the default of 5 the slow start of ReplicaSets would be all that is measured. */
const LOAD_SYNCS = 50;

/** The components of a cluster, in the order in which they start. */
export const clusterActors = (cluster: ClusterSpec): ActorSpec[] => {
  const { latency = 'recorded' } = cluster;
  const nodes = nodeActors(clusterNodes(cluster), latency);
  const etcd: ActorSpec<EtcdConfig> = { name: 'etcd', kind: 'etcd', config: { durable: cluster.durable ?? true, feedLimit: 16_384 } };
  const apiserver: ActorSpec<ApiServerConfig> = { name: 'apiserver', kind: 'apiserver', config: {} };
  if (cluster.controllers === 'none') return [etcd, apiserver, ...nodes];
  const scheduler: ActorSpec<SchedulerConfig> = { name: 'scheduler', kind: 'scheduler', config: {} };
  const config: ControllerManagerConfig = { ...(cluster.rootCa !== undefined && { rootCa: cluster.rootCa }), ...(latency === 'none' && { concurrentSyncs: LOAD_SYNCS }) };
  const controllerManager: ActorSpec<ControllerManagerConfig> = { name: 'controller-manager', kind: 'controller-manager', config };
  return [etcd, apiserver, controllerManager, scheduler, ...nodes];
};

const CONTROL_PLANE = ['etcd', 'apiserver', 'controller-manager', 'scheduler'];

/**
 * Where components run: `packed` on a few hosts (the store's way on one, so that a write never leaves it), `threads` each on its own. With several `processes`
 * the nodes' threads are dealt over them, and the control plane stays in the process that supervises them, whose V8 then works for no other thread.
 */
export const clusterPlacement = (mode: 'packed' | 'threads', hosts?: number, processes = 1): Placement => {
  if (mode === 'packed') return packedPlacement(['etcd', 'apiserver'], hosts);
  if (processes <= 1) return OWN_THREADS;
  return { ...OWN_THREADS, processes: { count: processes, kinds: Object.fromEntries(CONTROL_PLANE.map((kind) => [kind, 0])) } };
};

/**
 * Threads of nodes stand back for the control plane, and kube-proxies for kubelets: in a cluster each has a machine's cores to itself, and where hundreds of
 * them share two cores with it, the API server that all wait for would get a hundredth.
 */
export const clusterNiceness = (host: string): number => (host.startsWith('kube-proxy/') ? 19 : host.startsWith('kubelet/') ? 10 : 0);

/** Room for what is short-lived on a host of the control plane, megabytes: in full for tens of thousands of pods, less where a thread for each component needs the memory. */
const YOUNG_MEGABYTES = { packed: 768, threads: 48 };

/** Heaps of a cluster's hosts: large ones where many actors or the whole control plane's traffic is, small ones for a thread per node. */
export const clusterHeap = (host: string, mode: 'packed' | 'threads' = 'packed'): HeapLimits =>
  host.startsWith('kubelet/') || host.startsWith('kube-proxy/') ? { oldMegabytes: 256, youngMegabytes: 3 } : { oldMegabytes: 8192, youngMegabytes: YOUNG_MEGABYTES[mode] };
