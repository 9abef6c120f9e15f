import { type Duration, type Instant, later, type TimerId } from '@naumachia/core';
import type { Container, Pod, PodStatus } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import type { Backoffs } from './backoff.js';
import type { ConfigReads } from './config-reads.js';
import type { ConfigReference } from './config-references.js';
import type { ContainerRuntime, ImagePull, Moment } from './container-runtime.js';
import type { EmulatedRuntime } from './emulated-runtime.js';
import type { Image } from './image-registry.js';
import type { LatencyProfile } from './latency-profile.js';
import type { Probe } from './probe.js';
import type { WaitingReasons } from './waiting-reasons.js';

/** What a sync is in the middle of, where it takes time. */
export type SyncStep =
  | MountingStep
  | StartingStep
  /** Until these containers have ended, which are to begin anew. */
  | { readonly step: 'killing'; readonly killed: readonly string[] }
  /** What is left ends within a sync, or because the pod is told to go: the sidecars after the main containers. */
  | { readonly step: 'winding-down' }
  | { readonly step: 'stopping' }
  | { readonly step: 'unmounting'; readonly until: Instant };

export interface MountingStep {
  readonly step: 'mounting';
  /** When the volume manager looks, or looks again. */
  until: Instant;
  /** What the volumes are filled from; `undefined`: from nothing that must be read. */
  readonly references: readonly ConfigReference[] | undefined;
  /** That was asked for; nothing happens before the answer. */
  asked: boolean;
  /** Milliseconds until the next look after one that failed. */
  wait: number;
}

export interface StartingStep {
  readonly step: 'starting';
  readonly queue: readonly { readonly name: string; readonly init: boolean }[];
  /** Containers that this very sync has ended: they begin anew without a back-off. */
  readonly killed: readonly string[];
  at: number;
  pull: ImagePull | undefined;
  /** The image of the container whose environment is being read. */
  image: Image | undefined;
  failed: boolean;
  /** When the earliest back-off among the failures ends. */
  backoffUntil: Instant | undefined;
}

/**
 * One pod on its node: plain data. The stages are those of the kubelet's pod workers: `running` (SyncPod), `terminating`
 * (SyncTerminatingPod, until no container runs), `terminated` (SyncTerminatedPod, until its volumes are gone), `finished`.
 */
export interface PodWorker {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The newest state of the pod that the feed, or a list, has told. */
  stored: Stored<Pod>;
  stage: 'running' | 'terminating' | 'terminated' | 'finished';
  /** The status generated last, while the API server does not show it; else the stored one counts. */
  status: PodStatus | undefined;
  step: SyncStep | undefined;
  /** Syncs that are wanted: one, or one more that came while the first waits for the runtime's state. */
  wanted: 0 | 1 | 2;
  /** A sync needs a look at the runtime that is newer than the last sync. */
  notBefore: Instant;
  retryAt: Instant | undefined;
  relistAt: Instant | undefined;
  waiting: WaitingReasons | undefined;
  restarts: Backoffs | undefined;
  pulls: Backoffs | undefined;
  /** By image, what the last pull failed with. */
  pullErrors: Record<string, string> | undefined;
  probes: Probe[] | undefined;
  /** Of pods that name ConfigMaps or Secrets. */
  config: ConfigReads | undefined;
  /** When the volumes are to show what has changed in these. */
  remountAt: Instant | undefined;
  evicted: { readonly reason: string; readonly message: string } | undefined;
  /** What the API server shows of the kubelet's own fields, where the last write tells: the stored object may be older, and need not be decoded. */
  shown: PodStatus | undefined;
  /** The API server showed it as running when the last sync was asked for: what a real worker's copy of the pod says. */
  seenRunning: boolean;
  /** The object is gone from the API server: nothing more is written. */
  gone: boolean;
  /** A status patch is on its way. */
  writing: boolean;
  /** What the feed told meanwhile: perhaps nothing but the own write. Or what others wrote before an own write that the feed has yet to tell. */
  news: Stored<Pod> | undefined;
  /** More than one thing was told meanwhile. */
  muchNews: boolean;
  /** Revisions of own writes that the feed has yet to tell, ascending: the newest state that is known to be there. */
  ownRevisions: number[] | undefined;
  /** `activeDeadlineSeconds` */
  deadlineSeconds: number | undefined;
  /** The generation and the grace period of the deletion that this worker knows of. */
  generation: number | undefined;
  grace: number | undefined;
  writeAgainAt: Instant | undefined;
  timer: TimerId | undefined;
  timerAt: Instant | undefined;
  /** Whether it counts among what the node's pods use. */
  counted: boolean;
  /** What it was admitted with: thousandths of a CPU, bytes. */
  readonly cpu: number;
  readonly memory: number;
}

/** What a step of a pod worker can see and do. */
export interface PodWorkerEnvironment extends Moment {
  readonly runtime: ContainerRuntime<EmulatedRuntime>;
  readonly node: EmulatedRuntime;
  readonly profile: LatencyProfile;
  readonly nodeName: string;
  readonly hostIP: string;
  /** What pods may use of the node. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Looks at the runtime happen at this instant and every relist period after it. */
  readonly relistFrom: Instant;
  /** Records an Event about the pod, or about one of its containers. */
  event(worker: PodWorker, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
  /** Reads ConfigMaps and Secrets into `worker.config`: at once where the node watches them, else the pod is tended once they are there. */
  readConfig(worker: PodWorker, references: readonly ConfigReference[]): void;
  /** The status to be shown has changed. */
  statusChanged(worker: PodWorker): void;
}

export const podWorker = (stored: Stored<Pod>, cpu: number, memory: number, now: Instant): PodWorker => ({
  uid: stored.header.uid,
  namespace: stored.header.namespace,
  name: stored.header.name,
  stored,
  stage: 'running',
  status: undefined,
  step: undefined,
  wanted: 1,
  notBefore: now,
  retryAt: undefined,
  relistAt: undefined,
  waiting: undefined,
  restarts: undefined,
  pulls: undefined,
  pullErrors: undefined,
  probes: undefined,
  config: undefined,
  remountAt: undefined,
  evicted: undefined,
  shown: undefined,
  seenRunning: false,
  gone: false,
  writing: false,
  news: undefined,
  muchNews: false,
  ownRevisions: undefined,
  deadlineSeconds: stored.value.spec.activeDeadlineSeconds,
  generation: stored.value.metadata.generation,
  grace: stored.value.metadata.deletionGracePeriodSeconds,
  writeAgainAt: undefined,
  timer: undefined,
  timerAt: undefined,
  counted: false,
  cpu,
  memory,
});

const NO_STATUS: PodStatus = {};

/** What the kubelet says of the pod at present. */
export const currentStatus = (worker: PodWorker): PodStatus => worker.status ?? worker.shown ?? worker.stored.value.status ?? NO_STATUS;

/** Notes for the sync that is asked for how the API server shows the pod. */
export const lookAtPhase = (worker: PodWorker): void => {
  worker.seenRunning = (worker.shown ?? worker.stored.value.status)?.phase === 'Running';
};

/** The next look at the runtime: after `now`, or at it where every change is seen at once. */
export const nextRelist = (environment: PodWorkerEnvironment): Instant => {
  const { now, relistFrom } = environment;
  const period = environment.profile.relist;
  if (period === 0) return now;
  return later(relistFrom, ((Math.floor((now - relistFrom) / period) + 1) * period) as Duration);
};

export const fieldPathOf = (container: Container, init: boolean): string => (init ? `spec.initContainers{${container.name}}` : `spec.containers{${container.name}}`);

/** `name_namespace(uid)`, as the kubelet's messages write a pod. */
export const podText = (worker: PodWorker): string => `${worker.name}_${worker.namespace}(${worker.uid})`;
