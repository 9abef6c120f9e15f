import type { ActorSpec, Duration, HeapLimits, Placement } from '@naumachia/core';
import { OWN_THREADS, packedPlacement } from '@naumachia/core';
import type { ApiServerConfig } from './apiserver/state.js';
import type { ControllerManagerConfig } from './controllers/controller.js';
import type { EtcdConfig } from './etcd/etcd.js';
import type { KubeProxyConfig } from './kube-proxy/kube-proxy-state.js';
import type { KubeletConfig } from './kubelet/kubelet-config.js';
import type { SchedulerConfig } from './scheduler/scheduler.js';

/** A cluster as its user describes it. */
export interface ClusterSpec {
  /** Nodes `node-1`, `node-2`, ..., each a kubelet and a kube-proxy. */
  readonly nodes: number;
  /** `recorded`: image pulls, mounts and syncs take as long as on the recorded machines; `none`: no time, for loads and quick tests. */
  readonly latency: 'recorded' | 'none';
  /** `none`: an API server on its etcd, and nothing that acts on its objects. Default `all`. */
  readonly controllers?: 'all' | 'none';
  /** PEM of the authority that pods are told to trust (`kube-root-ca.crt`). */
  readonly rootCa?: string;
  /** Whether etcd keeps what it acknowledged on a disk that outlives it. Default true. */
  readonly durable?: boolean;
}

/** URL of the module that every host of a cluster loads. */
export const CATALOG = new URL('./catalog.js', import.meta.url).href;

/** `--concurrent-*-syncs` as clusters under load set it; with the default of 5 the slow start of ReplicaSets would be all that is measured. */
const LOAD_SYNCS = 50;

/** The components of a cluster, in the order in which they start. */
export const clusterActors = (cluster: ClusterSpec): ActorSpec[] => {
  const { latency } = cluster;
  const etcd: ActorSpec<EtcdConfig> = { name: 'etcd', kind: 'etcd', config: { durable: cluster.durable ?? true, feedLimit: 16_384 } };
  const apiserver: ActorSpec<ApiServerConfig> = { name: 'apiserver', kind: 'apiserver', config: {} };
  if (cluster.controllers === 'none') return [etcd, apiserver, ...nodes(cluster.nodes, latency)];
  const scheduler: ActorSpec<SchedulerConfig> = { name: 'scheduler', kind: 'scheduler', config: {} };
  const config: ControllerManagerConfig = { ...(cluster.rootCa !== undefined && { rootCa: cluster.rootCa }), ...(latency === 'none' && { concurrentSyncs: LOAD_SYNCS }) };
  const controllerManager: ActorSpec<ControllerManagerConfig> = { name: 'controller-manager', kind: 'controller-manager', config };
  return [etcd, apiserver, controllerManager, scheduler, ...nodes(cluster.nodes, latency)];
};

/** The components of nodes `first`, `first + 1`, ...; `batches` are those of `KubeProxyConfig`. */
export const nodes = (count: number, latency: ClusterSpec['latency'], first = 1, batches?: Duration): ActorSpec[] =>
  Array.from({ length: count }, (_, offset) => first + offset).flatMap((index) => {
    const node = `node-${index}`;
    const kubelet: ActorSpec<KubeletConfig> = { name: `kubelet/${node}`, kind: 'kubelet', config: { node, index, profile: latency } };
    const proxy: ActorSpec<KubeProxyConfig> = { name: `kube-proxy/${node}`, kind: 'kube-proxy', config: { node, profile: latency, ...(batches !== undefined && { batches }) } };
    return [kubelet, proxy];
  });

/** Where components run: `packed` on a few hosts (the store's way on one, so that a write never leaves it), `threads` each on its own. */
export const clusterPlacement = (mode: 'packed' | 'threads', hosts?: number): Placement =>
  mode === 'threads' ? OWN_THREADS : packedPlacement(['etcd', 'apiserver'], hosts);

/**
 * Threads of nodes stand back for the control plane, and kube-proxies for kubelets: in a cluster each has a machine's cores to itself, and where hundreds of
 * them share two cores with it, the API server that all wait for would get a hundredth.
 */
export const clusterNiceness = (host: string): number => (host.startsWith('kube-proxy/') ? 19 : host.startsWith('kubelet/') ? 10 : 0);

/** Heaps of a cluster's hosts: large ones where many actors or the whole control plane's traffic is, small ones for a thread per node. */
export const clusterHeap = (host: string): HeapLimits =>
  host.startsWith('kubelet/') || host.startsWith('kube-proxy/') ? { oldMegabytes: 256, youngMegabytes: 3 } : { oldMegabytes: 8192, youngMegabytes: 768 };
