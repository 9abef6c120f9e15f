import { type Pod, quantity, resourceByKind } from '@naumachia/actors/api';
import type { KubernetesObject } from '@naumachia/actors';
import { NOT_BUILT, pluginsNotBuiltFor } from '@naumachia/actors/scheduler';
import type { Labels, Operation } from './operation.js';
import { BASE_POD } from './pod-creation.js';
import { METRICS } from './metrics.js';
import type { Workload } from './workload-file.js';

/**
 * What a workload needs and this project does not have, in words: none if it can run. Plugins that are built are known from the scheduler; whoever
 * builds preemption, a gate, a subresource or an operation takes its line out here.
 */
export const missingFor = (workload: Workload): readonly string[] => {
  const missing = new Set<string>();
  for (const operation of workload.operations) for (const lack of missingForOperation(operation)) missing.add(lack);
  if (spreadsByDefault(workload.operations)) missing.add(plugin('PodTopologySpread'));
  if (countsVolumes(workload.operations)) missing.add(plugin('NodeVolumeLimits'));
  if (mayPreempt(workload.operations)) missing.add(plugin('DefaultPreemption'));
  for (const [gate, enabled] of Object.entries(workload.featureGates)) if (!GATES_EITHER_WAY.has(gate) && (GATES_ON.has(gate) ? !enabled : enabled)) missing.add(`feature gate ${gate}=${enabled}`);
  if (workload.schedulerConfigPath !== undefined) missing.add('KubeSchedulerConfiguration (schedulerConfigPath)');
  for (const metric of Object.keys(workload.metrics)) if (!METRICS.has(metric)) missing.add(`metric ${metric}`);
  return [...missing].filter((lack) => !isBuiltPlugin(lack)).sort();
};

const plugin = (name: string): string => `scheduler plugin ${name}`;
const PLUGINS_LACKING: ReadonlySet<string> = new Set([...Object.keys(NOT_BUILT), 'DefaultPreemption'].map(plugin));
const isBuiltPlugin = (lack: string): boolean => lack.startsWith(plugin('')) && !PLUGINS_LACKING.has(lack);

/** What of a workload is not as scheduler_perf would have it and does not keep it from running. */
export const remarksOn = (workload: Workload): readonly string[] =>
  Object.entries(workload.featureGates).flatMap(([gate, enabled]) => (GATES_EITHER_WAY.get(gate)?.is === !enabled ? [`feature gate ${gate}=${enabled} changes nothing: ${GATES_EITHER_WAY.get(gate)?.why}`] : []));

/** Gates about how kube-scheduler does its work; what comes out is the same. */
const GATES_EITHER_WAY: ReadonlyMap<string, { readonly is: boolean; readonly why: string }> = new Map([
  ['SchedulerQueueingHints', { is: true, why: 'plugins are always asked whether an event helps a pod' }],
  ['SchedulerAsyncAPICalls', { is: true, why: 'no call of the API server holds up the next scheduling cycle' }],
  ['SchedulerAsyncPreemption', { is: true, why: 'no call of the API server holds up the next scheduling cycle' }],
  ['OpportunisticBatching', { is: false, why: 'each pod has a scheduling cycle of its own' }],
]);

/** Gates whose features are built and cannot be switched off. Of others `false` is what there is. */
const GATES_ON: ReadonlySet<string> = new Set(['DynamicResourceAllocation', 'InPlacePodVerticalScaling', 'NodeInclusionPolicyInPodTopologySpread']);

/** What `updateAny` can update. */
const SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'scale']);

const missingForOperation = (operation: Operation): readonly string[] => {
  switch (operation.opcode) {
    case 'createPods':
      return [...(operation.template ? missingForObject(operation.template.sample) : []), ...(operation.persistentVolumeClaim ? missingForObject(operation.persistentVolumeClaim.sample) : [])];
    case 'createAny':
      return missingForObject(operation.template.sample);
    case 'updateAny': {
      const { apiVersion, kind } = operation.template.sample;
      const resource = resourceByKind(apiVersion, kind)?.groupResource ?? kind;
      return [...missingForObject(operation.template.sample), ...operation.subresources.filter((name) => !SUBRESOURCES.has(name)).map((name) => `subresource ${resource}/${name}`)];
    }
    case 'churn':
      return operation.templates.flatMap(({ sample }) => missingForObject(sample));
    case 'allocResourceClaims':
    case 'createResourceClaims':
    case 'createResourceDriver':
      return [`operation ${operation.opcode}`, plugin('DynamicResources')];
    case 'createNodes':
    case 'createNamespaces':
    case 'deletePods':
    case 'barrier':
    case 'sleep':
    case 'startCollectingMetrics':
    case 'stopCollectingMetrics':
      return [];
  }
};

const missingForObject = (object: KubernetesObject): readonly string[] => {
  if (DEVICE_KINDS.has(object.kind)) return [plugin('DynamicResources'), ...missingKind(object)];
  if (VOLUME_KINDS.has(object.kind)) return [plugin('VolumeBinding'), ...(isExclusive(object) ? [plugin('VolumeRestrictions')] : [])];
  if (object.kind !== 'Pod') return missingKind(object);
  const pod = object as unknown as Pod;
  // No plugin after PreEnqueue ever sees a pod that stays gated.
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) return [];
  return pluginsNotBuiltFor(pod).map(plugin);
};

const missingKind = ({ apiVersion, kind }: KubernetesObject): readonly string[] => (resourceByKind(apiVersion, kind) ? [] : [`kind ${kind} of ${apiVersion}`]);

const isExclusive = (object: KubernetesObject): boolean => (object['spec'] as { readonly accessModes?: readonly string[] } | undefined)?.accessModes?.includes('ReadWriteOncePod') ?? false;

/** PodTopologySpread spreads the pods of a Service by default. */
const spreadsByDefault = (operations: readonly Operation[]): boolean => {
  const pods = operations.flatMap(podsOf);
  const selectors = operations.flatMap(objectsOf).filter(({ kind }) => kind === 'Service').map((service) => Object.entries((service['spec'] as { readonly selector?: Labels } | undefined)?.selector ?? {}));
  return selectors.some((selector) => selector.length > 0 && pods.some(({ metadata }) => selector.every(([name, value]) => metadata.labels?.[name] === value)));
};

/** Whether nodes say how many volumes of a driver they take, and pods have volumes. */
const countsVolumes = (operations: readonly Operation[]): boolean =>
  operations.some((each) => each.opcode === 'createNodes' && each.strategy.type === 'allocatable' && Object.keys(each.strategy.csiNodeAllocatable).length > 0) &&
  operations.some((each) => each.opcode === 'createPods' && each.persistentVolumeClaim !== undefined);

const DEVICE_KINDS: ReadonlySet<string> = new Set(['DeviceClass', 'DeviceTaintRule', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice']);
const VOLUME_KINDS: ReadonlySet<string> = new Set(['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'VolumeAttachment']);

/** scheduler_perf's node, where a workload names none. */
const DEFAULT_ALLOCATABLE = { cpu: '4', memory: '32Gi' };

/** Whether a pod may come that could have others evicted: it goes before them, and would fit on a node that they leave. */
const mayPreempt = (operations: readonly Operation[]): boolean => {
  const pods = operations.flatMap(podsOf);
  const nodes = operations.flatMap((operation) => (operation.opcode === 'createNodes' && operation.count > 0 ? [allocatableOf(operation.template?.sample)] : []));
  const lowest = Math.min(...pods.map(({ spec }) => spec.priority ?? 0));
  return pods.some((pod) => (pod.spec.priority ?? 0) > lowest && pod.spec.preemptionPolicy !== 'Never' && nodes.some((allocatable) => fits(pod, allocatable)));
};

/** The objects other than nodes and namespaces that an operation makes, the first of each template. */
const objectsOf = (operation: Operation): readonly KubernetesObject[] => {
  switch (operation.opcode) {
    case 'createPods':
      return [operation.template?.sample ?? BASE_POD];
    case 'createAny':
    case 'updateAny':
      return [operation.template.sample];
    case 'churn':
      return operation.templates.map(({ sample }) => sample);
    default:
      return [];
  }
};
const podsOf = (operation: Operation): readonly Pod[] => objectsOf(operation).filter(({ kind }) => kind === 'Pod') as unknown as readonly Pod[];

type Quantities = Readonly<Record<string, string>>;
const allocatableOf = (node: KubernetesObject | undefined): Quantities => {
  const status = node?.['status'] as { readonly allocatable?: Quantities; readonly capacity?: Quantities } | undefined;
  return node === undefined ? DEFAULT_ALLOCATABLE : (status?.allocatable ?? status?.capacity ?? {});
};
const fits = ({ spec }: Pod, allocatable: Quantities): boolean =>
  ['cpu', 'memory'].every((name) => spec.containers.reduce((sum, { resources }) => sum + Number(quantity(String(resources?.requests?.[name] ?? resources?.limits?.[name] ?? 0)).nano), 0) <= Number(quantity(allocatable[name] ?? '0').nano));
