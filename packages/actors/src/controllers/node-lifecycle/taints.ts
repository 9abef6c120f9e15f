import type { Node, Taint } from '../../api/generated/types.js';
import type { PatchRequest, Stored } from '../../api/requests.js';
import { brief, patchRequest, serviceAccountClient } from '../../machinery/requests.js';

export const CLIENT = serviceAccountClient('node-controller', 'kube-controller-manager');

export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const NOT_READY = 'node.kubernetes.io/not-ready';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Which taint stands for which status of a condition (node_lifecycle_controller.go: nodeConditionToTaintKeyStatusMap). */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const CONDITION_KEYS = new Set([UNSCHEDULABLE, ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus))]);

/** The taints that keep pods from a node in this condition, and that it does not have; and those that it should not have any more. */
export const noScheduleChanges = (node: Node, now: string): { readonly add: readonly Taint[]; readonly remove: readonly Taint[] } => {
  const wanted = new Set<string>();
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = CONDITION_TAINTS[type]?.[status];
    if (key !== undefined) wanted.add(key);
  }
  if (node.spec?.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const has = (node.spec?.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && CONDITION_KEYS.has(key));
  const add = [...wanted].filter((key) => !has.some((taint) => taint.key === key)).map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now }));
  return { add, remove: has.filter(({ key }) => !wanted.has(key)) };
};

/** The taint that evicts pods from a node in this state: of Ready `False` or `Unknown`. */
export const evictionKey = (ready: string): string | undefined => (ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined);

export const hasEvictionTaint = (node: Node): boolean => (node.spec?.taints ?? []).some(isEvictionTaint);

export const isEvictionTaint = ({ key, effect }: Taint): boolean => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);

/** Adds taints, a second write takes others off: the order of SwapNodeControllerTaint. The list is atomic, so it is written whole. */
export const taintPatches = ({ header, value }: Stored<Node>, add: readonly Taint[], remove: readonly Taint[]): readonly PatchRequest[] => {
  const before = value.spec?.taints ?? [];
  const grown = [...before.filter((taint) => !add.some((added) => isSame(added, taint))), ...add];
  const shrunk = grown.filter((taint) => !remove.some((removed) => isSame(removed, taint)));
  const patch = (taints: readonly Taint[]): PatchRequest => brief(patchRequest(CLIENT, 'nodes', '', header.name, 'strategic', { spec: { taints: taints.length === 0 ? null : taints } }));
  return [...(add.length > 0 ? [patch(grown)] : []), ...(remove.length > 0 && shrunk.length < grown.length ? [patch(shrunk)] : [])];
};

const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
