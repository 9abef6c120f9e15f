import type { KubernetesObject } from '@naumachia/actors';
import type { Random } from '@naumachia/core';
import type { CreateNodes, NodeStrategy } from './operation.js';
import { CREATES_AT_ONCE } from './pod-creation.js';
import { inParallel, isSuccess, messageOf, type WorkloadClient } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';

/** `makeBaseNode`: the node of a workload that names no template. */
const baseNode = (prefix: string): KubernetesObject => {
  const resources = { cpu: '4', memory: '32Gi', pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { generateName: prefix }, status: { capacity: resources, allocatable: resources, phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: null, lastTransitionTime: null }] } };
};

/** The letters that Kubernetes makes random suffixes of (apimachinery `rand.String`). */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
/** `createNodeRetries`: a drawn name may be taken. */
const TRIES = 5;

/**
 * Creates the nodes of an operation, then prepares them (node_util.go, Kubernetes 1.36). `opIndex` names the nodes that have no template; `first` is how many
 * nodes the workload has created before: all nodes are sorted by name, and those from there on are prepared, whichever they are.
 */
export const createNodes = async (client: WorkloadClient, { count, template, strategy }: CreateNodes, opIndex: number, first: number, random: Random, over: AbortSignal, created: () => void): Promise<void> => {
  const base = baseNode(`node-${opIndex}-`);
  await inParallel(count, CREATES_AT_ONCE, async (index) => {
    if (over.aborted) return;
    const given = template ? template.make(index, count) : base;
    for (let tries = TRIES; ; tries--) {
      const name = given.metadata.name ?? `${given.metadata.generateName ?? ''}${random.word(LETTERS, 5)}`;
      const node = { ...given, metadata: { ...given.metadata, name, labels: { ...given.metadata.labels, 'kubernetes.io/hostname': name } } };
      const answer = await client.ask({ type: 'create', resource: 'nodes', namespace: '', object: node, brief: true });
      if (isSuccess(answer)) break;
      if (tries <= 1) throw new WorkloadFailed(`node ${name} was refused: ${messageOf(answer)}`);
    }
    created();
  });
  if (strategy.type === 'none' || count === 0 || over.aborted) return;
  const names = (await client.list('nodes', '')).map(({ header }) => header.name).sort().slice(first, first + count);
  await inParallel(names.length, CREATES_AT_ONCE, async (index) => (over.aborted ? undefined : prepare(client, names[index] ?? '', index, strategy, random)));
};

const prepare = async (client: WorkloadClient, name: string, index: number, strategy: Exclude<NodeStrategy, { readonly type: 'none' }>, random: Random): Promise<void> => {
  const answer = await client.ask({ type: 'patch', resource: 'nodes', namespace: '', name, patchType: 'merge', patch: patchOf(strategy, index, random), brief: true });
  if (!isSuccess(answer)) throw new WorkloadFailed(`node ${name} cannot be prepared: ${messageOf(answer)}`);
  if (strategy.type !== 'allocatable') return;
  const drivers = Object.entries(strategy.csiNodeAllocatable).map(([driver, allocatable]) => ({ name: driver, nodeID: name, allocatable }));
  const csiNode: KubernetesObject = { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name, annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': strategy.migratedPlugins.join(',') } }, spec: { drivers } };
  await client.create(csiNode, '');
};

const patchOf = (strategy: Exclude<NodeStrategy, { readonly type: 'none' }>, index: number, random: Random): unknown => {
  switch (strategy.type) {
    case 'label':
      return { metadata: { labels: { [strategy.labelKey]: strategy.labelValues[index % strategy.labelValues.length] } } };
    case 'unique-label':
      return { metadata: { labels: { [strategy.labelKey]: random.uuid() } } };
    case 'allocatable':
      return { status: { allocatable: strategy.nodeAllocatable } };
  }
};
