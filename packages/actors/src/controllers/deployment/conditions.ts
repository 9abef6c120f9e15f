import type { Instant } from '@naumachia/core';
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../api/generated/types.js';
import { formatTime } from '../../api/time-format.js';

type Conditions = readonly DeploymentCondition[];

export const conditionOf = (conditions: Conditions | undefined, type: string): DeploymentCondition | undefined => conditions?.find((condition) => condition.type === type);

export const newCondition = (type: string, status: string, reason: string, message: string, now: Instant): DeploymentCondition => ({
  type,
  status,
  lastUpdateTime: formatTime(now),
  lastTransitionTime: formatTime(now),
  reason,
  message,
});

/** SetDeploymentCondition: no change if status and reason stay; else the condition moves to the end. */
export const withCondition = (conditions: Conditions, condition: DeploymentCondition): Conditions => {
  const known = conditionOf(conditions, condition.type);
  if (known?.status === condition.status && known.reason === condition.reason) return conditions;
  const moved = known?.status === condition.status && known.lastTransitionTime !== undefined ? Object.assign({}, condition, { lastTransitionTime: known.lastTransitionTime }) : condition;
  return [...withoutCondition(conditions, condition.type), moved];
};

export const withoutCondition = (conditions: Conditions, type: string): Conditions =>
  conditions.some((condition) => condition.type === type) ? conditions.filter((condition) => condition.type !== type) : conditions;

/** Whether the deployment's progress is watched at all (HasProgressDeadline). */
export const hasProgressDeadline = (deployment: Deployment): boolean => deployment.spec.progressDeadlineSeconds !== undefined && deployment.spec.progressDeadlineSeconds !== 2_147_483_647;

/** DeploymentTimedOut: the last sign of progress is older than the deadline. */
export const hasTimedOut = (deployment: Deployment, status: DeploymentStatus, now: Instant): boolean => {
  const progressing = conditionOf(status.conditions, 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return deadlineOf(deployment, progressing) < now;
};

/** When a lack of progress counts as a failure, in milliseconds since the epoch. */
export const deadlineOf = (deployment: Deployment, progressing: DeploymentCondition): number =>
  Date.parse(progressing.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
