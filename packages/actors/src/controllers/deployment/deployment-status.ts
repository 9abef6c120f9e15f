import type { Instant } from '@naumachia/core';
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../api/generated/types.js';
import type { ReplicaSetView } from '../workload-views.js';
import { conditionOf, hasProgressDeadline, hasTimedOut, newCondition, withCondition, withoutCondition } from './conditions.js';
import { actualReplicas, availableReplicas, desiredReplicas, isComplete, isProgressing, maxUnavailable, readyReplicas, specReplicas, terminatingReplicas } from './rollout-bounds.js';

/** Status from what the sets report (sync.go: calculateStatus). */
export const countedStatus = (deployment: Deployment, sets: readonly ReplicaSetView[], newSet: ReplicaSetView | undefined, now: Instant): DeploymentStatus => {
  const available = availableReplicas(sets);
  const unavailable = Math.max(0, specReplicas(sets) - available);
  const replicas = actualReplicas(sets);
  const updated = actualReplicas([newSet]);
  const ready = readyReplicas(sets);
  const collisions = deployment.status?.collisionCount;
  const condition =
    available >= desiredReplicas(deployment) - maxUnavailable(deployment)
      ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    terminatingReplicas: terminatingReplicas(sets),
    conditions: withCondition(deployment.status?.conditions ?? [], condition),
    ...(collisions !== undefined && { collisionCount: collisions }),
  };
};

/** As `countedStatus`, with what it says of the rollout's progress (progress.go: syncRolloutStatus). */
export const rolloutStatus = (deployment: Deployment, sets: readonly ReplicaSetView[], newSet: ReplicaSetView | undefined, now: Instant): DeploymentStatus => {
  const status = countedStatus(deployment, sets, newSet, now);
  let conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing');
  else conditions = progress(deployment, status, conditions, newSet, now);
  const failure = replicaFailure(sets, newSet);
  conditions = failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : withCondition(conditions, failure);
  return Object.assign({}, status, { conditions });
};

const progress = (deployment: Deployment, status: DeploymentStatus, conditions: readonly DeploymentCondition[], newSet: ReplicaSetView | undefined, now: Instant): readonly DeploymentCondition[] => {
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  if ((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable') return conditions;
  const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.header.name}"`;
  if (isComplete(deployment, status)) return withCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, now));
  if (isProgressing(deployment.status ?? {}, status)) {
    const fresh = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    // Each step of progress renews lastUpdateTime, from which the deadline counts, even where reason and status stay.
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    return [...withoutCondition(conditions, 'Progressing'), since === undefined ? fresh : Object.assign({}, fresh, { lastTransitionTime: since })];
  }
  if (hasTimedOut(deployment, deployment.status ?? {}, now)) {
    return withCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, now));
  }
  return conditions;
};

/** getReplicaFailures: the new set's failure to make pods, else that of any old one. */
const replicaFailure = (sets: readonly ReplicaSetView[], newSet: ReplicaSetView | undefined): DeploymentCondition | undefined => {
  for (const set of newSet === undefined ? sets : [newSet, ...sets]) {
    const found = set.status.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (found === undefined) continue;
    return {
      type: found.type,
      status: found.status,
      ...(found.lastTransitionTime !== undefined && { lastUpdateTime: found.lastTransitionTime, lastTransitionTime: found.lastTransitionTime }),
      ...(found.reason !== undefined && { reason: found.reason }),
      ...(found.message !== undefined && { message: found.message }),
    };
  }
  return undefined;
};

export const sameDeploymentStatus = (a: DeploymentStatus | undefined, b: DeploymentStatus): boolean =>
  a !== undefined &&
  a.observedGeneration === b.observedGeneration &&
  (a.replicas ?? 0) === (b.replicas ?? 0) &&
  (a.updatedReplicas ?? 0) === (b.updatedReplicas ?? 0) &&
  (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
  (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
  (a.unavailableReplicas ?? 0) === (b.unavailableReplicas ?? 0) &&
  a.terminatingReplicas === b.terminatingReplicas &&
  a.collisionCount === b.collisionCount &&
  sameConditions(a.conditions ?? [], b.conditions ?? []);

/** Unchanged conditions are the same objects. */
const sameConditions = (a: readonly DeploymentCondition[], b: readonly DeploymentCondition[]): boolean => a === b || (a.length === b.length && a.every((condition, i) => condition === b[i]));
