import type { KubernetesObject } from '../../api/object.js';
import type { Pod } from '../../api/generated/types.js';
import type { PodInfo } from '../cache/pod-info.js';
import { type ClusterEvent, covers, UNSCHEDULABLE_TIMEOUT } from '../framework/cluster-event.js';
import type { Profile } from '../framework/profile.js';
import { podChanges } from '../framework/pod-changes.js';
import { type BackoffLimits, DEFAULT_BACKOFF, backoffEnd, waits } from './backoff.js';
import { type Change, type InFlight, enterFlight, eventsSince, leaveFlight, logEvent, newInFlight } from './in-flight.js';
import { type KeyedHeap, heapDelete, heapGet, heapPeek, heapPop, heapPut, newKeyedHeap } from './keyed-heap.js';

/** A pod on its way through the queue (framework/types.go `QueuedPodInfo`). Times in milliseconds. */
export interface QueuedPod {
  pod: PodInfo;
  /** When it entered the queue, or came back to it. */
  timestamp: number;
  /** Grows with each pod that enters or comes back: who came first, of those that came at one instant. */
  sequence: number;
  /** When it was first tried; what "create to scheduled" is measured from. */
  firstAttempt: number | undefined;
  attempts: number;
  unschedulableCount: number;
  errorCount: number;
  backoffUntil: number;
  /** Who refused it last; none after an error. */
  unschedulablePlugins: Set<string>;
  gatedBy: string | undefined;
}

/**
 * Pods that wait for a node (backend/queue/scheduling_queue.go): those to be tried now, those that wait for a back-off to end (after
 * an error in a heap of their own), and those that wait for the cluster to change, gated ones among them. All plain data.
 */
export interface SchedulingQueue {
  readonly limits: BackoffLimits;
  readonly active: KeyedHeap<QueuedPod>;
  readonly backoff: KeyedHeap<QueuedPod>;
  readonly errorBackoff: KeyedHeap<QueuedPod>;
  readonly unschedulable: Map<string, QueuedPod>;
  readonly inFlight: InFlight;
  sequence: number;
}

/** podMaxInUnschedulablePodsDuration: then a pod is tried again whatever happened. */
export const MOST_UNSCHEDULABLE = 5 * 60_000;

export const newSchedulingQueue = (limits: BackoffLimits = DEFAULT_BACKOFF): SchedulingQueue => ({
  limits,
  active: newKeyedHeap(),
  backoff: newKeyedHeap(),
  errorBackoff: newKeyedHeap(),
  unschedulable: new Map(),
  inFlight: newInFlight(),
  sequence: 0,
});

type Strategy = 'skip' | 'after-backoff';

/** A clock of milliseconds, or a virtual one, shows many pods one time; Go's nanoseconds do not. */
const activeLess =
  ({ less }: Profile) =>
  (a: QueuedPod, b: QueuedPod): boolean =>
    less(a, b) || (a.sequence < b.sequence && !less(b, a));
const backoffLess = (profile: Profile): ((a: QueuedPod, b: QueuedPod) => boolean) => {
  const less = activeLess(profile);
  return (a, b) => (a.backoffUntil === b.backoffUntil ? less(a, b) : a.backoffUntil < b.backoffUntil);
};
const errorLess = (a: QueuedPod, b: QueuedPod): boolean => a.backoffUntil < b.backoffUntil;

/** A new pod: it is tried at once, unless something gates it. */
export const addToQueue = (queue: SchedulingQueue, profile: Profile, pod: PodInfo, now: number): void => {
  const queued: QueuedPod = {
    pod,
    timestamp: now,
    sequence: queue.sequence++,
    firstAttempt: undefined,
    attempts: 0,
    unschedulableCount: 0,
    errorCount: 0,
    backoffUntil: 0,
    unschedulablePlugins: new Set(),
    gatedBy: undefined,
  };
  moveToActive(queue, profile, queued);
};

/** The next pod to try; it is in flight until `doneInQueue` or `returnToQueue`. With nothing to do, a back-off is cut short (never after an error). */
export const popFromQueue = (queue: SchedulingQueue, profile: Profile, now: number): QueuedPod | undefined => {
  for (;;) {
    const queued = heapPop(queue.active, activeLess(profile)) ?? heapPop(queue.backoff, backoffLess(profile));
    if (!queued) return undefined;
    queued.attempts++;
    queued.firstAttempt ??= now;
    queued.unschedulablePlugins.clear();
    // The same pod twice in flight would be a fault of whoever fed the queue; the real one discards it too.
    if (queue.inFlight.pods.has(queued.pod.uid)) continue;
    enterFlight(queue.inFlight, queued.pod.uid);
    return queued;
  }
};

/** The pod is decided: events that come now no longer concern it. */
export const doneInQueue = (queue: SchedulingQueue, uid: string): void => leaveFlight(queue.inFlight, uid);

/** A pod that found no node, or met an error, comes back (`AddUnschedulableIfNotPresent`). `queued.unschedulablePlugins` says who refused it. */
export const returnToQueue = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod, now: number): void => {
  const { key, uid } = queued.pod;
  const present = queue.unschedulable.has(key) || queue.active.positions.has(key) || queue.backoff.positions.has(key) || queue.errorBackoff.positions.has(key);
  if (!present) {
    if (queued.unschedulablePlugins.size === 0) queued.errorCount++;
    else {
      queued.unschedulableCount++;
      queued.errorCount = 0;
    }
    queued.timestamp = now;
    queued.sequence = queue.sequence++;
    queued.backoffUntil = backoffEnd(queued, queue.limits);
    const worth = queued.unschedulablePlugins.size === 0 || eventsSince(queue.inFlight, uid).some((change) => worthTrying(profile, queued, change) !== 'skip');
    requeue(queue, profile, queued, worth ? 'after-backoff' : 'skip', now);
  }
  leaveFlight(queue.inFlight, uid);
};

/** A pending pod changed. Where it waits for the cluster to change, the change itself may be what it waited for. */
export const updateInQueue = (queue: SchedulingQueue, profile: Profile, former: Pod, pod: PodInfo, now: number): void => {
  const changes = podChanges(former, pod.pod).map((event): Change => ({ event, former, current: pod.pod }));
  if (queue.inFlight.pods.has(pod.uid)) {
    for (const change of changes) logEvent(queue.inFlight, change);
    return;
  }
  const { key } = pod;
  for (const [heap, less] of [
    [queue.active, activeLess(profile)],
    [queue.backoff, backoffLess(profile)],
    [queue.errorBackoff, errorLess],
  ] as const) {
    const queued = heapGet(heap, key);
    if (!queued) continue;
    queued.pod = pod;
    heapPut(heap, key, queued, less);
    return;
  }
  const queued = queue.unschedulable.get(key);
  if (!queued) {
    addToQueue(queue, profile, pod, now);
    return;
  }
  queued.pod = pod;
  for (const change of changes) if (requeue(queue, profile, queued, worthTrying(profile, queued, change), now)) return;
};

export const deleteFromQueue = (queue: SchedulingQueue, profile: Profile, key: string): void => {
  if (heapDelete(queue.active, key, activeLess(profile))) return;
  if (heapDelete(queue.backoff, key, backoffLess(profile))) return;
  if (heapDelete(queue.errorBackoff, key, errorLess)) return;
  queue.unschedulable.delete(key);
};

/** Whether any pod waits for the cluster to change, so that a change need be looked at. */
export const anyWaits = (queue: SchedulingQueue): boolean => queue.unschedulable.size > 0 || queue.inFlight.pods.size > 0;

/** The cluster changed: pods whose refusers say that it may help are moved (`MoveAllToActiveOrBackoffQueue`). */
export const moveAll = (queue: SchedulingQueue, profile: Profile, event: ClusterEvent, former: KubernetesObject | undefined, current: KubernetesObject | undefined, now: number): void => {
  if (!anyWaits(queue) || !profile.interest(event)) return;
  const change: Change = { event, former, current };
  for (const queued of [...queue.unschedulable.values()]) moveIfWorth(queue, profile, queued, change, now);
  logEvent(queue.inFlight, change);
};

const moveIfWorth = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod, change: Change, now: number): void => {
  if (queued.gatedBy !== undefined && !profile.eventsOf(queued.gatedBy).some((registered) => covers(registered, change.event))) return;
  const strategy = worthTrying(profile, queued, change);
  if (strategy === 'skip') return;
  queue.unschedulable.delete(queued.pod.key);
  requeue(queue, profile, queued, strategy, now);
};

/** Moves pods whose back-off is over; to be called every second. */
export const flushBackoff = (queue: SchedulingQueue, profile: Profile, now: number): void => {
  const less = backoffLess(profile);
  for (let next = heapPeek(queue.backoff); next && !waits(next.backoffUntil, now); next = heapPeek(queue.backoff)) {
    heapPop(queue.backoff, less);
    activate(queue, profile, next);
  }
  for (let next = heapPeek(queue.errorBackoff); next && !waits(next.backoffUntil, now); next = heapPeek(queue.errorBackoff)) {
    heapPop(queue.errorBackoff, errorLess);
    activate(queue, profile, next);
  }
};

/** Moves pods that have waited for five minutes; to be called every 30 s. */
export const flushUnschedulable = (queue: SchedulingQueue, profile: Profile, now: number): void => {
  const change: Change = { event: UNSCHEDULABLE_TIMEOUT, former: undefined, current: undefined };
  let moved = false;
  for (const queued of [...queue.unschedulable.values()]) {
    if (now - queued.timestamp <= MOST_UNSCHEDULABLE) continue;
    moved = true;
    moveIfWorth(queue, profile, queued, change, now);
  }
  if (moved) logEvent(queue.inFlight, change);
};

/** Asks the plugins that refused the pod; a pod that nobody refused came back after an error, and is always worth it. */
const worthTrying = (profile: Profile, queued: QueuedPod, { event, former, current }: Change): Strategy => {
  if (queued.unschedulablePlugins.size === 0 || event.resource === '*') return 'after-backoff';
  for (const { plugin, registered } of profile.hints) {
    if (!queued.unschedulablePlugins.has(plugin) || !covers(registered.event, event)) continue;
    if (!registered.hint || registered.hint(queued.pod, former, current) === 'Queue') return 'after-backoff';
  }
  return 'skip';
};

/** Says whether the pod left the unschedulable ones. */
const requeue = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod, strategy: Strategy, now: number): boolean => {
  if (strategy === 'skip') {
    queue.unschedulable.set(queued.pod.key, queued);
    return false;
  }
  if (!waits(queued.backoffUntil, now)) return moveToActive(queue, profile, queued);
  if (gate(queue, profile, queued)) return false;
  queue.unschedulable.delete(queued.pod.key);
  if (queued.unschedulablePlugins.size === 0) heapPut(queue.errorBackoff, queued.pod.key, queued, errorLess);
  else heapPut(queue.backoff, queued.pod.key, queued, backoffLess(profile));
  return true;
};

const moveToActive = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod): boolean => {
  if (gate(queue, profile, queued)) return false;
  activate(queue, profile, queued);
  return true;
};

const activate = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod): void => {
  queue.unschedulable.delete(queued.pod.key);
  heapPut(queue.active, queued.pod.key, queued, activeLess(profile));
};

/** Runs PreEnqueue; a gated pod is put among the unschedulable ones. */
const gate = (queue: SchedulingQueue, profile: Profile, queued: QueuedPod): boolean => {
  for (const plugin of profile.preEnqueue) {
    if (!plugin.preEnqueue?.(queued.pod)) continue;
    queued.gatedBy = plugin.name;
    queued.unschedulablePlugins.add(plugin.name);
    queue.unschedulable.set(queued.pod.key, queued);
    return true;
  }
  queued.gatedBy = undefined;
  return false;
};
