import type { PodCondition, PodStatus } from '../api/generated/types.js';
import { conditionOf, KUBELET_CONDITIONS } from './pod-conditions.js';

/** A strategic merge patch of pods/status. */
export interface StatusPatch {
  readonly metadata: { readonly uid: string };
  readonly status: Readonly<Record<string, unknown>>;
}

/** What must be written so that a pod that shows `base` shows `status`, or undefined if it does. Only what belongs to the kubelet is compared. */
export const statusPatch = (uid: string, base: PodStatus = NOTHING, status: PodStatus): StatusPatch | undefined => {
  const changes: Changes = {};
  let changed = 0;
  // Scalars, and lists that are replaced as a whole.
  if (base.observedGeneration !== status.observedGeneration) changed += replace(changes, 'observedGeneration', status.observedGeneration);
  if (base.phase !== status.phase) changed += replace(changes, 'phase', status.phase);
  if (base.conditions !== status.conditions) changed += conditionsPatch(base.conditions ?? NONE, status.conditions ?? NONE, changes);
  if (base.message !== status.message) changed += replace(changes, 'message', status.message);
  if (base.reason !== status.reason) changed += replace(changes, 'reason', status.reason);
  if (base.hostIP !== status.hostIP) changed += replace(changes, 'hostIP', status.hostIP);
  if (base.hostIPs !== status.hostIPs) changed += addressesPatch(changes, 'hostIPs', base.hostIPs, status.hostIPs);
  if (base.podIP !== status.podIP) changed += replace(changes, 'podIP', status.podIP);
  if (base.podIPs !== status.podIPs) changed += addressesPatch(changes, 'podIPs', base.podIPs, status.podIPs);
  if (base.startTime !== status.startTime) changed += replace(changes, 'startTime', status.startTime);
  if (!equalValues(base.initContainerStatuses, status.initContainerStatuses)) changed += replace(changes, 'initContainerStatuses', status.initContainerStatuses);
  if (!equalValues(base.containerStatuses, status.containerStatuses)) changed += replace(changes, 'containerStatuses', status.containerStatuses);
  if (status.allocatedResources) changed += mapPatch(changes, 'allocatedResources', base.allocatedResources, status.allocatedResources);
  if (status.resources) changed += mapPatch(changes, 'resources', base.resources as Tree | undefined, status.resources as Tree);
  return changed > 0 ? { metadata: { uid }, status: changes } : undefined;
};

const NOTHING: PodStatus = {};
type Changes = Record<string, unknown>;

const replace = (changes: Changes, field: keyof PodStatus, value: unknown): 1 => {
  changes[field] = value === undefined ? null : value;
  return 1;
};

const REPLACE = { $patch: 'replace' };

/** Lists with the merge key `ip`. */
const addressesPatch = (changes: Changes, field: 'hostIPs' | 'podIPs', before: readonly object[] | undefined, after: readonly object[] | undefined): 0 | 1 => {
  if (equalValues(before, after)) return 0;
  return replace(changes, field, after === undefined || before === undefined || before.length === 0 ? after : [REPLACE, ...after]);
};

const mapPatch = (changes: Changes, field: 'allocatedResources' | 'resources', before: Tree | undefined, after: Tree): 0 | 1 => {
  if (before === after || equalValues(before, after)) return 0;
  return replace(changes, field, before === undefined ? after : treeChanges(before, after));
};

const NONE: readonly PodCondition[] = [];
/** Conditions of others stay and come first; the kubelet's follow in its order. */
const conditionsPatch = (before: readonly PodCondition[], after: readonly PodCondition[], changes: Changes): 0 | 1 => {
  const changed: unknown[] = [];
  for (const condition of after) {
    const former = conditionOf(before, condition.type);
    if (former === undefined) changed.push(condition);
    else if (former !== condition && !sameCondition(former, condition)) changed.push(conditionChanges(former, condition));
  }
  let others = 0;
  for (const { type } of before) {
    if (!KUBELET_CONDITIONS.has(type)) others++;
    else if (conditionOf(after, type) === undefined) changed.push({ $patch: 'delete', type });
  }
  if (changed.length === 0) return 0;
  if (before.length > 0) {
    changes['$setElementOrder/conditions'] =
      others === 0 && after.length === KUBELET_ORDER.length ? KUBELET_ORDER : [...before.filter(({ type }) => !KUBELET_CONDITIONS.has(type)), ...after].map(({ type }) => ({ type }));
  }
  return replace(changes, 'conditions', changed);
};

const KUBELET_ORDER = [...KUBELET_CONDITIONS].map((type) => ({ type }));

const sameCondition = (a: PodCondition, b: PodCondition): boolean =>
  a.status === b.status && a.observedGeneration === b.observedGeneration && a.lastTransitionTime === b.lastTransitionTime && a.reason === b.reason && a.message === b.message;

const conditionChanges = (former: PodCondition, { type, status, observedGeneration, lastTransitionTime, reason, message }: PodCondition): Changes => {
  const changes: Changes = { type };
  if (former.observedGeneration !== observedGeneration) changes['observedGeneration'] = observedGeneration ?? null;
  if (former.status !== status) changes['status'] = status;
  if (former.lastTransitionTime !== lastTransitionTime) changes['lastTransitionTime'] = lastTransitionTime ?? null;
  if (former.reason !== reason) changes['reason'] = reason ?? null;
  if (former.message !== message) changes['message'] = message ?? null;
  return changes;
};

interface Tree {
  readonly [field: string]: string | Tree | undefined;
}

const treeChanges = (before: Tree, after: Tree): Record<string, unknown> => {
  const changes: Record<string, unknown> = {};
  for (const field in before) if (after[field] === undefined) changes[field] = null;
  for (const field in after) {
    const [former, current] = [before[field], after[field]];
    if (equalValues(former, current)) continue;
    changes[field] = typeof former === 'object' && typeof current === 'object' ? treeChanges(former, current) : current;
  }
  return changes;
};

/** Deep equality of plain data; null and absent are the same, as the API leaves both out. */
export const equalValues = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (a === undefined || a === null) return b === undefined || b === null;
  if (b === undefined || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (!equalValues(a[at], b[at])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const field in left) if (!equalValues(left[field], right[field])) return false;
  for (const field in right) if (left[field] === undefined && right[field] !== undefined && right[field] !== null) return false;
  return true;
};
