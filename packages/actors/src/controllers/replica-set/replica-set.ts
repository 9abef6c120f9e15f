import { type ActorContext, seconds } from '@naumachia/core';
import { matches, selectorOf } from '../../api/label-selector.js';
import { creationObserved, deletionObserved, forgetExpectations } from '../../machinery/expectations.js';
import { objectAt } from '../../machinery/informer.js';
import { controllerState, enqueue, enqueueAfter } from '../../machinery/reconciler.js';
import { keyOf, objectKey } from '../../machinery/requests.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { sameLabels } from '../lean-header.js';
import { type PodView } from '../pod-view.js';
import type { ReplicaSetView } from '../workload-views.js';
import { proceedSet, reconcileSet, type SetProgress, setsIn } from './reconcile.js';
import { REPLICA_SET, REPLICATION_CONTROLLER, type SetKind } from './set-kind.js';

/** The controller of one kind of replicated set: it keeps as many pods as the spec says. */
const setController = (kind: SetKind): ManagedController => {
  const setChanged = (manager: ControllerManager, former: ReplicaSetView | undefined, current: ReplicaSetView | undefined): void => {
    const set = current ?? former;
    if (set === undefined) return;
    if (current === undefined) forgetExpectations(controllerState(manager, kind.controller).expectations, keyOf(set));
    enqueue(manager, kind.controller, keyOf(set));
  };
  return {
    name: kind.controller,
    workers: 5,
    reconcile: (manager, key, now) => reconcileSet(kind, manager, key, now),
    proceed: (manager, _key, next, answers, now) => proceedSet(kind, manager, next as SetProgress, answers, now),
    watches: {
      ...(kind === REPLICA_SET ? { replicaSets: setChanged } : { replicationControllers: setChanged }),
      pods: (manager, former, current, context) => podChanged(kind, manager, former, current, context),
    },
  };
};

export const replicaSetController = setController(REPLICA_SET);
export const replicationControllerController = setController(REPLICATION_CONTROLLER);

const podChanged = (kind: SetKind, manager: ControllerManager, former: PodView | undefined, current: PodView | undefined, context: ActorContext): void => {
  const pod = current ?? former;
  if (pod === undefined) return;
  const owner = ownerOf(kind, manager, pod);
  if (current === undefined || current.terminating) {
    // A deletion timestamp is as good as the deletion: the pod will not come back.
    if (owner !== undefined) {
      deletionObserved(controllerState(manager, kind.controller).expectations, keyOf(owner), keyOf(pod));
      if (former === undefined || current === undefined || matters(former, current)) enqueue(manager, kind.controller, keyOf(owner));
    }
    return;
  }
  if (former === undefined) {
    if (owner !== undefined) {
      creationObserved(controllerState(manager, kind.controller).expectations, keyOf(owner));
      enqueue(manager, kind.controller, keyOf(owner));
    } else if (current.controller === undefined) enqueueMatching(kind, manager, current);
    return;
  }
  if (former.controller?.uid !== current.controller?.uid) {
    const formerOwner = ownerOf(kind, manager, former);
    if (formerOwner !== undefined) enqueue(manager, kind.controller, keyOf(formerOwner));
  }
  if (owner !== undefined) {
    if (!matters(former, current)) return;
    enqueue(manager, kind.controller, keyOf(owner));
    // Not before then can the pod be available; a second more, as clocks of nodes differ (replica_set.go: updatePod).
    if (!former.ready && current.ready && owner.minReadySeconds > 0) enqueueAfter(manager, kind.controller, keyOf(owner), seconds(owner.minReadySeconds + 1), context);
  } else if (current.controller === undefined && (former.controller !== undefined || !sameLabels(former.header.labels, current.header.labels))) {
    enqueueMatching(kind, manager, current);
  }
};

/** The real controller syncs on every change of a pod; only these can change what it writes. */
const matters = (former: PodView, current: PodView): boolean =>
  former.phase !== current.phase ||
  former.ready !== current.ready ||
  former.readySince !== current.readySince ||
  former.terminating !== current.terminating ||
  former.controller?.uid !== current.controller?.uid ||
  !sameLabels(former.header.labels, current.header.labels);

const ownerOf = (kind: SetKind, manager: ControllerManager, pod: PodView): ReplicaSetView | undefined => {
  const { controller } = pod;
  if (controller === undefined || controller.kind !== kind.kind) return undefined;
  const set = objectAt(manager.informers, kind.cache, objectKey(pod.header.namespace, controller.name));
  return set?.header.uid === controller.uid ? set : undefined;
};

const enqueueMatching = (kind: SetKind, manager: ControllerManager, pod: PodView): void => {
  if (pod.labelTerms.length === 0) return;
  for (const set of setsIn(kind, manager, pod.header.namespace)) if (matches(selectorOf(set.selector), pod.header.labels)) enqueue(manager, kind.controller, keyOf(set));
};
