/**
 * Changes of the cluster that can make a pod schedulable (framework/types.go `ClusterEvent`). Pods are told apart by whether they
 * stand on a node: a plugin that registers for `Pod` means both.
 */
export type EventResource = 'Node' | 'Pod' | 'AssignedPod' | 'UnschedulablePod' | 'PersistentVolumeClaim' | 'PersistentVolume' | 'StorageClass' | '*';

export type EventAction =
  | 'Add'
  | 'Delete'
  | 'Update'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'
  | 'UpdateNodeDeclaredFeature'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodGeneratedResourceClaim'
  | 'All';

export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: EventAction;
}

/** Moves every pod: the five minutes of a pod among the unschedulable ones are over. */
export const UNSCHEDULABLE_TIMEOUT: ClusterEvent = { resource: '*', action: 'All' };

export const ASSIGNED_POD_ADD: ClusterEvent = { resource: 'AssignedPod', action: 'Add' };
export const ASSIGNED_POD_DELETE: ClusterEvent = { resource: 'AssignedPod', action: 'Delete' };
export const NODE_ADD: ClusterEvent = { resource: 'Node', action: 'Add' };
export const NODE_DELETE: ClusterEvent = { resource: 'Node', action: 'Delete' };

/** Whether what a plugin registered for covers what happened. A registered `Update` covers each kind of update, not the reverse. */
export const covers = (registered: ClusterEvent, event: ClusterEvent): boolean => coversResource(registered.resource, event.resource) && coversAction(registered.action, event.action);

const coversResource = (registered: EventResource, resource: EventResource): boolean =>
  registered === '*' || registered === resource || (registered === 'Pod' && (resource === 'AssignedPod' || resource === 'UnschedulablePod'));

const coversAction = (registered: EventAction, action: EventAction): boolean =>
  registered === 'All' || registered === action || (registered === 'Update' && action.startsWith('Update'));
