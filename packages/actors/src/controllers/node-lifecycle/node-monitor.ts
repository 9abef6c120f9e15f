import { type Instant, milliseconds, seconds } from '@naumachia/core';
import type { Node, NodeCondition, ObjectReference } from '../../api/generated/types.js';
import type { ApiAnswer, ApiRequest, Stored } from '../../api/requests.js';
import type { EventToRecord } from '../../machinery/event-recorder.js';
import { indexed, objectAt, objectsOf } from '../../machinery/informer.js';
import { enqueue, enqueueAfter, type Work } from '../../machinery/reconciler.js';
import { hasFailed, patchRequest, updateSubresourceRequest } from '../../machinery/requests.js';
import { formatTime } from '../../api/time-format.js';
import { LEASES, NODES, PODS } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { hasFinished, type PodView } from '../pod-view.js';
import { isStillCalm, noteSigns, readyCondition, silentConditions } from './node-health.js';
import { EVICTOR } from './node-evictor.js';
import { CLIENT, evictionKey, hasEvictionTaint, isEvictionTaint, taintPatches } from './taints.js';
import { newZone, zoneOf, zoneRate, type ZoneState, zoneState } from './zones.js';

const NAME = 'node-lifecycle-controller';
/** --node-monitor-period. */
const PERIOD = seconds(5);
/** The key of nodes that are new, and how long it waits for more of them. */
const NEW_NODES = 'new-nodes';
const REGISTER_AFTER = seconds(1);
/** --node-monitor-grace-period, since Kubernetes 1.32. */
const GRACE_SECONDS = 50;

type Progress =
  | { readonly stage: 'said-unknown'; readonly silent: readonly Stored<Node>[]; readonly taints: readonly ApiRequest[] }
  | { readonly stage: 'rest' };

/** Looks at every node each five seconds: says which are lost, and has their pods marked and evicted. */
export const nodeMonitor: ManagedController = {
  name: NAME,
  component: 'node-controller',
  workers: 1,
  reconcile: (manager, key, now) => (key === NEW_NODES ? register(manager, now) : monitor(manager, now)),
  proceed: (manager, _key, next, answers, now) => proceed(manager, next as Progress, answers, now),
  watches: {
    nodes: (manager, former, current, context) => {
      if (former === undefined && current !== undefined) enqueueAfter(manager, NAME, NEW_NODES, REGISTER_AFTER, context);
    },
  },
  started: (manager) => enqueue(manager, NAME, 'nodes'),
};

/**
 * Says of nodes that they are there, a little after they came and all together. The real monitor says it when it looks next, which may be
 * within this time or five seconds later.
 */
const register = (manager: ControllerManager, now: Instant): Work => {
  const { health } = manager.memory;
  const events: EventToRecord[] = [];
  for (const [name, node] of objectsOf(manager.informers, NODES)) {
    if (health.has(name)) continue;
    events.push(registeredNode(name, node));
    health.set(name, noteSigns(undefined, node.value, objectAt(manager.informers, LEASES, `kube-node-lease/${name}`)?.value, now));
  }
  return { writes: [], events };
};

const registeredNode = (name: string, node: Stored<Node>): EventToRecord => ({ about: nodeReference(node), type: 'Normal', reason: 'RegisteredNode', message: `Node ${name} event: Registered Node ${name} in Controller` });

const monitor = (manager: ControllerManager, now: Instant): Work => {
  const { health, zones } = manager.memory;
  const nodes = objectsOf(manager.informers, NODES);
  const events: EventToRecord[] = [];
  const silent: Stored<Node>[] = [];
  const writes: ApiRequest[] = [];
  const taints: ApiRequest[] = [];
  const counts = new Map<string, { ready: number; notReady: number }>();
  const grace = manager.config.nodeMonitorGraceSeconds ?? GRACE_SECONDS;
  const countIn = (zone: string, ready: string): void => {
    let count = counts.get(zone);
    if (count === undefined) counts.set(zone, (count = { ready: 0, notReady: 0 }));
    count[ready === 'True' ? 'ready' : 'notReady']++;
  };
  for (const [name, node] of nodes) {
    const lease = objectAt(manager.informers, LEASES, `kube-node-lease/${name}`);
    const known = health.get(name);
    if (known?.calm !== undefined && isStillCalm(known, node, lease, grace, now)) {
      countIn(known.calm.zone, 'True');
      continue;
    }
    if (known === undefined) events.push(registeredNode(name, node));
    const signs = noteSigns(known, node.value, lease?.value, now);
    health.set(name, signs);
    const conditions = silentConditions(signs, node.value, grace, now);
    if (conditions !== undefined) {
      writes.push(updateSubresourceRequest(CLIENT, node.header, 'status', Object.assign({}, node.value, { status: Object.assign({}, node.value.status, { conditions }) })));
      if (readyCondition(node.value)?.status === 'True') {
        silent.push(node);
        events.push({ about: nodeReference(node), type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` });
      }
    }
    const ready = statusOf(conditions, node.value);
    const wanted = evictionTaints(manager, node, ready, now);
    taints.push(...wanted);
    const zone = zoneOf(node.value);
    countIn(zone, ready);
    signs.calm = ready === 'True' && wanted.length === 0 ? { revision: node.header.revision, zone } : undefined;
  }
  for (const name of [...health.keys()]) {
    if (nodes.has(name)) continue;
    health.delete(name);
    events.push({ about: { kind: 'Node', name, uid: name, apiVersion: 'v1' }, type: 'Normal', reason: 'RemovingNode', message: `Node ${name} event: Removing Node ${name} from Controller` });
    for (const zone of zones.values()) zone.waiting.delete(name);
  }
  judgeZones(manager, counts, now);
  if (writes.length > 0) return { writes, events, next: { stage: 'said-unknown', silent, taints } satisfies Progress, requeueAfter: PERIOD };
  return { writes: taints, events, next: { stage: 'rest' } satisfies Progress, requeueAfter: PERIOD };
};

/** The pods of a lost node take no more traffic, before anybody evicts them. */
const proceed = (manager: ControllerManager, next: Progress, answers: readonly ApiAnswer[], now: Instant): Work => {
  if (next.stage === 'rest') return { writes: [], requeueAfter: PERIOD };
  const writes: ApiRequest[] = [...next.taints];
  const events: EventToRecord[] = [];
  for (const node of next.silent) {
    for (const pod of indexed(manager.informers, PODS, 'node', node.header.name).values()) {
      if (!pod.ready || hasFinished(pod)) continue;
      writes.push(notReady(pod, now));
      events.push({ about: podReference(pod), type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
    }
  }
  // What was refused is tried again soon: the node's status is then still as it was.
  const requeueAfter = answers.some(hasFailed) ? milliseconds(20) : PERIOD;
  return { writes, events, next: { stage: 'rest' } satisfies Progress, requeueAfter };
};

const statusOf = (conditions: readonly NodeCondition[] | undefined, node: Node): string => (conditions === undefined ? readyCondition(node) : conditions.find(({ type }) => type === 'Ready'))?.status ?? 'Unknown';

/** processTaintBaseEviction: a node that is back loses its taint at once; one that is lost waits for its zone's leave. */
const evictionTaints = (manager: ControllerManager, node: Stored<Node>, ready: string, now: Instant): readonly ApiRequest[] => {
  const { name } = node.header;
  const zones = manager.memory.zones;
  const key = zoneOf(node.value);
  let zone = zones.get(key);
  if (zone === undefined) zones.set(key, (zone = newZone(now)));
  const wanted = evictionKey(ready);
  const taints = (node.value.spec?.taints ?? []).filter(isEvictionTaint);
  if (wanted === undefined) {
    zone.waiting.delete(name);
    return hasEvictionTaint(node.value) ? taintPatches(node, [], taints) : [];
  }
  if (taints.some((taint) => taint.key === wanted)) return [];
  // From not-ready to unreachable or back: the pods' time goes on, so there is nothing to wait for.
  if (taints.length > 0) return taintPatches(node, [{ key: wanted, effect: 'NoExecute', timeAdded: formatTime(now) }], taints);
  zone.waiting.add(name);
  enqueue(manager, EVICTOR, key);
  return [];
};

const judgeZones = (manager: ControllerManager, counts: ReadonlyMap<string, { readonly ready: number; readonly notReady: number }>, now: Instant): void => {
  const { zones, health } = manager.memory;
  const states = new Map<string, ZoneState>();
  for (const [key, { ready, notReady }] of counts) states.set(key, zoneState(ready, notReady));
  const everyZoneLost = states.size > 0 && [...states.values()].every((state) => state === 'full');
  const wereAllLost = zones.size > 0 && [...zones.values()].every(({ state }) => state === 'full');
  // Back from being cut off: every node gets a whole grace period to be heard again.
  if (wereAllLost && !everyZoneLost) for (const signs of health.values()) signs.seenAt = now;
  for (const [key, zone] of zones) {
    const count = counts.get(key);
    if (count === undefined) {
      zones.delete(key);
      continue;
    }
    zone.state = states.get(key) ?? 'normal';
    zone.rate = zoneRate(zone.state, count.ready + count.notReady, everyZoneLost);
    if (zone.waiting.size > 0) enqueue(manager, EVICTOR, key);
  }
};

const notReady = (pod: PodView, now: Instant): ApiRequest =>
  patchRequest(CLIENT, 'pods', pod.header.namespace, pod.header.name, 'strategic', { metadata: { uid: pod.header.uid }, status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: formatTime(now) }] } }, 'status');

export const nodeReference = ({ header }: Stored<Node>): ObjectReference => ({ kind: 'Node', name: header.name, uid: header.uid, apiVersion: 'v1' });

export const podReference = ({ header }: PodView): ObjectReference => ({ kind: 'Pod', namespace: header.namespace, name: header.name, uid: header.uid, apiVersion: 'v1', resourceVersion: String(header.revision) });
