import { type ActorContext, type Caller, type Instant, later, milliseconds, type Random } from '@naumachia/core';
import type { ObjectReference } from '../api/generated/types.js';
import type { ContainerAttachRequest, ContainerLogsRequest, KubeletRequest } from '../api/kubelet-requests.js';
import { nodeAddress, podSubnet } from '../api/node-addresses.js';
import { type EventRecorder, eventRecorder, eventSink } from '../machinery/event-recorder.js';
import { type Informers, noInformers } from '../machinery/informer.js';
import type { ApiClient } from '../machinery/requests.js';
import { endConfig, readConfig } from './config-reads.js';
import type { ConfigWatches } from './config-watches.js';
import { EMULATED_RUNTIME, type EmulatedRuntime, emulatedRuntime } from './emulated-runtime.js';
import { askRegistry, type Image, parseImage } from './image-registry.js';
import type { KubeletConfig } from './kubelet-config.js';
import { LATENCY_PROFILES } from './latency-profile.js';
import { allocatableOf } from './node-status.js';
import { advancePod } from './pod-worker.js';
import type { PodWorker, PodWorkerEnvironment } from './pod-worker-state.js';
import { type PodTimer, setTimer } from './pod-timer.js';
import { statusChanged } from './status-writer.js';

/** The plain state of one kubelet. There may be a hundred thousand of them on a machine: what they share is not in it. */
export interface KubeletState {
  readonly config: KubeletConfig;
  readonly client: ApiClient;
  readonly runtime: EmulatedRuntime;
  /** By the pod's uid. */
  readonly workers: Map<string, PodWorker>;
  /** What the pods that are not over use together. */
  readonly used: { cpu: number; memory: number; pods: number };
  readonly informers: Informers;
  /** The ConfigMaps and Secrets that pods of this node use, if any does. */
  configs: ConfigWatches | undefined;
  readonly events: EventRecorder;
  /** Looks at the runtime happen at this instant and every relist period after it: each kubelet has its own beat. */
  readonly relistFrom: Instant;
  /** Empty until the Node is registered. */
  nodeUid: string;
  /** The node's labels as the API server has them, where they were asked for. */
  labels: Readonly<Record<string, string>> | undefined;
  leaseRevision: number;
  /** Of the Node, when its status was written or compared last; 0 until it has said that it is ready. */
  nodeRevision: number;
  reportedAt: Instant;
  /** The images that the API server knows of. */
  reportedImages: readonly Image[];
  /** Who follows a log, or is attached to a container. */
  readers: LogReader[] | undefined;
}

export interface LogReader {
  readonly request: ContainerLogsRequest | ContainerAttachRequest;
  readonly caller: Caller;
  readonly until: Instant;
}

export type KubeletMessage = KubeletRequest | { readonly type: 'heartbeat' } | PodTimer | { readonly type: 'readersTimer' };

const NODE_GROUPS = ['system:nodes', 'system:authenticated'];
const NO_IMAGES: readonly Image[] = [];

export const kubeletState = (config: KubeletConfig, now: Instant, random: Random): KubeletState => {
  const client: ApiClient = { user: { name: `system:node:${config.node}`, groups: NODE_GROUPS }, fieldManager: 'kubelet' };
  const profile = LATENCY_PROFILES[config.profile];
  const images = config.images === undefined ? NO_IMAGES : preloaded(config.images);
  return {
    config,
    client,
    runtime: emulatedRuntime(podSubnet(config.index), profile, images),
    workers: new Map(),
    used: { cpu: 0, memory: 0, pods: 0 },
    informers: noInformers(),
    configs: undefined,
    events: eventRecorder({ component: 'kubelet', host: config.node, client }),
    relistFrom: later(now, milliseconds(profile.relist * random.float())),
    nodeUid: '',
    labels: undefined,
    leaseRevision: 0,
    nodeRevision: 0,
    reportedAt: now,
    reportedImages: images,
    readers: undefined,
  };
};

const preloaded = (names: readonly string[]): readonly Image[] => {
  const known = preloads.get(names);
  if (known) return known;
  const images: Image[] = [];
  for (const name of names) {
    const reference = parseImage(name);
    const answer = reference.valid ? askRegistry(reference.name) : undefined;
    if (!answer?.found) throw new Error(`kubelet config: image ${JSON.stringify(name)} cannot be preloaded: it is not in the registry`);
    images.push(answer.image);
  }
  preloads.set(names, images);
  return images;
};

const preloads = new WeakMap<readonly string[], readonly Image[]>();

export const events = eventSink<KubeletState>((state) => state.events);

/** What pod workers see of this node at this moment. */
export const environmentOf = (state: KubeletState, context: ActorContext): PodWorkerEnvironment => ({
  now: context.now,
  random: context.random,
  runtime: EMULATED_RUNTIME,
  node: state.runtime,
  profile: state.runtime.profile,
  nodeName: state.config.node,
  hostIP: nodeAddress(state.config.index),
  allocatable: allocatableOf(state.config) as unknown as Readonly<Record<string, string>>,
  relistFrom: state.relistFrom,
  event: (worker, type, reason, message, fieldPath) => {
    events.record(state, state.events, { about: referenceTo(worker, fieldPath), type, reason, message }, context);
  },
  readConfig: (worker, references) => readConfig(state, worker, references, context),
  statusChanged: (worker) => statusChanged(state, worker, context),
});

const referenceTo = (worker: PodWorker, fieldPath: string | undefined): ObjectReference => {
  const { uid, namespace, name, ownRevisions } = worker;
  const resourceVersion = String(ownRevisions?.[ownRevisions.length - 1] ?? worker.stored.header.revision);
  return fieldPath === undefined
    ? { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion }
    : { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion, fieldPath };
};

/** Lets a pod do what it can, and sets its timer to when it can do more. */
export const tend = (state: KubeletState, worker: PodWorker, context: ActorContext, environment: PodWorkerEnvironment = environmentOf(state, context)): void => {
  const next = advancePod(worker, environment);
  if (worker.counted && worker.stage === 'finished') discount(state, worker);
  if (worker.stage === 'finished') endConfig(state, worker.uid, context);
  if (worker.gone && worker.stage === 'finished') {
    if (worker.timer !== undefined) context.cancel(worker.timer);
    environment.runtime.removePodSandbox(state.runtime, worker.uid);
    state.workers.delete(worker.uid);
    return;
  }
  setTimer(worker, next, context);
};

/** An admitted pod takes its share of the node, until it is over. */
export const count = ({ used }: KubeletState, worker: PodWorker): void => {
  worker.counted = true;
  used.cpu += worker.cpu;
  used.memory += worker.memory;
  used.pods++;
};

const discount = ({ used }: KubeletState, worker: PodWorker): void => {
  worker.counted = false;
  used.cpu -= worker.cpu;
  used.memory -= worker.memory;
  used.pods--;
};
