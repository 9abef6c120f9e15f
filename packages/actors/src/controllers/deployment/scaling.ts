import type { Deployment, ReplicaSet } from '../../api/generated/types.js';
import type { UpdateRequest } from '../../api/requests.js';
import type { EventToRecord } from '../../machinery/event-recorder.js';
import { updateRequest } from '../../machinery/requests.js';
import type { DeploymentView, ReplicaSetView } from '../workload-views.js';
import { CLIENT, deploymentReference } from './identity.js';
import { DESIRED_REPLICAS, withReplicas } from './revision.js';
import { availableReplicas, desiredReplicas, isRollingUpdate, maxSurge, maxUnavailable, newSetReplicas, proportionOf, specReplicas } from './rollout-bounds.js';

/** One set and the size that it is to have. */
export interface Scaling {
  readonly set: ReplicaSetView;
  readonly replicas: number;
}

/** The sets of a deployment during a sync: the one of its template, if there is one, and the others, the oldest first. */
export interface Sets {
  readonly newSet: ReplicaSetView | undefined;
  readonly old: readonly ReplicaSetView[];
}

export const allOf = ({ newSet, old }: Sets): readonly ReplicaSetView[] => (newSet === undefined ? old : [...old, newSet]);

export const activeOf = (sets: readonly ReplicaSetView[]): readonly ReplicaSetView[] => sets.filter(({ replicas }) => replicas > 0);

/** reconcileNewReplicaSet: grows the new set as far as the surge allows, or shrinks it to what is desired. */
export const scaleNewSet = (deployment: Deployment, sets: Sets): readonly Scaling[] => {
  const { newSet } = sets;
  const desired = desiredReplicas(deployment);
  if (newSet === undefined || newSet.replicas === desired) return NOTHING;
  const replicas = newSet.replicas > desired ? desired : newSetReplicas(deployment, allOf(sets), newSet.replicas);
  return replicas === newSet.replicas ? NOTHING : [{ set: newSet, replicas }];
};

export interface Unhealthy {
  readonly scalings: readonly Scaling[];
  /** A set counts more available pods than it asks for: it was scaled down and has yet to count again. More must not go by such counts. */
  readonly outdated: boolean;
}

/** cleanupUnhealthyReplicas: of the old pods, those that are not available go first; how many may go depends on the new set's. */
export const cleanUnhealthy = (deployment: Deployment, sets: Sets): Unhealthy => {
  const old = activeOf(sets.old);
  let left = mostToScaleDown(deployment, sets, old);
  const scalings: Scaling[] = [];
  for (const set of old) {
    if (left <= 0) break;
    const down = Math.min(left, set.replicas - (set.status.availableReplicas ?? 0));
    if (down < 0) return { scalings, outdated: true };
    if (down === 0) continue;
    left -= down;
    scalings.push({ set, replicas: set.replicas - down });
  }
  return { scalings, outdated: false };
};

/** scaleDownOldReplicaSetsForRollingUpdate: as many old pods go as availability allows. */
export const scaleDownOld = (deployment: Deployment, sets: Sets): readonly Scaling[] => {
  const old = activeOf(sets.old);
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment);
  let left = availableReplicas(allOf({ newSet: sets.newSet, old })) - minAvailable;
  const scalings: Scaling[] = [];
  for (const set of old) {
    if (left <= 0) break;
    const down = Math.min(set.replicas, left);
    left -= down;
    scalings.push({ set, replicas: set.replicas - down });
  }
  return scalings;
};

/** reconcileOldReplicaSets: whether old pods may go at all, and how many: those above what must be available, less what is not yet. */
export const mayScaleDown = (deployment: Deployment, sets: Sets): boolean => mostToScaleDown(deployment, sets, activeOf(sets.old)) > 0;

const mostToScaleDown = (deployment: Deployment, { newSet }: Sets, old: readonly ReplicaSetView[]): number => {
  if (specReplicas(old) === 0) return 0;
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = newSet === undefined ? 0 : newSet.replicas - (newSet.status.availableReplicas ?? 0);
  return specReplicas(allOf({ newSet, old })) - minAvailable - newUnavailable;
};

/** sync.go isScalingEvent: some set was sized for another number of replicas. */
export const isScalingEvent = (deployment: Deployment, sets: Sets): boolean =>
  activeOf(allOf(sets)).some(({ annotations }) => annotations[DESIRED_REPLICAS] !== undefined && Number(annotations[DESIRED_REPLICAS]) !== desiredReplicas(deployment));

/** sync.go scale: one active set takes it all; else in proportion, so that a rollout under way or paused keeps its balance. */
export const scaleAll = (deployment: Deployment, sets: Sets): readonly Scaling[] => {
  const desired = desiredReplicas(deployment);
  const single = activeOrLatest(sets);
  if (single !== undefined) return single.replicas === desired ? NOTHING : [{ set: single, replicas: desired }];
  const { newSet } = sets;
  if (newSet !== undefined && isSaturated(newSet, desired)) return activeOf(sets.old).map((set) => ({ set, replicas: 0 }));
  if (!isRollingUpdate(deployment)) return NOTHING;
  const active = activeOf(allOf(sets));
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0;
  const toAdd = allowed - specReplicas(active);
  const newerFirst = toAdd > 0;
  const ordered = [...active].sort((a, b) => b.replicas - a.replicas || (newerFirst ? b.created - a.created : a.created - b.created));
  let added = 0;
  const sizes = ordered.map((set) => {
    const share = proportionOf(set, deployment, toAdd, added);
    added += share;
    return set.replicas + share;
  });
  if (toAdd !== 0 && sizes.length > 0) sizes[0] = Math.max(0, (sizes[0] ?? 0) + toAdd - added);
  return ordered.map((set, i) => ({ set, replicas: sizes[i] ?? set.replicas }));
};

const NOTHING: readonly Scaling[] = [];

/** FindActiveOrLatest: the only active set, or the latest if none is active; undefined if several are. */
const activeOrLatest = (sets: Sets): ReplicaSetView | undefined => {
  const active = activeOf(allOf(sets));
  if (active.length === 1) return active[0];
  if (active.length > 1) return undefined;
  return sets.newSet ?? sets.old[sets.old.length - 1];
};

const isSaturated = (set: ReplicaSetView, desired: number): boolean =>
  set.replicas === desired && Number(set.annotations[DESIRED_REPLICAS]) === desired && (set.status.availableReplicas ?? 0) === desired;

/** The write of a scaling; undefined if neither size nor annotations would change. */
export const scalingWrite = (deployment: Deployment, { set, replicas }: Scaling): UpdateRequest | undefined => {
  const annotations = withReplicas(set.annotations, desiredReplicas(deployment), desiredReplicas(deployment) + maxSurge(deployment));
  if (replicas === set.replicas && annotations === set.annotations) return undefined;
  const value: ReplicaSet = set.stored.value;
  return updateRequest(CLIENT, set.header, Object.assign({}, value, { metadata: Object.assign({}, value.metadata, { annotations }), spec: Object.assign({}, value.spec, { replicas }) }));
};

export const scalingEvent = (deployment: DeploymentView, { set, replicas }: Scaling): EventToRecord => ({
  about: deploymentReference(deployment),
  type: 'Normal',
  reason: 'ScalingReplicaSet',
  message: `Scaled ${replicas > set.replicas ? 'up' : 'down'} replica set ${set.header.name} from ${set.replicas} to ${replicas}`,
});
