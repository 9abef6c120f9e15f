import type { Deployment, DeploymentStatus } from '../../api/generated/types.js';
import { scaledValue } from '../../api/int-or-string.js';
import type { ReplicaSetView } from '../workload-views.js';

/** Arithmetic of a rollout (pkg/controller/deployment/util/deployment_util.go). */

export const desiredReplicas = (deployment: Deployment): number => deployment.spec.replicas ?? 1;

export const isRollingUpdate = (deployment: Deployment): boolean => deployment.spec.strategy?.type !== 'Recreate';

/** ResolveFenceposts: a surge rounds up, unavailability down, and a rollout that may do neither may have one unavailable. */
const fenceposts = (deployment: Deployment): { readonly surge: number; readonly unavailable: number } => {
  const rolling = deployment.spec.strategy?.rollingUpdate;
  const replicas = desiredReplicas(deployment);
  // Validation refuses what is neither a number nor a percentage.
  const surge = scaledValue(rolling?.maxSurge ?? 0, replicas, 'up') ?? 0;
  const unavailable = scaledValue(rolling?.maxUnavailable ?? 0, replicas, 'down') ?? 0;
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
};

export const maxSurge = (deployment: Deployment): number => (isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0);

export const maxUnavailable = (deployment: Deployment): number => {
  const replicas = desiredReplicas(deployment);
  if (!isRollingUpdate(deployment) || replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicas);
};

type Sets = readonly (ReplicaSetView | undefined)[];

const sumOf = (sets: Sets, count: (set: ReplicaSetView) => number): number => {
  let sum = 0;
  for (const set of sets) if (set !== undefined) sum += count(set);
  return sum;
};

/** What the sets are asked to have. */
export const specReplicas = (sets: Sets): number => sumOf(sets, (set) => set.replicas);
/** What they have. */
export const actualReplicas = (sets: Sets): number => sumOf(sets, (set) => set.status.replicas);
export const readyReplicas = (sets: Sets): number => sumOf(sets, (set) => set.status.readyReplicas ?? 0);
export const availableReplicas = (sets: Sets): number => sumOf(sets, (set) => set.status.availableReplicas ?? 0);
export const terminatingReplicas = (sets: Sets): number => sumOf(sets, (set) => set.status.terminatingReplicas ?? 0);

/** NewRSNewReplicas: how large the new set may be while the old ones are as they are. */
export const newSetReplicas = (deployment: Deployment, sets: Sets, newSetSize: number): number => {
  const desired = desiredReplicas(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const current = specReplicas(sets);
  const most = desired + maxSurge(deployment);
  if (current >= most) return newSetSize;
  return newSetSize + Math.min(most - current, desired - newSetSize);
};

/** All replicas are of the new template and available, and none of an old one is left. */
export const isComplete = (deployment: Deployment, status: DeploymentStatus): boolean => {
  const desired = desiredReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
};

/** More updated, fewer old, more ready or more available replicas than before. */
export const isProgressing = (former: DeploymentStatus, status: DeploymentStatus): boolean => {
  const old = (s: DeploymentStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (former.updatedReplicas ?? 0) ||
    old(status) < old(former) ||
    (status.readyReplicas ?? 0) > (former.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (former.availableReplicas ?? 0)
  );
};

/** GetProportion: a set's share of what a scaling adds (or takes, if negative). */
export const proportionOf = (set: ReplicaSetView, deployment: Deployment, toAdd: number, added: number): number => {
  if (set.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const share = shareOf(set, deployment);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
};

const shareOf = (set: ReplicaSetView, deployment: Deployment): number => {
  const desired = desiredReplicas(deployment);
  if (desired === 0) return -set.replicas;
  const most = desired + maxSurge(deployment);
  const before = Number(set.annotations['deployment.kubernetes.io/max-replicas'] ?? 0) || (deployment.status?.replicas ?? 0);
  return Math.round((set.replicas * most) / before) - set.replicas;
};
