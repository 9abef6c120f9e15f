import { type ActorContext, atomically, type Flow, request } from '@naumachia/core';
import type { Container, Node, Pod } from '../api/generated/types.js';
import type { ApiAnswer, ApiRequest, Stored } from '../api/requests.js';
import { formatTime } from '../api/time-format.js';
import { defineInformer, informerGroup, objectsOf } from '../machinery/informer.js';
import { API_SERVER, getRequest, objectOf } from '../machinery/requests.js';
import { admit, asksForNode, hostPorts, type NodeRoom } from './admission.js';
import { EMULATED_RUNTIME } from './emulated-runtime.js';
import { nodeLabels } from './kubelet-config.js';
import { count, environmentOf, type KubeletState, tend } from './kubelet-state.js';
import { allocatableOf } from './node-status.js';
import { OWN_NODE } from './own-node.js';
import { isTerminalPhase } from './pod-status.js';
import { podGone } from './pod-worker.js';
import { podWorker } from './pod-worker-state.js';
import { takeListed, takeUpdate, whoseWrite } from './pod-updates.js';
import { statusChanged } from './status-writer.js';

/** The pods that are bound to the node. */
const PODS = defineInformer<KubeletState, Pod>({
  resource: 'pods',
  selector: (state) => `spec.nodeName=${state.config.node}`,
  changed: (state, former, current, context) => {
    if (current === undefined) {
      if (former) podDeleted(state, former, context);
    } else if (state.workers.has(current.header.uid)) podUpdated(state, current, context);
    else podAdded(state, current, context);
  },
});

const relisted = (state: KubeletState, context: ActorContext): void => {
  for (const stored of objectsOf(state.informers, PODS).values()) {
    const worker = state.workers.get(stored.header.uid);
    if (worker) takeListed(state, worker, stored, context);
  }
};

export const informers = informerGroup<KubeletState>([PODS, OWN_NODE], (state) => state.client, undefined, relisted);

const podAdded = (state: KubeletState, stored: Stored<Pod>, context: ActorContext): void => {
  const pod = stored.value;
  const { uid } = stored.header;
  if (pod.status?.podIP !== undefined) EMULATED_RUNTIME.passOver(state.runtime, pod.status.podIP);
  if (isTerminalPhase(pod.status?.phase)) {
    const ended = Object.assign({}, podWorker(stored, 0, 0, context.now), { stage: 'finished' as const, status: pod.status });
    state.workers.set(uid, ended);
    statusChanged(state, ended, context);
  } else if (pod.metadata.deletionTimestamp !== undefined) {
    const leaving = Object.assign({}, podWorker(stored, 0, 0, context.now), { stage: 'terminating' as const });
    state.workers.set(uid, leaving);
    tend(state, leaving, context);
  } else admitPod(state, stored, context);
};

const admitPod = (state: KubeletState, stored: Stored<Pod>, context: ActorContext): void => {
  const admission = admit(stored.value, roomOf(state, stored.value));
  if (!admission.admitted && admission.reason === 'NodeAffinity' && state.labels === undefined && asksForNode(stored.value.spec)) {
    // Somebody may have put labels on the node since it registered.
    context.run(admitWithNode, { key: `${stored.header.namespace}/${stored.header.name}`, uid: stored.header.uid });
    return;
  }
  const environment = environmentOf(state, context);
  if (admission.admitted) {
    const worker = podWorker(stored, admission.cpu, admission.memory, context.now);
    state.workers.set(worker.uid, worker);
    count(state, worker);
    tend(state, worker, context, environment);
    return;
  }
  const { reason, message } = admission;
  const { generation } = stored.value.metadata;
  const status = { ...(generation !== undefined && { observedGeneration: generation }), phase: 'Failed', message: `Pod was rejected: ${message}`, reason, startTime: formatTime(context.now) };
  const rejected = Object.assign({}, podWorker(stored, 0, 0, context.now), { stage: 'finished' as const, status });
  state.workers.set(rejected.uid, rejected);
  environment.event(rejected, 'Warning', reason, message);
  statusChanged(state, rejected, context);
};

/** Admits a pod that asks for labels with those that the node has at the moment. */
export function* admitWithNode(pod: { readonly key: string; readonly uid: string }): Flow {
  const get = yield* atomically<KubeletState, ApiRequest>((state) => getRequest(state.client, 'nodes', '', state.config.node));
  const answer = yield* request(API_SERVER, get);
  yield* atomically<KubeletState, void>((state, context) => nodeFetched(state, pod, answer, context));
}

const nodeFetched = (state: KubeletState, { key, uid }: { readonly key: string; readonly uid: string }, answer: ApiAnswer, context: ActorContext): void => {
  const stored = state.informers.byName.get(PODS.name)?.objects.get(key) as Stored<Pod> | undefined;
  if (stored?.header.uid !== uid || state.workers.has(uid)) return;
  const node = objectOf(answer)?.value as Node | undefined;
  state.labels = node?.metadata.labels ?? nodeLabels(state.config);
  admitPod(state, stored, context);
  // They are asked for again: they may change again.
  state.labels = undefined;
};

const roomOf = (state: KubeletState, pod: Pod): NodeRoom => {
  const ports: string[] = [];
  if (pod.spec.containers.some(asksForHostPort)) {
    for (const worker of state.workers.values()) if (worker.counted) ports.push(...hostPorts(worker.stored.value.spec));
  }
  const { config } = state;
  const labels = state.labels ?? (asksForNode(pod.spec) ? nodeLabels(config) : NO_LABELS);
  return Object.assign({}, state.used, { allocatable: allocatableOf(config), node: config.node, labels, taints: [], ports });
};

const asksForHostPort = ({ ports }: Container): boolean => ports?.some(({ hostPort }) => hostPort !== undefined) === true;

const NO_LABELS: Readonly<Record<string, string>> = {};

const podUpdated = (state: KubeletState, stored: Stored<Pod>, context: ActorContext): void => {
  const worker = state.workers.get(stored.header.uid);
  if (worker === undefined) return;
  switch (whoseWrite(worker, stored)) {
    case 'own':
      // The stored object shows now what was written.
      if (worker.shown !== undefined) statusChanged(state, worker, context);
      return;
    case 'unknown':
      return;
    case 'foreign':
      return takeUpdate(state, worker, stored, context);
  }
};

const podDeleted = (state: KubeletState, stored: Stored<Pod>, context: ActorContext): void => {
  const worker = state.workers.get(stored.header.uid);
  if (worker === undefined) return;
  podGone(worker);
  tend(state, worker, context);
};
