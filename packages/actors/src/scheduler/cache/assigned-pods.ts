import { type HostPort, freePorts, usePorts } from './host-ports.js';
import { type NodeTable, releaseSlot, scalarColumns, slotOf } from './node-table.js';
import type { PodInfo } from './pod-info.js';
import type { PodResources } from './pod-resources.js';

/**
 * The pods that stand on nodes, as the scheduler counts them: those that the API server shows as bound, and those *assumed*, whose
 * binding is under way. An assumed pod is confirmed when it is seen bound, and forgotten when its binding fails; it never expires
 * (scheduler cache, `durationToExpireAssumedPod` = 0).
 */
export interface AssignedPods {
  readonly byUid: Map<string, AssignedPod>;
  /** How many pods have each priority: whether a pod could preempt anybody at all is seen without a search. */
  readonly priorities: Map<number, number>;
}

export interface AssignedPod {
  slot: number;
  assumed: boolean;
  readonly priority: number;
  readonly resources: PodResources;
  readonly hostPorts: readonly HostPort[];
}

export const newAssignedPods = (): AssignedPods => ({ byUid: new Map(), priorities: new Map() });

/** Counts a pod on a node before its binding is written. */
export const assumePod = (pods: AssignedPods, table: NodeTable, pod: PodInfo, node: string): void => {
  place(pods, table, pod, node, true);
};

/** Takes over what the API server says of a bound pod: new, changed, or the confirmation of an assumed one. */
export const setAssignedPod = (pods: AssignedPods, table: NodeTable, pod: PodInfo, node: string): void => {
  const known = pods.byUid.get(pod.uid);
  if (known && table.names[known.slot] === node && known.priority === pod.priority && sameDemand(known, pod)) {
    known.assumed = false;
    return;
  }
  if (known) takeAway(pods, table, pod.uid, known);
  place(pods, table, pod, node, false);
};

/** A bound pod is gone. Says whether it was known. */
export const removeAssignedPod = (pods: AssignedPods, table: NodeTable, uid: string): boolean => {
  const known = pods.byUid.get(uid);
  if (!known) return false;
  takeAway(pods, table, uid, known);
  return true;
};

/** The binding of an assumed pod failed; one that was confirmed meanwhile stays. */
export const forgetPod = (pods: AssignedPods, table: NodeTable, uid: string): boolean => {
  const known = pods.byUid.get(uid);
  if (!known?.assumed) return false;
  takeAway(pods, table, uid, known);
  return true;
};

/** The lowest priority of any pod that stands on a node. */
export const lowestPriority = (pods: AssignedPods): number | undefined => {
  let lowest: number | undefined;
  for (const priority of pods.priorities.keys()) if (lowest === undefined || priority < lowest) lowest = priority;
  return lowest;
};

export const isAssumed = (pods: AssignedPods, uid: string): boolean => pods.byUid.get(uid)?.assumed === true;

const sameDemand = (known: AssignedPod, pod: PodInfo): boolean => {
  const [a, b] = [known.resources, pod.resources];
  return (
    a === b ||
    (a.milliCPU === b.milliCPU &&
      a.memory === b.memory &&
      a.ephemeralStorage === b.ephemeralStorage &&
      a.nonZeroMilliCPU === b.nonZeroMilliCPU &&
      a.nonZeroMemory === b.nonZeroMemory &&
      a.scalars.length === 0 &&
      b.scalars.length === 0 &&
      known.hostPorts.length === 0 &&
      pod.hostPorts.length === 0)
  );
};

const place = (pods: AssignedPods, table: NodeTable, pod: PodInfo, node: string, assumed: boolean): void => {
  const slot = slotOf(table, node);
  pods.byUid.set(pod.uid, { slot, assumed, priority: pod.priority, resources: pod.resources, hostPorts: pod.hostPorts });
  pods.priorities.set(pod.priority, (pods.priorities.get(pod.priority) ?? 0) + 1);
  count(table, slot, pod.resources, 1);
  usePorts(table.hostPorts, slot, pod.hostPorts);
};

const takeAway = (pods: AssignedPods, table: NodeTable, uid: string, known: AssignedPod): void => {
  pods.byUid.delete(uid);
  const left = (pods.priorities.get(known.priority) ?? 1) - 1;
  if (left === 0) pods.priorities.delete(known.priority);
  else pods.priorities.set(known.priority, left);
  count(table, known.slot, known.resources, -1);
  freePorts(table.hostPorts, known.slot, known.hostPorts);
  releaseSlot(table, known.slot);
};

const count = (table: NodeTable, slot: number, resources: PodResources, sign: 1 | -1): void => {
  table.generation++;
  table.requestedMilliCPU[slot] = (table.requestedMilliCPU[slot] as number) + sign * resources.milliCPU;
  table.requestedMemory[slot] = (table.requestedMemory[slot] as number) + sign * resources.memory;
  table.requestedEphemeralStorage[slot] = (table.requestedEphemeralStorage[slot] as number) + sign * resources.ephemeralStorage;
  table.nonZeroMilliCPU[slot] = (table.nonZeroMilliCPU[slot] as number) + sign * resources.nonZeroMilliCPU;
  table.nonZeroMemory[slot] = (table.nonZeroMemory[slot] as number) + sign * resources.nonZeroMemory;
  table.podCount[slot] = (table.podCount[slot] as number) + sign;
  for (const { name, value } of resources.scalars) {
    const { requested } = scalarColumns(table, name);
    requested[slot] = (requested[slot] as number) + sign * value;
  }
};
