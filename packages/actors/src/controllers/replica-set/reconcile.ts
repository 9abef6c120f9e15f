import { type Instant, milliseconds } from '@naumachia/core';
import type { ObjectReference, PodTemplateSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import { areSatisfied, forgetExpectations, untilExpired } from '../../machinery/expectations.js';
import type { EventToRecord } from '../../machinery/event-recorder.js';
import { indexed, objectAt } from '../../machinery/informer.js';
import { controllerState, type Work } from '../../machinery/reconciler.js';
import { brief, createRequest, deleteRequest, failureText, hasFailed, isRefused, keyOf, refusalOf, updateSubresourceRequest } from '../../machinery/requests.js';
import { PODS, REPLICA_SETS } from '../caches.js';
import type { ControllerManager } from '../controller.js';
import { hasFinished, isActive, type PodView } from '../pod-view.js';
import type { ReplicaSetView } from '../workload-views.js';
import { claimPods, controllerReference } from './claim.js';
import { podsToDelete } from './pod-ranking.js';
import type { SetKind } from './set-kind.js';
import { type ManageError, nextAvailability, sameStatus, setStatus } from './set-status.js';

/** replica_set.go BurstReplicas: pods made or deleted in one sync at most. */
const BURST_REPLICAS = 500;

/** What a sync saw when it began: the status that it writes at its end counts these pods. */
interface Seen {
  readonly set: ReplicaSetView;
  readonly active: readonly PodView[];
  readonly terminating: number;
}

type Next =
  | { readonly stage: 'claimed'; readonly seen: Seen; readonly adopted: readonly PodView[]; readonly satisfied: boolean }
  | { readonly stage: 'created'; readonly seen: Seen; readonly remaining: number }
  | { readonly stage: 'deleted'; readonly seen: Seen; readonly victims: readonly PodView[] };

export const reconcileSet = (kind: SetKind, manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const { expectations } = controllerState(manager, kind.controller);
  const set = objectAt(manager.informers, kind.cache, key);
  if (set === undefined) {
    forgetExpectations(expectations, key);
    return undefined;
  }
  const satisfied = areSatisfied(expectations, key, now);
  const owned: PodView[] = [];
  let terminating = 0;
  for (const pod of indexed(manager.informers, PODS, 'controller', set.header.uid).values()) {
    if (isActive(pod)) owned.push(pod);
    else if (pod.terminating && !hasFinished(pod)) terminating++;
  }
  const claims = claimPods(kind, set, owned, activeOrphans(manager, set));
  const seen: Seen = { set, active: claims.kept, terminating };
  if (claims.writes.length === 0) return manage(kind, manager, seen, satisfied, now);
  const next: Next = { stage: 'claimed', seen, adopted: claims.adopted, satisfied };
  return { writes: claims.writes, next };
};

export const proceedSet = (kind: SetKind, manager: ControllerManager, next: Next, answers: readonly ApiAnswer[], now: Instant): Work | undefined => {
  switch (next.stage) {
    case 'claimed': {
      if (answers.some((answer) => hasFailed(answer) && !isRefused(answer, 'NotFound'))) return { writes: [], failed: true };
      const active = [...next.seen.active, ...next.adopted.filter((_, i) => !hasFailed(answers[i] as ApiAnswer))];
      return manage(kind, manager, Object.assign({}, next.seen, { active }), next.satisfied, now);
    }
    case 'created':
      return afterCreation(kind, next, answers, now);
    case 'deleted':
      return afterDeletion(kind, next, answers, now);
  }
};

/** Makes or deletes what the set has too little or too much of (replica_set.go: manageReplicas). */
const manage = (kind: SetKind, manager: ControllerManager, seen: Seen, satisfied: boolean, now: Instant): Work | undefined => {
  const { set, active } = seen;
  const missing = set.replicas - active.length;
  if (!satisfied) {
    // Nothing else may come to look at the set again: an informer resyncs only after half a day.
    const wait = untilExpired(controllerState(manager, kind.controller).expectations, keyOf(set), now);
    const status = writeStatus(kind, seen, undefined, now);
    return { ...(status ?? NO_WORK), requeueAfter: milliseconds(Math.min(wait, status?.requeueAfter ?? wait)) };
  }
  if (set.terminating || missing === 0) return writeStatus(kind, seen, undefined, now);
  if (missing > 0) return createBatch(kind, seen, Math.min(missing, BURST_REPLICAS), 1, NO_EVENTS);
  const victims = podsToDelete(active, relatedPods(manager, set), Math.min(-missing, BURST_REPLICAS), now);
  const next: Next = { stage: 'deleted', seen, victims };
  return {
    writes: victims.map(({ header }) => deleteRequest(kind.client, 'pods', header.namespace, header.name, { preconditions: { uid: header.uid } })),
    next,
    expect: { owner: keyOf(set), deletions: victims.map(keyOf) },
  };
};

/** Slow start: one pod, then twice as many each time, so that a quota or a broken template costs one refusal and not hundreds. */
const createBatch = (kind: SetKind, seen: Seen, remaining: number, batch: number, events: readonly EventToRecord[]): Work => {
  const count = Math.min(batch, remaining);
  const create = brief(createRequest(kind.client, 'pods', seen.set.header.namespace, podFromTemplate(kind, seen.set)));
  const next: Next = { stage: 'created', seen, remaining: remaining - count };
  return { writes: new Array<ApiRequest>(count).fill(create), next, expect: { owner: keyOf(seen.set), creations: true }, events };
};

const afterCreation = (kind: SetKind, next: Next & { readonly stage: 'created' }, answers: readonly ApiAnswer[], now: Instant): Work | undefined => {
  const { seen } = next;
  const about = referenceTo(kind, seen.set);
  const events: EventToRecord[] = [];
  let error: ManageError | undefined;
  for (const answer of answers) {
    if (!hasFailed(answer)) {
      events.push({ about, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${answer.type === 'written' ? answer.name : ''}` });
      continue;
    }
    // A namespace that is going away will not take pods; nothing is wrong with the set.
    if (refusalOf(answer)?.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true) return withEvents(writeStatus(kind, seen, undefined, now), events);
    error = { reason: 'FailedCreate', message: failureText(answer) };
    events.push({ about, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` });
  }
  if (error === undefined && next.remaining > 0) return createBatch(kind, seen, next.remaining, answers.length * 2, events);
  return withEvents(writeStatus(kind, seen, error, now), events);
};

const afterDeletion = (kind: SetKind, { seen, victims }: Next & { readonly stage: 'deleted' }, answers: readonly ApiAnswer[], now: Instant): Work | undefined => {
  const about = referenceTo(kind, seen.set);
  const events: EventToRecord[] = [];
  let error: ManageError | undefined;
  answers.forEach((answer, i) => {
    const name = victims[i]?.header.name ?? '';
    if (!hasFailed(answer)) events.push({ about, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
    else if (!isRefused(answer, 'NotFound')) {
      error = { reason: 'FailedDelete', message: failureText(answer) };
      events.push({ about, type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${error.message}` });
    }
  });
  return withEvents(writeStatus(kind, seen, error, now), events);
};

const writeStatus = (kind: SetKind, { set, active, terminating }: Seen, error: ManageError | undefined, now: Instant): Work | undefined => {
  const status = setStatus(kind, set, active, terminating, error, now);
  const wait = nextAvailability(active, set.minReadySeconds, now);
  const later = wait === undefined ? undefined : { requeueAfter: milliseconds(wait) };
  if (sameStatus(set.status, status)) return error === undefined && later === undefined ? undefined : { writes: [], failed: error !== undefined, ...later };
  return { writes: [brief(updateSubresourceRequest(kind.client, set.header, 'status', Object.assign({}, set.stored.value, { status })))], failed: error !== undefined, ...later };
};

const NO_WORK: Work = { writes: [] };
const NO_EVENTS: readonly EventToRecord[] = [];

const withEvents = (work: Work | undefined, events: readonly EventToRecord[]): Work => ({ ...(work ?? { writes: [] }), events });

/** controller_utils.go GetPodFromTemplate: the API server makes the name of `generateName`. */
const podFromTemplate = (kind: SetKind, set: ReplicaSetView): KubernetesObject => {
  const template = set.stored.value.spec.template as PodTemplateSpec;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.header.name}-`,
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [controllerReference(kind.apiVersion, kind.kind, set.header)],
      ...(finalizers !== undefined && { finalizers }),
    },
    spec: template.spec,
  };
};

/** How many active pods of the same owner's sets run on each node (replica_set.go: getIndirectlyRelatedPods). */
const relatedPods = (manager: ControllerManager, set: ReplicaSetView): ReadonlyMap<string, number> => {
  const siblings = set.controller === undefined ? [set] : indexed(manager.informers, REPLICA_SETS, 'controller', set.controller.uid).values();
  const counts = new Map<string, number>();
  for (const sibling of siblings) {
    for (const pod of indexed(manager.informers, PODS, 'controller', sibling.header.uid).values()) {
      if (isActive(pod)) counts.set(pod.nodeName, (counts.get(pod.nodeName) ?? 0) + 1);
    }
  }
  return counts;
};

function* activeOrphans(manager: ControllerManager, set: ReplicaSetView): Iterable<PodView> {
  for (const pod of indexed(manager.informers, PODS, 'orphans', set.header.namespace).values()) if (isActive(pod)) yield pod;
}

/** What Events name as their object (reference.GetReference). */
export const referenceTo = (kind: { readonly apiVersion: string; readonly kind: string }, { header }: { readonly header: ReplicaSetView['header'] }): ObjectReference => ({
  kind: kind.kind,
  namespace: header.namespace,
  name: header.name,
  uid: header.uid,
  apiVersion: kind.apiVersion,
  resourceVersion: String(header.revision),
});

/** Every set of a kind in a pod's namespace that could claim it. */
export const setsIn = (kind: SetKind, manager: ControllerManager, namespace: string): Iterable<ReplicaSetView> =>
  indexed(manager.informers, kind.cache, 'namespace', namespace).values();

export type { Next as SetProgress };
