import type { ActorSpec, Duration } from '@naumachia/core';
import type { KubeProxyConfig } from '../kube-proxy/kube-proxy-state.js';
import { DEFAULT_CAPACITY, type KubeletConfig, type NodeCapacity } from '../kubelet/kubelet-config.js';
import { type ClusterSpec, type LatencyName, type NodeGroup, PLAIN_GROUP } from './spec.js';

/** One node of a cluster. */
export interface ClusterNode {
  readonly name: string;
  /** Numbers the nodes of the whole cluster from 1: their addresses follow from it. */
  readonly index: number;
  readonly group: NodeGroup;
}

/** All nodes of a cluster: those that `nodes` counts, then the groups in their order. */
export const clusterNodes = ({ nodes: count = 0, nodeGroups = [] }: Pick<ClusterSpec, 'nodes' | 'nodeGroups'>): ClusterNode[] => {
  const all: ClusterNode[] = [];
  for (const group of [{ name: PLAIN_GROUP, count }, ...nodeGroups]) {
    for (let number = 1; number <= group.count; number++) all.push({ name: `${group.name}-${number}`, index: all.length + 1, group });
  }
  return all;
};

/** The components of nodes; `batches` are those of `KubeProxyConfig`. */
export const nodeActors = (nodes: readonly ClusterNode[], latency: LatencyName, batches?: Duration): ActorSpec[] =>
  nodes.flatMap(({ name: node, index, group }) => {
    const { labels, taints, zone, capacity } = group;
    const kubelet: ActorSpec<KubeletConfig> = {
      name: `kubelet/${node}`,
      kind: 'kubelet',
      config: { node, index, profile: latency, ...(labels && { labels }), ...(taints && { taints }), ...(zone !== undefined && { zone }), ...(capacity && { capacity: capacityOf(capacity) }) },
    };
    const proxy: ActorSpec<KubeProxyConfig> = { name: `kube-proxy/${node}`, kind: 'kube-proxy', config: { node, profile: latency, ...(batches !== undefined && { batches }) } };
    return [kubelet, proxy];
  });

/** The components of plain nodes `node-FIRST` and those after it. */
export const nodes = (count: number, latency: LatencyName, first = 1, batches?: Duration): ActorSpec[] =>
  nodeActors(clusterNodes({ nodes: first + count - 1 }).slice(first - 1), latency, batches);

const capacityOf = (capacity: NonNullable<NodeGroup['capacity']>): NodeCapacity => ({
  cpu: String(capacity.cpu ?? DEFAULT_CAPACITY.cpu),
  'ephemeral-storage': String(capacity['ephemeral-storage'] ?? DEFAULT_CAPACITY['ephemeral-storage']),
  memory: String(capacity.memory ?? DEFAULT_CAPACITY.memory),
  pods: String(capacity.pods ?? DEFAULT_CAPACITY.pods),
});
