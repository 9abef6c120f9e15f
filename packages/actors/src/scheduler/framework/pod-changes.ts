import type { Pod } from '../../api/generated/types.js';
import { podResources } from '../cache/pod-resources.js';
import type { ClusterEvent, EventAction, EventResource } from './cluster-event.js';
import { equalData } from './equal-data.js';

/** What an update of a pod means to plugins (framework/events.go `PodSchedulingPropertiesChange`); `Update` if it is nothing in particular. */
export const podChanges = (former: Pod, current: Pod): readonly ClusterEvent[] => {
  const resource: EventResource = current.spec.nodeName ? 'AssignedPod' : 'UnschedulablePod';
  const actions: EventAction[] = [];
  if (!equalData(former.metadata.labels, current.metadata.labels)) actions.push('UpdatePodLabel');
  if (former.spec !== current.spec || former.status !== current.status) {
    if (scaledDown(former, current)) actions.push('UpdatePodScaleDown');
    if (former.spec.schedulingGates?.length && !current.spec.schedulingGates?.length) actions.push('UpdatePodSchedulingGatesEliminated');
    // Tolerations can be added but not changed or taken away.
    if ((former.spec.tolerations?.length ?? 0) !== (current.spec.tolerations?.length ?? 0)) actions.push('UpdatePodToleration');
    if (!equalData(former.status?.resourceClaimStatuses, current.status?.resourceClaimStatuses)) actions.push('UpdatePodGeneratedResourceClaim');
  }
  return actions.length === 0 ? [{ resource, action: 'Update' }] : actions.map((action) => ({ resource, action }));
};

const scaledDown = (former: Pod, current: Pod): boolean => {
  const [before, after] = [podResources(former), podResources(current)];
  return (
    before.milliCPU > after.milliCPU ||
    before.memory > after.memory ||
    before.ephemeralStorage > after.ephemeralStorage ||
    before.scalars.some(({ name, value }) => value > (after.scalars.find((scalar) => scalar.name === name)?.value ?? 0))
  );
};
