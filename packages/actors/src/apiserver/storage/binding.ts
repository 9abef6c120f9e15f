import type { ActorContext } from '@naumachia/core';
import { notSupported, required, aggregate } from '../../api/field-error.js';
import type { Binding, Node, Pod, PodCondition } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { CreateRequest, Status, Stored } from '../../api/requests.js';
import { conflict, plainError } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { answer, type Plan, refusal } from './plan.js';
import { current } from './write-context.js';

/** The answer to a binding. */
export const created: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Labels of the node that its pods carry (the admission plugin PodTopologyLabels, beta since 1.35). */
const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const;

/** POST pods/NAME/binding (registry/core/pod/storage BindingREST): writes the node's name and the condition that says so. */
export const planBinding = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest, stored: Stored): Plan => {
  const binding = request.object as unknown as Binding;
  const name = request.name ?? binding.metadata.name ?? '';
  const refused = invalidTarget(binding) ?? preconditionOf(kind, request, name, binding, stored);
  if (refused !== undefined) return refusal(refused);
  const pod = stored.value as Pod;
  const node = binding.target.name ?? '';
  if (pod.metadata.deletionTimestamp !== undefined) return refusal(conflict('pods/binding', name, `pod ${name} is being deleted, cannot be assigned to a host`));
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') return refusal(conflict('pods/binding', name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`));
  if (pod.spec.schedulingGates !== undefined && pod.spec.schedulingGates.length > 0) return refusal(conflict('pods/binding', name, `pod ${name} has non-empty .spec.schedulingGates`));
  const bound = boundPod(pod, node, binding, nodeLabels(state, node), formatTime(context.now));
  if (request.dryRun === true) return answer({ type: 'status', status: created });
  return {
    type: 'put', key: keyOf(kind, request.namespace, name), expected: stored.header.revision, header: headerOf(kind, bound, 'updated'), value: bound, lease: 0, code: 201, warnings: undefined, tell: 'success',
  };
};

const invalidTarget = (binding: Binding): Status | undefined => {
  const target = binding.target ?? {};
  const errors = [];
  if (target.kind !== undefined && target.kind !== '' && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (target.name === undefined || target.name === '') errors.push(required('target.name'));
  return errors.length === 0 ? undefined : plainError(aggregate(errors));
};

const preconditionOf = (kind: Kind, request: CreateRequest, name: string, binding: Binding, stored: Stored): Status | undefined => {
  const { uid, resourceVersion } = binding.metadata;
  const failed = (what: string): Status =>
    conflict(kind.resource, name, `StorageError: invalid object, Code: 4, Key: ${keyOf(kind, request.namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what}`);
  if (uid !== undefined && uid !== '' && uid !== stored.header.uid) return failed(`UID in precondition: ${uid}, UID in object meta: ${stored.header.uid}`);
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== String(stored.header.revision)) {
    return failed(`ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${stored.header.revision}`);
  }
  return undefined;
};

const nodeLabels = (state: ApiServerState, node: string): Readonly<Record<string, string>> | undefined => (current(state, 'nodes', '', node) as Stored<Node> | undefined)?.header.labels;

const boundPod = (pod: Pod, nodeName: string, binding: Binding, labels: Readonly<Record<string, string>> | undefined, now: string): KubernetesObject => {
  const annotations = binding.metadata.annotations;
  let { metadata } = pod;
  if (annotations !== undefined) metadata = Object.assign({}, metadata, { annotations: { ...metadata.annotations, ...annotations } });
  if (labels !== undefined) for (const key of TOPOLOGY_LABELS) if (labels[key] !== undefined) metadata = Object.assign({}, metadata, { labels: Object.assign({}, metadata.labels, { [key]: labels[key] }) });
  const status = pod.status ?? {};
  return Object.assign({}, pod, { metadata, spec: Object.assign({}, pod.spec, { nodeName }), status: Object.assign({}, status, { conditions: scheduled(status.conditions, now) }) });
};

const scheduled = (conditions: readonly PodCondition[] | undefined, now: string): readonly PodCondition[] => {
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now } as unknown as PodCondition;
  if (conditions === undefined) return [condition];
  const former = conditions.find((candidate) => candidate.type === 'PodScheduled');
  if (former === undefined) return [...conditions, condition];
  return conditions.map((candidate) => (candidate === former ? (former.status === 'True' ? former : condition) : candidate));
};
