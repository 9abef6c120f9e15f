import type { Instant } from '@naumachia/core';
import type { Deployment, DeploymentCondition } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { podTemplateHash } from '../../api/pod-template-hash.js';
import type { UpdateRequest } from '../../api/requests.js';
import { createRequest, updateRequest, updateSubresourceRequest } from '../../machinery/requests.js';
import { controllerReference } from '../replica-set/claim.js';
import { type DeploymentView, POD_TEMPLATE_HASH, type ReplicaSetView } from '../workload-views.js';
import { conditionOf, hasProgressDeadline, newCondition, withCondition } from './conditions.js';
import { CLIENT } from './identity.js';
import { annotationsOfCreatedSet, annotationsOfNewSet, latestRevision, REVISION } from './revision.js';
import { desiredReplicas, maxSurge, newSetReplicas } from './rollout-bounds.js';
import type { Sets } from './scaling.js';

/** The set of the deployment's template, the oldest if there are several, and the others (FindNewReplicaSet, FindOldReplicaSets). */
export const sortSets = (deployment: DeploymentView, sets: readonly ReplicaSetView[]): Sets => {
  const ordered = sets.length < 2 ? sets : [...sets].sort((a, b) => a.created - b.created || (a.header.name < b.header.name ? -1 : 1));
  const newSet = ordered.find(({ signature }) => signature === deployment.signature);
  return { newSet, old: newSet === undefined ? ordered : ordered.filter((set) => set !== newSet) };
};

/** Brings annotations and minReadySeconds of an existing set up to date; undefined if they are. */
export const newSetUpdate = ({ value }: DeploymentView, { newSet, old }: Sets): UpdateRequest | undefined => {
  if (newSet === undefined) return undefined;
  const annotations = annotationsOfNewSet(value, newSet.annotations, latestRevision(old) + 1n);
  const minReadySeconds = value.spec.minReadySeconds ?? 0;
  if (annotations === newSet.annotations && newSet.minReadySeconds === minReadySeconds) return undefined;
  const set = newSet.stored.value;
  const spec = newSet.minReadySeconds === minReadySeconds ? set.spec : Object.assign({}, set.spec, { minReadySeconds });
  return updateRequest(CLIENT, newSet.header, Object.assign({}, set, { metadata: Object.assign({}, set.metadata, { annotations }), spec }));
};

/** Writes the set's revision to the deployment, and a first Progressing condition if it has none; undefined if both are there. */
export const foundSetStatus = ({ header, value }: DeploymentView, newSet: ReplicaSetView, now: Instant): UpdateRequest | undefined => {
  const revision = newSet.annotations[REVISION];
  const conditions = value.status?.conditions ?? [];
  const found = hasProgressDeadline(value) && conditionOf(conditions, 'Progressing') === undefined;
  if ((revision === undefined || value.metadata.annotations?.[REVISION] === revision) && !found) return undefined;
  const condition = found ? newCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${newSet.header.name}"`, now) : undefined;
  return statusWith(header, value, revision, condition);
};

export interface NewSet {
  readonly name: string;
  readonly revision: string;
  readonly replicas: number;
  readonly object: KubernetesObject;
}

/** The set that the deployment's template asks for, as large as the old ones leave room for. */
export const newSetOf = ({ header, value }: DeploymentView, old: readonly ReplicaSetView[]): NewSet => {
  const { template, selector, minReadySeconds } = value.spec;
  const hash = podTemplateHash(template, value.status?.collisionCount);
  const labels = Object.assign({}, template.metadata?.labels, { [POD_TEMPLATE_HASH]: hash });
  const replicas = newSetReplicas(value, old, 0);
  const revision = latestRevision(old) + 1n;
  const name = `${header.name}-${hash}`;
  const object: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: header.namespace,
      labels,
      annotations: annotationsOfCreatedSet(value, revision, desiredReplicas(value), desiredReplicas(value) + maxSurge(value)),
      ownerReferences: [controllerReference('apps/v1', 'Deployment', header)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && minReadySeconds !== 0 && { minReadySeconds }),
      selector: Object.assign({}, selector, { matchLabels: Object.assign({}, selector.matchLabels, { [POD_TEMPLATE_HASH]: hash }) }),
      template: Object.assign({}, template, { metadata: Object.assign({}, template.metadata, { labels }) }),
    },
  };
  return { name, revision: String(revision), replicas, object };
};

export const createSet = ({ header }: DeploymentView, { object }: NewSet) => createRequest(CLIENT, 'replicasets.apps', header.namespace, object);

/** After the set was made: its revision, and that the rollout has begun. */
export const createdSetStatus = ({ header, value }: DeploymentView, { name, revision }: NewSet, now: Instant): UpdateRequest =>
  statusWith(header, value, revision, hasProgressDeadline(value) ? newCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, now) : undefined);

/** After the set could not be made. */
export const failedSetStatus = ({ header, value }: DeploymentView, { name }: NewSet, reason: string, now: Instant): UpdateRequest | undefined =>
  hasProgressDeadline(value) ? statusWith(header, value, undefined, newCondition('Progressing', 'False', 'ReplicaSetCreateError', `Failed to create new replica set "${name}": ${reason}`, now)) : undefined;

/** A write of the status subresource lets the annotations of the metadata through (deploymentStatusStrategy). */
const statusWith = (header: DeploymentView['header'], value: Deployment, revision: string | undefined, condition: DeploymentCondition | undefined): UpdateRequest => {
  const metadata = revision === undefined ? value.metadata : Object.assign({}, value.metadata, { annotations: Object.assign({}, value.metadata.annotations, { [REVISION]: revision }) });
  const status = condition === undefined ? value.status : Object.assign({}, value.status, { conditions: withCondition(value.status?.conditions ?? [], condition) });
  return updateSubresourceRequest(CLIENT, header, 'status', { ...value, metadata, ...(status !== undefined && { status }) });
};

/** Says in the status that the rollout stands still, or goes on (sync.go: checkPausedConditions). */
export const pausedStatus = ({ header, value }: DeploymentView, now: Instant): UpdateRequest | undefined => {
  if (!hasProgressDeadline(value)) return undefined;
  const known = conditionOf(value.status?.conditions, 'Progressing');
  // A lack of progress that was reported is not painted over.
  if (known?.reason === 'ProgressDeadlineExceeded') return undefined;
  const said = known?.reason === 'DeploymentPaused';
  const paused = value.spec.paused === true;
  if (paused === said) return undefined;
  const condition = paused
    ? newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now)
    : newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now);
  return statusWith(header, value, undefined, condition);
};
