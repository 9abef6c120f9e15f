import { type Instant, milliseconds } from '@naumachia/core';
import type { DeploymentStatus, ReplicaSet } from '../../api/generated/types.js';
import type { ApiAnswer, Stored, UpdateRequest } from '../../api/requests.js';
import { indexed } from '../../machinery/informer.js';
import type { Work } from '../../machinery/reconciler.js';
import { brief, deleteRequest, failureText, hasFailed, isRefused, objectOf, refusalOf, updateSubresourceRequest } from '../../machinery/requests.js';
import { PODS } from '../caches.js';
import type { ControllerManager } from '../controller.js';
import { hasFinished } from '../pod-view.js';
import { type DeploymentView, type ReplicaSetView, replicaSetView } from '../workload-views.js';
import { conditionOf, deadlineOf, hasProgressDeadline } from './conditions.js';
import { countedStatus, rolloutStatus, sameDeploymentStatus } from './deployment-status.js';
import { CLIENT, deploymentReference } from './identity.js';
import { createdSetStatus, createSet, failedSetStatus, foundSetStatus, type NewSet, newSetOf, newSetUpdate, pausedStatus, sortSets } from './new-replica-set.js';
import { revisionOf } from './revision.js';
import { actualReplicas, isComplete } from './rollout-bounds.js';
import { activeOf, allOf, cleanUnhealthy, isScalingEvent, mayScaleDown, scaleAll, scaleDownOld, scaleNewSet, type Scaling, scalingEvent, scalingWrite, type Sets } from './scaling.js';

/**
 * One look at a deployment, as sync.go, rolling.go and recreate.go of its controller: every write is followed either by what the real one
 * does next in the same sync, with the sets as they were when the sync began, or by the next sync, which the write's own event starts.
 */
export interface Seen {
  readonly deployment: DeploymentView;
  readonly sets: Sets;
  /** This sync has written the deployment's status: what it saw is old, and another write of it would be a conflict. */
  readonly stale: boolean;
}

/** Which of the two status computations ends the sync. */
type Ending = 'rollout' | 'counted';

export type DeploymentProgress =
  | { readonly stage: 'ends' }
  | { readonly stage: 'paused-said'; readonly seen: Seen }
  | { readonly stage: 'revision-said'; readonly seen: Seen }
  | { readonly stage: 'set-updated'; readonly seen: Seen }
  | { readonly stage: 'set-created'; readonly seen: Seen; readonly made: NewSet }
  | { readonly stage: 'unhealthy-gone'; readonly seen: Seen; readonly scalings: readonly Scaling[]; readonly outdated: boolean }
  | { readonly stage: 'scaled'; readonly seen: Seen; readonly scalings: readonly Scaling[]; readonly ending: Ending }
  | { readonly stage: 'history-cleaned'; readonly seen: Seen; readonly ending: Ending };

export const syncDeployment = (manager: ControllerManager, deployment: DeploymentView, sets: readonly ReplicaSetView[], now: Instant): Work | undefined => {
  const seen: Seen = { deployment, sets: sortSets(deployment, sets), stale: false };
  if (deployment.terminating) return writeStatus(seen, 'counted', now);
  const paused = pausedStatus(deployment, now);
  if (paused !== undefined) return { writes: [brief(paused)], next: { stage: 'paused-said', seen: Object.assign({}, seen, { stale: true }) } satisfies DeploymentProgress };
  return withNewSet(manager, seen, now);
};

export const proceedDeployment = (manager: ControllerManager, next: DeploymentProgress, answers: readonly ApiAnswer[], now: Instant): Work | undefined => {
  switch (next.stage) {
    case 'ends':
      return answers.some(hasFailed) ? FAILED : undefined;
    // The real one goes on with the deployment as it was before it wrote: whatever it writes of it then is refused, and a new sync follows.
    case 'paused-said':
      return answers.some(hasFailed) ? FAILED : withNewSet(manager, next.seen, now);
    case 'revision-said':
      return answers.some(hasFailed) ? FAILED : withSets(manager, next.seen, now);
    case 'set-updated': {
      const stored = answers[0] === undefined ? undefined : objectOf(answers[0]);
      if (stored === undefined) return FAILED;
      return withSets(manager, Object.assign({}, next.seen, { sets: Object.assign({}, next.seen.sets, { newSet: replicaSetView(stored as Stored<ReplicaSet>, next.seen.sets.newSet) }) }), now);
    }
    case 'set-created':
      return afterCreation(next.seen, next.made, answers[0] as ApiAnswer, now);
    case 'unhealthy-gone': {
      if (answers.some(hasFailed)) return FAILED;
      const { deployment, sets } = next.seen;
      const shrunk: Sets = Object.assign({}, sets, { old: sets.old.map((set) => updatedSet(set, next.scalings, answers)) });
      const events = next.scalings.map((scaling) => scalingEvent(deployment, scaling));
      const more = next.outdated ? undefined : scale(next.seen, scaleDownOld(deployment.value, shrunk), 'rollout');
      return more === undefined ? { ...(writeStatus(next.seen, 'rollout', now) ?? NO_WORK), events } : Object.assign({}, more, { events });
    }
    case 'scaled': {
      const events = next.scalings.filter((scaling, i) => scaling.replicas !== scaling.set.replicas && !hasFailed(answers[i] as ApiAnswer)).map((scaling) => scalingEvent(next.seen.deployment, scaling));
      if (answers.some(hasFailed)) return Object.assign({}, FAILED, { events });
      const work = next.ending === 'counted' ? cleanHistory(next.seen, 'counted', now, next.seen.deployment.value.spec.paused === true) : writeStatus(next.seen, 'rollout', now);
      return { ...(work ?? NO_WORK), events };
    }
    case 'history-cleaned':
      return answers.some((answer) => hasFailed(answer) && !isRefused(answer, 'NotFound')) ? FAILED : writeStatus(next.seen, next.ending, now);
  }
};

const NO_WORK: Work = { writes: [] };
const FAILED: Work = { writes: [], failed: true };

/** The event of this write starts the next sync. */
const last = (write: UpdateRequest): Work => ({ writes: [brief(write)], next: { stage: 'ends' } satisfies DeploymentProgress });

/** getAllReplicaSetsAndSyncRevision, then whatever the deployment asks for. */
const withNewSet = (manager: ControllerManager, seen: Seen, now: Instant): Work | undefined => {
  const { deployment, sets } = seen;
  const update = newSetUpdate(deployment, sets);
  if (update !== undefined) return { writes: [update], next: { stage: 'set-updated', seen } satisfies DeploymentProgress };
  const found = sets.newSet === undefined ? undefined : foundSetStatus(deployment, sets.newSet, now);
  if (found !== undefined) return seen.stale ? FAILED : { writes: [brief(found)], next: { stage: 'revision-said', seen: Object.assign({}, seen, { stale: true }) } satisfies DeploymentProgress };
  return withSets(manager, seen, now);
};

const withSets = (manager: ControllerManager, seen: Seen, now: Instant): Work | undefined => {
  const { deployment, sets } = seen;
  const { spec } = deployment.value;
  if (spec.paused === true || isScalingEvent(deployment.value, sets)) {
    return scale(seen, scaleAll(deployment.value, sets), 'counted') ?? cleanHistory(seen, 'counted', now, spec.paused === true);
  }
  return spec.strategy?.type === 'Recreate' ? recreate(manager, seen, now) : rollingUpdate(seen, now);
};

const rollingUpdate = (seen: Seen, now: Instant): Work | undefined => {
  const { deployment, sets } = seen;
  if (sets.newSet === undefined) return createNewSet(seen);
  const up = scale(seen, scaleNewSet(deployment.value, sets), 'rollout');
  if (up !== undefined) return up;
  if (mayScaleDown(deployment.value, sets)) {
    const unhealthy = cleanUnhealthy(deployment.value, sets);
    if (unhealthy.scalings.length > 0) return { writes: writesOf(deployment, unhealthy.scalings), next: { stage: 'unhealthy-gone', seen, ...unhealthy } satisfies DeploymentProgress };
    const down = unhealthy.outdated ? undefined : scale(seen, scaleDownOld(deployment.value, sets), 'rollout');
    if (down !== undefined) return down;
  }
  return cleanHistory(seen, 'rollout', now, isComplete(deployment.value, deployment.value.status ?? {}));
};

const recreate = (manager: ControllerManager, seen: Seen, now: Instant): Work | undefined => {
  const { deployment, sets } = seen;
  const down = scale(seen, activeOf(sets.old).map((set) => ({ set, replicas: 0 })), 'rollout');
  if (down !== undefined) return down;
  if (oldPodsRun(manager, sets)) return writeStatus(seen, 'rollout', now);
  if (sets.newSet === undefined) return createNewSet(seen);
  const up = scale(seen, scaleNewSet(deployment.value, sets), 'rollout');
  return up ?? cleanHistory(seen, 'rollout', now, isComplete(deployment.value, deployment.value.status ?? {}));
};

/** recreate.go oldPodsRunning: also one that is being deleted still runs. */
const oldPodsRun = (manager: ControllerManager, { old }: Sets): boolean => {
  if (actualReplicas(old) > 0) return true;
  for (const set of old) for (const pod of indexed(manager.informers, PODS, 'controller', set.header.uid).values()) if (!hasFinished(pod)) return true;
  return false;
};

const createNewSet = (seen: Seen): Work => {
  const made = newSetOf(seen.deployment, seen.sets.old);
  return { writes: [createSet(seen.deployment, made)], next: { stage: 'set-created', seen, made } satisfies DeploymentProgress };
};

const afterCreation = (seen: Seen, made: NewSet, answer: ApiAnswer, now: Instant): Work | undefined => {
  const { deployment } = seen;
  if (!hasFailed(answer)) {
    const events = made.replicas > 0 ? [scalingEvent(deployment, { set: emptySet(made), replicas: made.replicas })] : [];
    const stored = objectOf(answer);
    const newSet = stored === undefined ? undefined : replicaSetView(stored as Stored<ReplicaSet>, undefined);
    if (seen.stale) return Object.assign({}, FAILED, { events });
    const after: Seen = { deployment, sets: { newSet, old: seen.sets.old }, stale: true };
    return { writes: [brief(createdSetStatus(deployment, made, now))], next: { stage: 'revision-said', seen: after } satisfies DeploymentProgress, events };
  }
  if (isRefused(answer, 'AlreadyExists')) return collided(seen, made);
  if (refusalOf(answer)?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true) return FAILED;
  const message = failureText(answer);
  const status = failedSetStatus(deployment, made, message, now);
  const events = [{ about: deploymentReference(deployment), type: 'Warning' as const, reason: 'ReplicaSetCreateError', message: `Failed to create new replica set "${made.name}": ${message}` }];
  return { writes: status === undefined ? [] : [status], failed: true, events };
};

/** Either the cache has not shown the set yet, or another template has the same hash: then a count makes the next hash differ. */
const collided = ({ deployment, sets }: Seen, made: NewSet): Work => {
  if (!sets.old.some(({ header }) => header.name === made.name)) return FAILED;
  const { header, value } = deployment;
  const status: DeploymentStatus = Object.assign({}, value.status, { collisionCount: (value.status?.collisionCount ?? 0) + 1 });
  return { writes: [updateSubresourceRequest(CLIENT, header, 'status', Object.assign({}, value, { status }))], failed: true };
};

/** A set of which only the name and that it had no replicas is known. */
const emptySet = (made: NewSet): ReplicaSetView => ({ header: { name: made.name }, replicas: 0 }) as ReplicaSetView;

const writesOf = (deployment: DeploymentView, scalings: readonly Scaling[]): readonly UpdateRequest[] => scalings.flatMap((scaling) => scalingWrite(deployment.value, scaling) ?? []);

/** The writes of these scalings; undefined if there is nothing to write. */
const scale = (seen: Seen, all: readonly Scaling[], ending: Ending): Work | undefined => {
  const scalings = all.filter((scaling) => scalingWrite(seen.deployment.value, scaling) !== undefined);
  if (scalings.length === 0) return undefined;
  return { writes: writesOf(seen.deployment, scalings).map(brief), next: { stage: 'scaled', seen, scalings, ending } satisfies DeploymentProgress };
};

const updatedSet = (set: ReplicaSetView, scalings: readonly Scaling[], answers: readonly ApiAnswer[]): ReplicaSetView => {
  const at = scalings.findIndex((scaling) => scaling.set === set);
  const answer = answers[at];
  const stored = answer === undefined ? undefined : objectOf(answer);
  return stored === undefined ? set : replicaSetView(stored as Stored<ReplicaSet>, set);
};

/** cleanupDeployment: old sets beyond the history limit go, the oldest revision first, if nothing of them is left. */
const cleanHistory = (seen: Seen, ending: Ending, now: Instant, due: boolean): Work | undefined => {
  const limit = seen.deployment.value.spec.revisionHistoryLimit;
  const candidates = seen.sets.old.filter(({ terminating }) => !terminating);
  if (!due || limit === undefined || limit === 2_147_483_647 || candidates.length <= limit) return writeStatus(seen, ending, now);
  const writes = [...candidates]
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)) || a.created - b.created)
    .slice(0, candidates.length - limit)
    .filter((set) => set.status.replicas === 0 && set.replicas === 0 && set.generation <= (set.status.observedGeneration ?? 0))
    .map(({ header }) => deleteRequest(CLIENT, 'replicasets.apps', header.namespace, header.name));
  if (writes.length === 0) return writeStatus(seen, ending, now);
  return { writes, next: { stage: 'history-cleaned', seen, ending } satisfies DeploymentProgress };
};

const writeStatus = ({ deployment, sets, stale }: Seen, ending: Ending, now: Instant): Work | undefined => {
  const { header, value } = deployment;
  const compute = ending === 'rollout' ? rolloutStatus : countedStatus;
  const status = compute(value, allOf(sets), sets.newSet, now);
  if (stale) return FAILED;
  if (!sameDeploymentStatus(value.status, status)) return last(updateSubresourceRequest(CLIENT, header, 'status', Object.assign({}, value, { status })));
  return ending === 'rollout' ? lookAtDeadline(deployment, status, now) : undefined;
};

/** requeueStuckDeployment: nothing will happen by itself, so the deadline must be looked at when it has passed. */
const lookAtDeadline = ({ value }: DeploymentView, status: DeploymentStatus, now: Instant): Work | undefined => {
  const progressing = conditionOf(value.status?.conditions, 'Progressing');
  if (progressing === undefined || !hasProgressDeadline(value) || isComplete(value, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  const after = deadlineOf(value, progressing) - now;
  return after < 1000 ? FAILED : { writes: [], requeueAfter: milliseconds(after + 1000) };
};
