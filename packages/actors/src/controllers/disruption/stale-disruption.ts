import { type Instant, later, milliseconds, seconds } from '@naumachia/core';
import { formatTime } from '../../api/time-format.js';
import { objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { keyOf, patchRequest, serviceAccountClient } from '../../machinery/requests.js';
import { PODS } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { isActive, type PodView } from '../pod-view.js';

const NAME = 'disruption-controller';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
/** pkg/controller/disruption: stalePodDisruptionTimeout. */
const TIMEOUT = seconds(120);

/**
 * Takes back that a pod is about to be disrupted when it still lives two minutes later: who marked it could not delete it any more (the part
 * of pkg/controller/disruption that has nothing to do with budgets; these are not kept yet).
 */
export const staleDisruptionController: ManagedController = {
  name: NAME,
  workers: 1,
  reconcile: (manager, key, now) => reconcile(manager, key, now),
  watches: {
    pods: (manager, former, current) => {
      if (current !== undefined && current.disruptedSince !== former?.disruptedSince && isMarked(current)) enqueue(manager, NAME, keyOf(current));
    },
  },
};

const isMarked = (pod: PodView): boolean => pod.disruptedSince > 0 && isActive(pod);

const reconcile = (manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const pod = objectAt(manager.informers, PODS, key);
  if (pod === undefined || !isMarked(pod)) return undefined;
  const due = later(pod.disruptedSince, TIMEOUT);
  if (due > now) return { writes: [], requeueAfter: milliseconds(due - now) };
  const unmarked = {
    metadata: { uid: pod.header.uid },
    status: { conditions: [{ type: 'DisruptionTarget', observedGeneration: pod.generation, status: 'False', lastProbeTime: null, lastTransitionTime: formatTime(now), reason: null, message: null }] },
  };
  return { writes: [patchRequest(CLIENT, 'pods', pod.header.namespace, pod.header.name, 'strategic', unmarked, 'status')] };
};
