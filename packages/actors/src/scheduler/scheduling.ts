import type { Node, Pod } from '../api/generated/types.js';
import { type AssignedPods, assumePod, forgetPod, isAssumed, lowestPriority, newAssignedPods, removeAssignedPod, setAssignedPod } from './cache/assigned-pods.js';
import { type NodeTable, newNodeTable, removeNode, setNode } from './cache/node-table.js';
import { podInfo, podKey, podUid } from './cache/pod-info.js';
import { ASSIGNED_POD_ADD, ASSIGNED_POD_DELETE, NODE_ADD, NODE_DELETE } from './framework/cluster-event.js';
import { nodeChanges } from './framework/node-changes.js';
import { podChanges } from './framework/pod-changes.js';
import type { Profile } from './framework/profile.js';
import { type QueuedPod, type SchedulingQueue, addToQueue, anyWaits, deleteFromQueue, doneInQueue, moveAll, newSchedulingQueue, popFromQueue, returnToQueue, updateInQueue } from './queue/scheduling-queue.js';
import { type CycleTrace, scheduleOne } from './scheduling-cycle.js';

/** All that a scheduler knows and waits for, as plain data. Times are milliseconds since the epoch. */
export interface Scheduling {
  readonly table: NodeTable;
  readonly assigned: AssignedPods;
  readonly queue: SchedulingQueue;
  /** Where the next cycle begins to look at nodes. */
  nextStart: number;
}

export const DEFAULT_SCHEDULER = 'default-scheduler';

export const newScheduling = (): Scheduling => ({ table: newNodeTable(), assigned: newAssignedPods(), queue: newSchedulingQueue(), nextStart: 0 });

/** A Node object came (no `former`), changed, or went (no `current`). */
export const nodeChanged = (scheduling: Scheduling, profile: Profile, former: Node | undefined, current: Node | undefined, now: number): void => {
  const { table, queue } = scheduling;
  if (!current) {
    if (!former) return;
    moveAll(queue, profile, NODE_DELETE, former, undefined, now);
    removeNode(table, former.metadata.name ?? '');
    return;
  }
  setNode(table, current);
  if (!former) moveAll(queue, profile, NODE_ADD, undefined, current, now);
  else for (const event of nodeChanges(former, current)) moveAll(queue, profile, event, former, current, now);
};

/** An object whose value is made when it is looked at: most changes of pods need no look at what they were before. */
export interface Lazily<T> {
  readonly value: T;
}

/** A pod came (no `former`), changed, or went (no `current`); eventhandlers.go. */
export const podChanged = (scheduling: Scheduling, profile: Profile, former: Lazily<Pod> | undefined, current: Lazily<Pod> | undefined, now: number): void => {
  if (!current || isFinished(current.value)) {
    // Finished pods are not seen by the informer of the real scheduler: to it they are gone.
    if (former) podGone(scheduling, profile, former.value, now);
    return;
  }
  const pod = current.value;
  if (pod.spec.nodeName) assignedPod(scheduling, profile, former, pod, pod.spec.nodeName, now);
  else if (isOurs(pod)) pendingPod(scheduling, profile, former, pod, now);
};

const isOurs = (pod: Pod): boolean => (pod.spec.schedulerName ?? DEFAULT_SCHEDULER) === DEFAULT_SCHEDULER;

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

const assignedPod = (scheduling: Scheduling, profile: Profile, former: Lazily<Pod> | undefined, pod: Pod, node: string, now: number): void => {
  const { assigned, table, queue } = scheduling;
  const info = podInfo(pod);
  const wasAssigned = assigned.byUid.get(info.uid)?.assumed === false;
  setAssignedPod(assigned, table, info, node);
  if (!wasAssigned) {
    if (former) deleteFromQueue(queue, profile, info.key);
    moveAll(queue, profile, ASSIGNED_POD_ADD, undefined, pod, now);
  } else if (former && anyWaits(queue)) {
    for (const event of podChanges(former.value, pod)) moveAll(queue, profile, event, former.value, pod, now);
  }
};

const pendingPod = (scheduling: Scheduling, profile: Profile, former: Lazily<Pod> | undefined, pod: Pod, now: number): void => {
  if (!former) addToQueue(scheduling.queue, profile, podInfo(pod), now);
  else if (!isAssumed(scheduling.assigned, podUid(pod))) updateInQueue(scheduling.queue, profile, former.value, podInfo(pod), now);
  else if (pod.metadata.deletionTimestamp && !former.value.metadata.deletionTimestamp) freeAssumed(scheduling, profile, pod, now);
};

const podGone = (scheduling: Scheduling, profile: Profile, pod: Pod, now: number): void => {
  const { assigned, table, queue } = scheduling;
  const uid = podUid(pod);
  if (pod.spec.nodeName && removeAssignedPod(assigned, table, uid)) {
    moveAll(queue, profile, ASSIGNED_POD_DELETE, pod, undefined, now);
    return;
  }
  // Its last state may name a node that was never heard of while the watch was interrupted.
  deleteFromQueue(queue, profile, podKey(pod));
  if (isAssumed(assigned, uid)) freeAssumed(scheduling, profile, pod, now);
};

/** A pod is deleted while its binding is under way: the binding will fail, its room is free at once. */
const freeAssumed = (scheduling: Scheduling, profile: Profile, pod: Pod, now: number): void => {
  const { assigned, table, queue } = scheduling;
  const slot = assigned.byUid.get(podUid(pod))?.slot;
  const node = slot === undefined ? '' : (table.names[slot] ?? '');
  forgetPod(assigned, table, podUid(pod));
  moveAll(queue, profile, ASSIGNED_POD_DELETE, Object.assign({}, pod, { spec: Object.assign({}, pod.spec, { nodeName: node }) }), undefined, now);
};

/** What came of trying one pod. */
export type Attempt =
  /** The pod counts on its node from now on (it is assumed); the binding is to be written. */
  | { readonly type: 'bind'; readonly queued: QueuedPod; readonly node: string }
  /** To be said in an Event and a condition; the pod is to be given back with `giveBack`. */
  | { readonly type: 'failed'; readonly queued: QueuedPod; readonly reason: 'Unschedulable' | 'SchedulerError'; readonly message: string }
  /** The pod is being deleted. */
  | { readonly type: 'deleting'; readonly queued: QueuedPod }
  /** It is assumed already: nothing is to be done. */
  | { readonly type: 'passed-over'; readonly queued: QueuedPod };

/** Takes the next pod from the queue and decides on it (schedule_one.go `ScheduleOne`); undefined if no pod is to be tried. */
export const attemptNext = (scheduling: Scheduling, profile: Profile, now: number, trace?: CycleTrace): Attempt | undefined => {
  const { queue, assigned, table } = scheduling;
  const queued = popFromQueue(queue, profile, now);
  if (!queued) return undefined;
  const { pod } = queued;
  if (pod.pod.metadata.deletionTimestamp || isAssumed(assigned, pod.uid)) {
    doneInQueue(queue, pod.uid);
    return { type: pod.pod.metadata.deletionTimestamp ? 'deleting' : 'passed-over', queued };
  }
  const decision = scheduleOne(profile, table, pod, scheduling.nextStart, lowestPriority(assigned), trace);
  scheduling.nextStart = decision.nextStart;
  switch (decision.type) {
    case 'scheduled':
      assumePod(assigned, table, pod, decision.node);
      // What happens from here on cannot make the pod unschedulable any more.
      doneInQueue(queue, pod.uid);
      return { type: 'bind', queued, node: decision.node };
    case 'unschedulable':
      for (const plugin of decision.plugins) queued.unschedulablePlugins.add(plugin);
      return { type: 'failed', queued, reason: 'Unschedulable', message: decision.message };
    case 'error':
      return { type: 'failed', queued, reason: 'SchedulerError', message: decision.message };
  }
};

/** The binding was refused: the pod's room is free again, and others may want it. The pod itself is to be given back. */
export const bindingFailed = (scheduling: Scheduling, profile: Profile, queued: QueuedPod, node: string, now: number): void => {
  const { assigned, table, queue } = scheduling;
  const { pod, uid } = queued.pod;
  forgetPod(assigned, table, uid);
  moveAll(queue, profile, ASSIGNED_POD_DELETE, Object.assign({}, pod, { spec: Object.assign({}, pod.spec, { nodeName: node }) }), undefined, now);
};

/** Puts a pod that failed back into the queue, in its present form; one that is gone or bound meanwhile is let go. */
export const giveBack = (scheduling: Scheduling, profile: Profile, queued: QueuedPod, present: Pod | undefined, now: number): void => {
  if (!present || present.spec.nodeName || podUid(present) !== queued.pod.uid) {
    doneInQueue(scheduling.queue, queued.pod.uid);
    return;
  }
  if (present !== queued.pod.pod) queued.pod = podInfo(present);
  returnToQueue(scheduling.queue, profile, queued, now);
};
