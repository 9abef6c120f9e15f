import type { PodCondition, PodStatus } from '../api/generated/types.js';
import { conditionOf, KUBELET_CONDITIONS } from './pod-conditions.js';

/** A strategic merge patch of pods/status. */
export interface StatusPatch {
  readonly metadata: { readonly uid: string };
  readonly status: Readonly<Record<string, unknown>>;
}

/** Fields that are replaced as a whole: scalars, and lists without a merge key. */
const WHOLE = ['observedGeneration', 'phase', 'message', 'reason', 'hostIP', 'podIP', 'startTime', 'initContainerStatuses', 'containerStatuses'] as const;
/** Lists merged by `ip`. */
const ADDRESSES = ['hostIPs', 'podIPs'] as const;
const MAPS = ['allocatedResources', 'resources'] as const;

/** What must be written so that a pod that shows `base` shows `status`, or undefined if it does. Only what belongs to the kubelet is compared. */
export const statusPatch = (uid: string, base: PodStatus = NOTHING, status: PodStatus): StatusPatch | undefined => {
  const changes: Record<string, unknown> = {};
  let changed = false;
  for (const field of WHOLE) {
    const before = base[field];
    const after = status[field];
    if (before === after || equalValues(before, after)) continue;
    changes[field] = after === undefined ? null : after;
    changed = true;
  }
  if (base.conditions !== status.conditions && conditionsPatch(base.conditions ?? NONE, status.conditions ?? NONE, changes)) changed = true;
  for (const field of ADDRESSES) {
    const before = base[field];
    const after = status[field];
    if (before === after || equalValues(before, after)) continue;
    changes[field] = after === undefined ? null : before === undefined || before.length === 0 ? after : [REPLACE, ...after];
    changed = true;
  }
  for (const field of MAPS) {
    const before = base[field] as Tree | undefined;
    const after = status[field] as Tree | undefined;
    if (after === undefined || before === after || equalValues(before, after)) continue;
    changes[field] = before === undefined ? after : treeChanges(before, after);
    changed = true;
  }
  return changed ? { metadata: { uid }, status: changes } : undefined;
};

const NONE: readonly PodCondition[] = [];
const NOTHING: PodStatus = {};
const REPLACE = { $patch: 'replace' };

/** Conditions of others stay and come first; the kubelet's follow in its order. False: nothing differs. */
const conditionsPatch = (before: readonly PodCondition[], after: readonly PodCondition[], changes: Record<string, unknown>): boolean => {
  const changed: unknown[] = [];
  for (const condition of after) {
    const former = conditionOf(before, condition.type);
    if (former === undefined) changed.push(condition);
    else if (former !== condition && !equalValues(former, condition)) changed.push(conditionChanges(former, condition));
  }
  for (const { type } of before) if (KUBELET_CONDITIONS.has(type) && conditionOf(after, type) === undefined) changed.push({ $patch: 'delete', type });
  if (changed.length === 0) return false;
  if (before.length > 0) {
    const others = before.filter(({ type }) => !KUBELET_CONDITIONS.has(type));
    const ordered = others.length === 0 && after.length === KUBELET_ORDER.length ? KUBELET_ORDER : [...others, ...after].map(({ type }) => ({ type }));
    changes['$setElementOrder/conditions'] = ordered;
  }
  changes['conditions'] = changed;
  return true;
};

const KUBELET_ORDER = [...KUBELET_CONDITIONS].map((type) => ({ type }));

const CONDITION_FIELDS = ['observedGeneration', 'status', 'lastTransitionTime', 'reason', 'message'] as const;

const conditionChanges = (former: PodCondition, condition: PodCondition): Record<string, unknown> => {
  const changes: Record<string, unknown> = { type: condition.type };
  for (const field of CONDITION_FIELDS) {
    if (former[field] !== condition[field]) changes[field] = condition[field] === undefined ? null : condition[field];
  }
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
