import type { ActorContext } from '@naumachia/core';
import type { Compare, Operation } from '../../api/etcd-requests.js';
import type { KubernetesObject } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
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
