import { type Instant, later, milliseconds, seconds } from '@naumachia/core';
import type { Node, Taint, Toleration } from '../../api/generated/types.js';
import type { ApiAnswer, Stored } from '../../api/requests.js';
import type { EventToRecord } from '../../machinery/event-recorder.js';
import { indexed, objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { deleteRequest, hasFailed, isRefused, keyOf, patchRequest, serviceAccountClient } from '../../machinery/requests.js';
import { formatTime } from '../../api/time-format.js';
import { PODS } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import type { PodView } from '../pod-view.js';
import { podReference } from './node-monitor.js';

const NAME = 'taint-eviction-controller';
const CLIENT = serviceAccountClient('node-controller', 'kube-controller-manager');

/** Evicts the pods of a node that do not tolerate its NoExecute taints, or not for longer (pkg/controller/tainteviction). */
export const taintEvictionController: ManagedController = {
  name: NAME,
  workers: 8,
  reconcile: (manager, key, now) => reconcile(manager, key, now),
  proceed: (_manager, _key, next, answers) => deleteMarked(next as PodView, answers),
  watches: {
    nodes: (manager, former, current) => nodeChanged(manager, former, current),
    pods: (manager, former, current) => {
      // Most clusters have no node whose taints evict, most of the time: then a pod costs two comparisons.
      const { evictions, executing } = manager.memory;
      const pod = current ?? former;
      if (pod === undefined || (evictions.size === 0 && executing.size === 0)) return;
      if (evictions.has(keyOf(pod))) enqueue(manager, NAME, keyOf(pod));
      else if (current !== undefined && executing.has(current.nodeName) && (former?.nodeName !== current.nodeName || former.evictionTolerations !== current.evictionTolerations)) enqueue(manager, NAME, keyOf(current));
    },
  },
};

const nodeChanged = (manager: ControllerManager, former: Stored<Node> | undefined, current: Stored<Node> | undefined): void => {
  const name = (current ?? former)?.header.name;
  if (name === undefined) return;
  const { executing } = manager.memory;
  const before = executing.get(name) ?? NO_TAINTS;
  const after = (current?.value.spec?.taints ?? NO_TAINTS).filter(({ effect }) => effect === 'NoExecute');
  if (after.length === 0) executing.delete(name);
  else executing.set(name, after);
  if (before.length === after.length && before.every((taint, i) => taint.key === after[i]?.key && taint.value === after[i]?.value)) return;
  for (const pod of indexed(manager.informers, PODS, 'node', name).values()) enqueue(manager, NAME, keyOf(pod));
};

const NO_TAINTS: readonly Taint[] = [];

const reconcile = (manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const { evictions } = manager.memory;
  const pod = objectAt(manager.informers, PODS, key);
  if (pod === undefined || pod.terminating) {
    evictions.delete(key);
    return undefined;
  }
  const tolerated = toleratedSeconds(manager.memory.executing.get(pod.nodeName) ?? NO_TAINTS, pod.evictionTolerations);
  if (tolerated === Number.POSITIVE_INFINITY) {
    if (!evictions.delete(key)) return undefined;
    return { writes: [], events: [event(pod, `Cancelling deletion of Pod ${key}`)] };
  }
  // The time counts from the first taint that the pod does not bear for ever.
  const since = evictions.get(key) ?? now;
  const due = tolerated <= 0 ? now : later(since, seconds(tolerated));
  if (due > now) {
    evictions.set(key, since);
    return { writes: [], requeueAfter: milliseconds(due - now) };
  }
  evictions.delete(key);
  const mark = {
    metadata: { uid: pod.header.uid },
    status: {
      conditions: [
        { type: 'DisruptionTarget', observedGeneration: pod.generation, status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(now), reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
      ],
    },
  };
  return { writes: [patchRequest(CLIENT, 'pods', pod.header.namespace, pod.header.name, 'strategic', mark, 'status')], next: pod, events: [event(pod, `Marking for deletion Pod ${key}`)] };
};

const deleteMarked = (pod: PodView, [marked]: readonly ApiAnswer[]): Work | undefined => {
  if (marked === undefined || isRefused(marked, 'NotFound')) return undefined;
  if (hasFailed(marked)) return { writes: [], failed: true };
  return { writes: [deleteRequest(CLIENT, 'pods', pod.header.namespace, pod.header.name)] };
};

const event = (pod: PodView, message: string): EventToRecord => ({ about: podReference(pod), type: 'Normal', reason: 'TaintManagerEviction', message });

/** For how many seconds the pod bears all the taints: 0 if one is not tolerated, infinite if none sets a limit. */
export const toleratedSeconds = (taints: readonly Taint[], tolerations: readonly Toleration[]): number => {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const bearing = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (bearing.length === 0) return 0;
    for (const { tolerationSeconds } of bearing) if (tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, tolerationSeconds));
  }
  return least;
};

const tolerates = ({ key, operator, value, effect }: Toleration, taint: Taint): boolean => {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === undefined || operator === '' || operator === 'Equal') && key !== undefined && key !== '' && (value ?? '') === (taint.value ?? '');
};
