import type { Pod } from '../../api/generated/types.js';
import { type HostPort, hostPortsOf } from './host-ports.js';
import { type PodResources, podResources } from './pod-resources.js';

/** A pod and what is read of it once. */
export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  /** `namespace/name` */
  readonly key: string;
  readonly priority: number;
  readonly resources: PodResources;
  readonly hostPorts: readonly HostPort[];
}

export const podKey = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;

/** Objects of tests may lack a uid; the key then stands for it. */
export const podUid = (pod: Pod): string => pod.metadata.uid ?? podKey(pod);

export const podPriority = (pod: Pod): number => pod.spec.priority ?? 0;

export const podInfo = (pod: Pod): PodInfo => ({
  pod,
  uid: podUid(pod),
  key: podKey(pod),
  priority: podPriority(pod),
  resources: podResources(pod),
  hostPorts: hostPortsOf(pod),
});
