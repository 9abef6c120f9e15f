import type { ObjectTemplate } from './object-template.js';

/** Labels that an object must have, all of them. */
export type Labels = Readonly<Record<string, string>>;

/** What is done to nodes after their creation (test/utils/runners.go, Kubernetes 1.36). */
export type NodeStrategy =
  | { readonly type: 'none' }
  /** The values one after the other, and from the beginning again. */
  | { readonly type: 'label'; readonly labelKey: string; readonly labelValues: readonly string[] }
  | { readonly type: 'unique-label'; readonly labelKey: string }
  /** Patches the node, and makes its CSINode say how many volumes each driver takes. */
  | { readonly type: 'allocatable'; readonly nodeAllocatable: Labels; readonly csiNodeAllocatable: Readonly<Record<string, { readonly count?: number | undefined }>>; readonly migratedPlugins: readonly string[] };

export interface CreateNodes {
  readonly opcode: 'createNodes';
  readonly count: number;
  readonly template: ObjectTemplate | undefined;
  readonly strategy: NodeStrategy;
}

export interface CreateNamespaces {
  readonly opcode: 'createNamespaces';
  readonly prefix: string;
  readonly count: number;
  readonly template: ObjectTemplate | undefined;
}

export interface CreatePods {
  readonly opcode: 'createPods';
  readonly count: number;
  /** As many pods at a time, deleted and created again once all are scheduled, for `duration` milliseconds. */
  readonly steadyState: boolean;
  readonly duration: number;
  readonly collectMetrics: boolean;
  /** Default: `namespace-` and the number of the operation. */
  readonly namespace: string | undefined;
  readonly template: ObjectTemplate | undefined;
  readonly skipWaitToCompletion: boolean;
  readonly persistentVolume: ObjectTemplate | undefined;
  readonly persistentVolumeClaim: ObjectTemplate | undefined;
}

export interface CreatePodSets {
  readonly opcode: 'createPodSets';
  readonly count: number;
  readonly namespacePrefix: string;
  readonly createPods: CreatePods;
}

export interface DeletePods {
  readonly opcode: 'deletePods';
  readonly namespace: string;
  readonly labelSelector: Labels;
  readonly skipWaitToCompletion: boolean;
  /** 0: all at once. */
  readonly deletePodsPerSecond: number;
}

export interface CreateAny {
  readonly opcode: 'createAny';
  /** Empty for what has none. */
  readonly namespace: string;
  readonly template: ObjectTemplate;
  readonly count: number;
}

export interface UpdateAny {
  readonly opcode: 'updateAny';
  readonly namespace: string;
  readonly template: ObjectTemplate;
  readonly count: number;
  /** 0: as fast as it goes. */
  readonly updatePerSecond: number;
  readonly subresources: readonly string[];
}

export interface Churn {
  readonly opcode: 'churn';
  /** `create`: up to `number` objects of each template, or without end; `recreate`: `number` are created, then deleted, again and again. */
  readonly mode: 'create' | 'recreate';
  readonly number: number;
  readonly intervalMilliseconds: number;
  readonly namespace: string | undefined;
  readonly templates: readonly ObjectTemplate[];
}

export interface Barrier {
  readonly opcode: 'barrier';
  /** None: all that were created and not waited for. */
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
  readonly stageRequirement: 'Scheduled' | 'Attempted';
}

export interface Sleep {
  readonly opcode: 'sleep';
  /** Milliseconds. */
  readonly duration: number;
}

export interface StartCollectingMetrics {
  readonly opcode: 'startCollectingMetrics';
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
}

export interface StopCollectingMetrics {
  readonly opcode: 'stopCollectingMetrics';
}

/** An operation that is read and not built: no cluster here allocates devices. */
export interface DeviceOperation {
  readonly opcode: (typeof DEVICE_OPCODES)[number];
}
export const DEVICE_OPCODES = ['allocResourceClaims', 'createResourceClaims', 'createResourceDriver'] as const;

/** One step of a workload, with the workload's parameters in it. */
export type Operation = CreateNodes | CreateNamespaces | CreatePods | DeletePods | CreateAny | UpdateAny | Churn | Barrier | Sleep | StartCollectingMetrics | StopCollectingMetrics | DeviceOperation;
