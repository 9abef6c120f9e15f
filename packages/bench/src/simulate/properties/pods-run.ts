import type { KubernetesObject } from '@naumachia/actors';
import { controllerOf, type Deployment, type Pod, type ReplicaSet } from '@naumachia/actors/api';
import type { EndProperty } from './property.js';

export const podsRun: EndProperty = {
  about: 'all pods that are asked for run and are ready, as their Deployments want them, and there are no others',
  problems: ({ world }) => {
    const problems: string[] = [];
    for (const [key, { value }] of world.all<Deployment>('deployments.apps')) {
      const wanted = value.spec.replicas ?? 1;
      const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = value.status ?? {};
      if (observedGeneration < (value.metadata.generation ?? 0)) problems.push(`Deployment ${key}: its controller has not seen generation ${value.metadata.generation}`);
      else if (replicas !== wanted || updatedReplicas !== wanted || availableReplicas !== wanted) problems.push(`Deployment ${key}: ${wanted} wanted, ${replicas} there, ${updatedReplicas} updated, ${availableReplicas} available`);
    }
    const has = new Map<string, number>();
    for (const [key, { value }] of world.all<Pod>('pods')) {
      // A ReplicaSet leaves those that a node refused or evicted to the pod garbage collector, and counts without them.
      if (value.status?.phase === 'Failed' && controllerOf(value as unknown as KubernetesObject)) continue;
      const owner = controllerOf(value as unknown as KubernetesObject);
      if (owner) has.set(owner.uid, (has.get(owner.uid) ?? 0) + 1);
      const isReady = value.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
      if (value.metadata.deletionTimestamp !== undefined) problems.push(`pod ${key} on ${value.spec.nodeName ?? 'no node'} is still to be deleted`);
      else if (value.status?.phase !== 'Running' || !isReady) problems.push(`pod ${key} on ${value.spec.nodeName ?? 'no node'} is ${value.status?.phase ?? 'new'}${isReady ? '' : ', not ready'}`);
    }
    for (const [key, { value, header }] of world.all<ReplicaSet>('replicasets.apps')) {
      const [wanted, there] = [value.spec.replicas ?? 1, has.get(header.uid) ?? 0];
      if (wanted !== there) problems.push(`ReplicaSet ${key}: ${wanted} pods wanted, ${there} there`);
    }
    return problems;
  },
};
