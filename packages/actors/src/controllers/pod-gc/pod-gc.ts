import { between, type Instant, seconds } from '@naumachia/core';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import { objectAt, objectsOf } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { deleteRequest, hasFailed, patchRequest, serviceAccountClient } from '../../machinery/requests.js';
import { formatTime } from '../../api/time-format.js';
import { NODES, PODS } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { hasFinished, type PodView } from '../pod-view.js';

const NAME = 'pod-garbage-collector';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
/** pkg/controller/podgc: gcCheckPeriod, quarantineTime. */
const PERIOD = seconds(20);
const QUARANTINE = seconds(40);
const DEFAULT_THRESHOLD = 12_500;

interface Progress {
  readonly pods: readonly PodView[];
}

/** Removes pods that nobody else will: of lost nodes, unscheduled ones being deleted, and finished ones beyond a number. */
export const podGarbageCollector: ManagedController = {
  name: NAME,
  workers: 1,
  reconcile: (manager, _key, now) => collect(manager, now),
  proceed: (_manager, _key, next, answers) => deleteMarked(next as Progress, answers),
  watches: {},
  started: (manager) => enqueue(manager, NAME, 'pods'),
};

const collect = (manager: ControllerManager, now: Instant): Work => {
  const { missingNodes } = manager.memory;
  const orphans: PodView[] = [];
  const doomed: PodView[] = [];
  const finished: PodView[] = [];
  const missing = new Set<string>();
  for (const pod of objectsOf(manager.informers, PODS).values()) {
    if (pod.nodeName === '') {
      if (pod.terminating) doomed.push(pod);
    } else if (objectAt(manager.informers, NODES, pod.nodeName) === undefined) {
      missing.add(pod.nodeName);
      const since = missingNodes.get(pod.nodeName);
      if (since === undefined) missingNodes.set(pod.nodeName, now);
      else if (between(since, now) >= QUARANTINE) orphans.push(pod);
    }
    if (hasFinished(pod) && !pod.terminating) finished.push(pod);
  }
  for (const node of [...missingNodes.keys()]) if (!missing.has(node)) missingNodes.delete(node);
  const excess = finished.length - (manager.config.terminatedPodThreshold ?? DEFAULT_THRESHOLD);
  if (excess > 0) doomed.push(...finished.sort((a, b) => a.created - b.created).slice(0, excess));
  const marks = orphans.filter((pod) => !hasFinished(pod));
  const gone = [...doomed, ...orphans];
  if (gone.length === 0) return { writes: [], requeueAfter: PERIOD };
  if (marks.length === 0) return { writes: gone.map(forced), requeueAfter: PERIOD };
  return { writes: marks.map((pod) => mark(pod, now)), next: { pods: gone } satisfies Progress, requeueAfter: PERIOD };
};

const deleteMarked = ({ pods }: Progress, answers: readonly ApiAnswer[]): Work => ({ writes: pods.map(forced), requeueAfter: PERIOD, failed: answers.some(hasFailed) });

/** A pod whose node is gone has failed, whatever its last status said. */
const mark = (pod: PodView, now: Instant): ApiRequest =>
  patchRequest(CLIENT, 'pods', pod.header.namespace, pod.header.name, 'strategic', {
    metadata: { uid: pod.header.uid },
    status: {
      phase: 'Failed',
      conditions: [{ type: 'DisruptionTarget', observedGeneration: pod.generation, status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(now), reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }],
    },
  }, 'status');

const forced = ({ header }: PodView): ApiRequest => deleteRequest(CLIENT, 'pods', header.namespace, header.name, { gracePeriodSeconds: 0 });
