import type { Instant } from '@naumachia/core';
import { matches, selectorOf } from '../../api/label-selector.js';
import { indexed, objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { keyOf, objectKey, updateSubresourceRequest } from '../../machinery/requests.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import type { PodView } from '../pod-view.js';
import { adoptionOf, controllerReference, releaseOf } from '../replica-set/claim.js';
import type { DeploymentView, ReplicaSetView } from '../workload-views.js';
import { CLIENT, DEPLOYMENT_CONTROLLER, deploymentReference } from './identity.js';
import { type DeploymentProgress, proceedDeployment, syncDeployment } from './sync.js';

/** Rolls a deployment's template out over ReplicaSets. */
export const deploymentController: ManagedController = {
  name: DEPLOYMENT_CONTROLLER,
  workers: 5,
  reconcile: (manager, key, now) => reconcile(manager, key, now),
  proceed: (manager, _key, next, answers, now) => proceedDeployment(manager, next as DeploymentProgress, answers, now),
  watches: {
    deployments: (manager, former, current) => {
      const deployment = current ?? former;
      if (deployment !== undefined) enqueue(manager, DEPLOYMENT_CONTROLLER, keyOf(deployment));
    },
    replicaSets: (manager, former, current) => setChanged(manager, former, current),
    pods: (manager, former, current) => {
      if (current === undefined && former !== undefined) podDeleted(manager, former);
    },
  },
};

const reconcile = (manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const deployment = objectAt(manager.informers, DEPLOYMENTS, key);
  if (deployment === undefined) return undefined;
  const { selector } = deployment.value.spec;
  if (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0) return selectsAll(deployment);
  const picks = selectorOf(selector);
  const kept: ReplicaSetView[] = [];
  const writes = [];
  for (const set of indexed(manager.informers, REPLICA_SETS, 'controller', deployment.header.uid).values()) {
    if (matches(picks, set.header.labels) || deployment.terminating) kept.push(set);
    else writes.push(releaseOf(CLIENT, 'replicasets.apps', set, deployment.header.uid));
  }
  if (!deployment.terminating) {
    const owner = controllerReference('apps/v1', 'Deployment', deployment.header);
    for (const set of indexed(manager.informers, REPLICA_SETS, 'orphans', deployment.header.namespace).values()) {
      if (!set.terminating && matches(picks, set.header.labels)) writes.push(adoptionOf(CLIENT, 'replicasets.apps', set, owner));
    }
  }
  // The sets that change hands come back as events, and those start the sync that counts them.
  if (writes.length > 0) return { writes, next: { stage: 'ends' } satisfies DeploymentProgress };
  return syncDeployment(manager, deployment, kept, now);
};

/** A selector that picks everything would fight over every pod: the deployment is left alone. */
const selectsAll = (deployment: DeploymentView): Work => {
  const { header, value } = deployment;
  const observedGeneration = value.metadata.generation ?? 0;
  const seen = (value.status?.observedGeneration ?? 0) >= observedGeneration;
  return {
    writes: seen ? [] : [updateSubresourceRequest(CLIENT, header, 'status', Object.assign({}, value, { status: Object.assign({}, value.status, { observedGeneration }) }))],
    events: [{ about: deploymentReference(deployment), type: 'Warning', reason: 'SelectingAll', message: 'This deployment is selecting all pods. A non-empty selector is required.' }],
  };
};

const setChanged = (manager: ControllerManager, former: ReplicaSetView | undefined, current: ReplicaSetView | undefined): void => {
  if (former !== undefined && former.controller?.uid !== current?.controller?.uid) enqueueOwner(manager, former);
  if (current === undefined) return;
  if (current.controller !== undefined) {
    enqueueOwner(manager, current);
    return;
  }
  for (const deployment of indexed(manager.informers, DEPLOYMENTS, 'namespace', current.header.namespace).values()) {
    if (matches(selectorOf(deployment.value.spec.selector), current.header.labels)) enqueue(manager, DEPLOYMENT_CONTROLLER, keyOf(deployment));
  }
};

const enqueueOwner = (manager: ControllerManager, set: ReplicaSetView): void => {
  if (set.controller?.kind === 'Deployment') enqueue(manager, DEPLOYMENT_CONTROLLER, objectKey(set.header.namespace, set.controller.name));
};

/** A Recreate rollout goes on when the last old pod has gone, which no ReplicaSet tells. */
const podDeleted = (manager: ControllerManager, pod: PodView): void => {
  if (pod.controller?.kind !== 'ReplicaSet') return;
  const set = objectAt(manager.informers, REPLICA_SETS, objectKey(pod.header.namespace, pod.controller.name));
  if (set?.controller?.kind !== 'Deployment') return;
  const key = objectKey(pod.header.namespace, set.controller.name);
  if (objectAt(manager.informers, DEPLOYMENTS, key)?.value.spec.strategy?.type === 'Recreate') enqueue(manager, DEPLOYMENT_CONTROLLER, key);
};
