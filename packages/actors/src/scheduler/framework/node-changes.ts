import type { Node, NodeCondition } from '../../api/generated/types.js';
import type { ClusterEvent, EventAction } from './cluster-event.js';
import { equalData } from './equal-data.js';

/** What an update of a node means to plugins (framework/events.go `NodeSchedulingPropertiesChange`); heartbeats mean nothing. */
export const nodeChanges = (former: Node, current: Node): readonly ClusterEvent[] => {
  const actions: EventAction[] = [];
  if (former.spec?.unschedulable && !current.spec?.unschedulable) actions.push('UpdateNodeTaint');
  if (!equalData(former.status?.allocatable, current.status?.allocatable)) actions.push('UpdateNodeAllocatable');
  if (!equalData(former.metadata.labels, current.metadata.labels)) actions.push('UpdateNodeLabel');
  if (!equalData(former.spec?.taints, current.spec?.taints)) actions.push('UpdateNodeTaint');
  if (!sameConditions(former.status?.conditions, current.status?.conditions)) actions.push('UpdateNodeCondition');
  if (!equalData(former.metadata.annotations, current.metadata.annotations)) actions.push('UpdateNodeAnnotation');
  if (!equalData(former.status?.declaredFeatures, current.status?.declaredFeatures)) actions.push('UpdateNodeDeclaredFeature');
  return actions.map((action) => ({ resource: 'Node', action }));
};

const sameConditions = (former: readonly NodeCondition[] = [], current: readonly NodeCondition[] = []): boolean =>
  former.length === current.length && current.every(({ type, status }) => former.some((condition) => condition.type === type && condition.status === status));
