import type { Instant } from '@naumachia/core';
import type { ContainerImage, Node, NodeCondition, NodeStatus } from '../api/generated/types.js';
import { nodeAddress } from '../api/node-addresses.js';
import { quantity, quantityOfValue } from '../api/quantity.js';
import { formatTime } from '../api/time-format.js';
import { hex64, type Image } from './image-registry.js';
import { DEFAULT_CAPACITY, KUBELET_VERSION, type KubeletConfig, type NodeCapacity, nodeLabels } from './kubelet-config.js';

/** Why a node that has just registered is not ready yet; empty: it is ready. */
export const STARTING = '[PLEG is not healthy: pleg has yet to be successful, CSINode is not yet initialized]';
export const STARTING_CSI = 'CSINode is not yet initialized';

/** The Node that a kubelet creates when it registers. */
export const initialNode = (config: KubeletConfig, bootID: string, images: readonly Image[], now: Instant): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: config.node,
    labels: nodeLabels(config),
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
  },
  spec: config.taints ? { taints: config.taints } : {},
  status: {
    capacity: capacityOf(config) as unknown as Record<string, string>,
    allocatable: allocatableOf(config) as unknown as Record<string, string>,
    conditions: nodeConditions(STARTING, undefined, now),
    ...nodeFacts(config, bootID, images),
  },
});

export const capacityOf = (config: KubeletConfig): NodeCapacity => config.capacity ?? DEFAULT_CAPACITY;

/** 100Mi of memory and a tenth of the disk are kept back by the default hard eviction thresholds. */
export const allocatableOf = (config: KubeletConfig): NodeCapacity => {
  const capacity = capacityOf(config);
  const known = allocatable.get(capacity);
  if (known) return known;
  const made: NodeCapacity = {
    cpu: capacity.cpu,
    'ephemeral-storage': quantityOfValue(Math.floor(quantity(capacity['ephemeral-storage']).value * 0.9), 'BinarySI').text,
    memory: quantityOfValue(quantity(capacity.memory).value - 100 * 2 ** 20, 'BinarySI').text,
    pods: capacity.pods,
  };
  allocatable.set(capacity, made);
  return made;
};

/** By the capacity that it follows from. */
const allocatable = new WeakMap<NodeCapacity, NodeCapacity>();

/** What does not change while a kubelet runs, but for the images. */
export const nodeFacts = (config: KubeletConfig, bootID: string, images: readonly Image[]): Omit<NodeStatus, 'capacity' | 'allocatable' | 'conditions'> => ({
  addresses: [
    { type: 'InternalIP', address: nodeAddress(config.index) },
    { type: 'Hostname', address: config.node },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
  nodeInfo: {
    machineID: machineID(config.node),
    systemUUID: uuidOf(`system/${config.node}`),
    bootID,
    kernelVersion: '6.12.0-amd64',
    osImage: 'Debian GNU/Linux 13 (trixie)',
    containerRuntimeVersion: 'containerd://2.2.0',
    kubeletVersion: KUBELET_VERSION,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  },
  ...(images.length > 0 && { images: nodeImages(images) }),
  runtimeHandlers: RUNTIME_HANDLERS,
  features: FEATURES,
  declaredFeatures: DECLARED_FEATURES,
});

const HANDLER_FEATURES = { recursiveReadOnlyMounts: true, userNamespaces: true };
const RUNTIME_HANDLERS = [
  { name: '', features: HANDLER_FEATURES },
  { name: 'runc', features: HANDLER_FEATURES },
];
const FEATURES = { supplementalGroupsPolicy: true };
const DECLARED_FEATURES = ['ExtendWebSocketsToKubelet', 'InPlacePodLevelResourcesVerticalScaling', 'InPlacePodVerticalScalingInitContainers', 'RestartAllContainersOnContainerExits'];

/** The name in hexadecimal, as long as a machine ID is. */
const machineID = (name: string): string => {
  let digits = '';
  for (let at = 0; at < name.length; at++) digits += (name.charCodeAt(at) & 0xff).toString(16).padStart(2, '0');
  return digits.padStart(32, '0').slice(-32);
};

const uuidOf = (text: string): string => {
  const h = hex64(text);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

/** Largest first, at most 50 (nodeStatusMaxImages). */
export const nodeImages = (images: readonly Image[]): readonly ContainerImage[] =>
  [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 50)
    .map(({ name, digest, sizeBytes }) => ({ names: [digest, name], sizeBytes }));

/** A condition and what the kubelet says of it when all is well. */
const HEALTHY: readonly (readonly [type: string, status: string, reason: string, message: string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Conditions with heartbeat `now`; a transition is counted where the status differs from `before`. */
export const nodeConditions = (notReady: string, before: readonly NodeCondition[] | undefined, now: Instant): readonly NodeCondition[] => {
  const text = formatTime(now);
  return HEALTHY.map(([type, healthy, healthyReason, healthyMessage]) => {
    const failing = type === 'Ready' && notReady !== '';
    const status = failing ? 'False' : healthy;
    const former = before?.find((condition) => condition.type === type);
    return {
      type,
      status,
      lastHeartbeatTime: text,
      lastTransitionTime: former?.status === status && former.lastTransitionTime !== undefined ? former.lastTransitionTime : text,
      reason: failing ? 'KubeletNotReady' : healthyReason,
      message: failing ? notReady : healthyMessage,
    };
  });
};

/** Whether a Node says of itself what its kubelet does when all is well. */
export const isHealthy = ({ status }: Node): boolean =>
  HEALTHY.every(([type, healthy]) => status?.conditions?.some((condition) => condition.type === type && condition.status === healthy) === true);

const CONDITION_ORDER = HEALTHY.map(([type]) => ({ type }));
const TYPES = HEALTHY.map(([type]) => type);

/** The patch of nodes/status that brings conditions up to date: whole ones where something but the heartbeat differs. */
export const conditionsPatch = (conditions: readonly NodeCondition[], before: readonly NodeCondition[] | undefined, more?: Partial<NodeStatus>): object => ({
  status: {
    '$setElementOrder/conditions': CONDITION_ORDER,
    conditions: conditions.map((condition) => {
      const former = before?.find((candidate) => candidate.type === condition.type);
      return former && former.status === condition.status && former.message === condition.message ? { type: condition.type, lastHeartbeatTime: condition.lastHeartbeatTime } : condition;
    }),
    ...more,
  },
});

/** The patch of a periodic report: nothing but the heartbeat, and the images if they changed. */
export const heartbeatPatch = (now: Instant, images: readonly Image[] | undefined): object => {
  const lastHeartbeatTime = formatTime(now);
  return {
    status: {
      '$setElementOrder/conditions': CONDITION_ORDER,
      conditions: TYPES.map((type) => ({ type, lastHeartbeatTime })),
      ...(images && { images: nodeImages(images) }),
    },
  };
};
