import type { Instant } from '@naumachia/core';
import type { ReplicaSetCondition, ReplicaSetStatus } from '../../api/generated/types.js';
import { formatTime } from '../../api/time-format.js';
import { isAvailable, type PodView } from '../pod-view.js';
import type { ReplicaSetView } from '../workload-views.js';
import type { SetKind } from './set-kind.js';

/** Why pods could not be made or deleted. */
export interface ManageError {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** The status after a sync that counted these pods (replica_set_utils.go: calculateStatus). */
export const setStatus = (kind: SetKind, set: ReplicaSetView, active: readonly PodView[], terminating: number, error: ManageError | undefined, now: Instant): ReplicaSetStatus => {
  let labelled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (hasAll(pod.header.labels, set.templateLabels)) labelled++;
    if (!pod.ready) continue;
    ready++;
    if (isAvailable(pod, set.minReadySeconds, now)) available++;
  }
  const conditions = failureConditions(set.status.conditions, error, now);
  return {
    replicas: active.length,
    ...(labelled > 0 && { fullyLabeledReplicas: labelled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(kind.countsTerminating && { terminatingReplicas: terminating }),
    observedGeneration: set.generation,
    ...(conditions !== undefined && { conditions }),
  };
};

export const sameStatus = (a: ReplicaSetStatus, b: ReplicaSetStatus): boolean =>
  a.replicas === b.replicas &&
  (a.fullyLabeledReplicas ?? 0) === (b.fullyLabeledReplicas ?? 0) &&
  (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
  (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
  a.terminatingReplicas === b.terminatingReplicas &&
  a.observedGeneration === b.observedGeneration &&
  a.conditions === b.conditions;

/** Milliseconds until the next pod becomes available, if one is on the way there. */
export const nextAvailability = (active: readonly PodView[], minReadySeconds: number, now: Instant): number | undefined => {
  if (minReadySeconds === 0) return undefined;
  let soonest: number | undefined;
  for (const pod of active) {
    if (!pod.ready) continue;
    const wait = pod.readySince + minReadySeconds * 1000 - now;
    if (wait > 0 && (soonest === undefined || wait < soonest)) soonest = wait;
  }
  return soonest;
};

/** Adds or removes ReplicaFailure; the same array if nothing changes, so that a status can be compared cheaply. */
const failureConditions = (conditions: readonly ReplicaSetCondition[] | undefined, error: ManageError | undefined, now: Instant): readonly ReplicaSetCondition[] | undefined => {
  const known = conditions?.some(({ type }) => type === 'ReplicaFailure') === true;
  if (error !== undefined && !known) {
    return [...(conditions ?? []), { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), reason: error.reason, message: error.message }];
  }
  if (error === undefined && known) {
    const rest = (conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
    return rest.length === 0 ? undefined : rest;
  }
  return conditions;
};

const hasAll = (labels: Readonly<Record<string, string>> | undefined, wanted: Readonly<Record<string, string>>): boolean => {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
};
