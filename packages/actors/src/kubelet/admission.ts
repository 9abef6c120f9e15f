import type { NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, Taint, Toleration } from '../api/generated/types.js';
import { quantity } from '../api/quantity.js';
import { textAt } from '../api/chosen-keys.js';
import type { NodeCapacity } from './kubelet-config.js';
import { podResources } from './pod-resources.js';

/** What a node has, what its pods use of it (thousandths of a CPU, bytes, pods), and what it is. */
export interface NodeRoom {
  readonly allocatable: NodeCapacity;
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Host ports in use, as `hostPorts` writes them. */
  readonly ports: readonly string[];
}

export type Admission =
  | { readonly admitted: true; readonly cpu: number; readonly memory: number }
  /** `reason` and `message` of the Event; the status says `Pod was rejected: ` before the message. */
  | { readonly admitted: false; readonly reason: string; readonly message: string };

/** lifecycle/predicate.go: what a kubelet itself refuses, in the order in which it looks. Extended resources that the node lacks are ignored. */
export const admit = (pod: Pod, room: NodeRoom): Admission => {
  const { requests } = podResources(pod.spec);
  const cpu = requests?.['cpu'] === undefined ? 0 : quantity(requests['cpu']).milliValue;
  const memory = requests?.['memory'] === undefined ? 0 : quantity(requests['memory']).value;
  const { allocatable } = room;
  const maxPods = quantity(allocatable.pods).value;
  if (room.pods + 1 > maxPods) return outOf('pods', 1, room.pods, maxPods);
  if (cpu > 0) {
    const capacity = quantity(allocatable.cpu).milliValue;
    if (room.cpu + cpu > capacity) return outOf('cpu', cpu, room.cpu, capacity);
  }
  if (memory > 0) {
    const capacity = quantity(allocatable.memory).value;
    if (room.memory + memory > capacity) return outOf('memory', memory, room.memory, capacity);
  }
  if (!matchesNode(pod.spec, room)) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== room.node) return failed('NodeName', "node(s) didn't match the requested node name");
  if (room.ports.length > 0 && hostPorts(pod.spec).some((port) => room.ports.some((used) => portsConflict(port, used)))) {
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  if (room.taints.some((taint) => taint.effect === 'NoExecute' && !pod.spec.tolerations?.some((toleration) => tolerates(toleration, taint)))) {
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  }
  return { admitted: true, cpu, memory };
};

const outOf = (resource: string, requested: number, used: number, capacity: number): Admission => ({
  admitted: false,
  reason: `OutOf${resource}`,
  message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

const failed = (predicate: string, why: string): Admission => ({ admitted: false, reason: predicate, message: `Predicate ${predicate} failed: ${why}` });

/** `address/protocol/port` of each host port. */
export const hostPorts = (spec: PodSpec): readonly string[] => {
  const ports: string[] = [];
  for (const container of spec.containers) {
    for (const port of container.ports ?? []) if (port.hostPort !== undefined && port.hostPort > 0) ports.push(`${port.hostIP ?? '0.0.0.0'}/${port.protocol ?? 'TCP'}/${port.hostPort}`);
  }
  return ports;
};

const portsConflict = (a: string, b: string): boolean => {
  const [addressA = '', ...restA] = a.split('/');
  const [addressB = '', ...restB] = b.split('/');
  return restA.join('/') === restB.join('/') && (addressA === addressB || addressA === '0.0.0.0' || addressB === '0.0.0.0');
};

const tolerates = ({ key, operator, value, effect }: Toleration, taint: Taint): boolean => {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (value ?? '') === (taint.value ?? '');
};

/** Whether the labels of the node are of importance to the pod. */
export const asksForNode = (spec: PodSpec): boolean => spec.nodeSelector !== undefined || spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;

const matchesNode = (spec: PodSpec, room: NodeRoom): boolean => {
  for (const key in spec.nodeSelector) if (room.labels[key] !== spec.nodeSelector[key]) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, room));
};

const matchesTerm = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, room: NodeRoom): boolean => {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return matchExpressions.every((expression) => meets(expression, textAt(room.labels, expression.key))) && matchFields.every((field) => meets(field, field.key === 'metadata.name' ? room.node : undefined));
};

const meets = ({ operator, values = [] }: NodeSelectorRequirement, found: string | undefined): boolean => {
  switch (operator) {
    case 'In':
      return found !== undefined && values.includes(found);
    case 'NotIn':
      return found === undefined || !values.includes(found);
    case 'Exists':
      return found !== undefined;
    case 'DoesNotExist':
      return found === undefined;
    case 'Gt':
      return found !== undefined && Number(found) > Number(values[0]);
    case 'Lt':
      return found !== undefined && Number(found) < Number(values[0]);
    default:
      return false;
  }
};
