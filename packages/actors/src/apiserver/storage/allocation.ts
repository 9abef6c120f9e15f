import type { ActorContext } from '@naumachia/core';
import type { Compare, Operation } from '../../api/etcd-requests.js';
import type { Service } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { isAllocated } from '../validation/service.js';
import { isStatus } from './plan.js';
import { allocateService } from './service-allocation.js';

/** What a write takes from the shared ranges: the object with its addresses, and the guards that make them its own in the store. */
export interface Allocation {
  readonly object: KubernetesObject;
  readonly compare: readonly Compare[];
  readonly operations: readonly Operation[];
  /** What this server has set aside until the transaction is answered. */
  readonly drawn: readonly string[];
}

/** Cluster IPs and node ports of Services; undefined where a write takes nothing. */
export const allocationFor = (state: ApiServerState, context: ActorContext, kind: Kind, object: KubernetesObject, old: KubernetesObject | undefined, dryRun: boolean): Allocation | Status | undefined =>
  kind.resource === 'services' ? allocateService(state, context, object, old, dryRun) : undefined;

/** Why what a new object asks of the shared ranges cannot be had. That is said before anything that its validation finds (Store.BeginCreate). */
export const allocationRefusal = (state: ApiServerState, context: ActorContext, kind: Kind, object: KubernetesObject, dryRun: boolean): Status | undefined => {
  if (kind.resource !== 'services' || !isAllocated(object as Service)) return undefined;
  const allocation = allocateService(state, context, object, undefined, dryRun);
  if (allocation === undefined || isStatus(allocation)) return allocation;
  for (const drawn of allocation.drawn) state.drawn.delete(drawn);
  return undefined;
};
