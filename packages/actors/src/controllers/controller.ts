import type { ActorContext } from '@naumachia/core';
import type { ConfigMap, Endpoints, EndpointSlice, Lease, Namespace, Node, PersistentVolume, PersistentVolumeClaim, ServiceAccount, VolumeAttributesClass } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import type { EventRecorder } from '../machinery/event-recorder.js';
import type { WithInformers } from '../machinery/informer.js';
import type { Controller, WithReconcilers } from '../machinery/reconciler.js';
import type { ControllerMemory } from './memory.js';
import type { PodView } from './pod-view.js';
import type { DeploymentView, ReplicaSetView, ServiceView } from './workload-views.js';

/** kube-controller-manager's options, defaults as of Kubernetes 1.36. */
export interface ControllerManagerConfig {
  /** Names of the controllers to run, `*` for all, `-name` to leave one out (`--controllers`). */
  readonly controllers?: readonly string[];
  /** Whether it keeps the lease `kube-system/kube-controller-manager` (`--leader-elect`, true). */
  readonly leaderElect?: boolean;
  /** PEM text for `kube-root-ca.crt` in each namespace (`--root-ca-file`); without it none is published. */
  readonly rootCa?: string;
  /** Keys of one controller worked on at once, in place of each controller's default (`--concurrent-*-syncs`). */
  readonly concurrentSyncs?: number;
  /** Seconds without a sign of life until a node counts as lost (`--node-monitor-grace-period`, 50). */
  readonly nodeMonitorGraceSeconds?: number;
  /** Finished pods that are kept (`--terminated-pod-gc-threshold`, 12,500). */
  readonly terminatedPodThreshold?: number;
}

/** The state of the controller manager: shared caches, one queue per controller, and what controllers must remember themselves. */
export interface ControllerManager extends WithInformers, WithReconcilers {
  readonly config: ControllerManagerConfig;
  /** By controller. */
  readonly recorders: Map<string, EventRecorder>;
  readonly memory: ControllerMemory;
}

/** Told of each change of a cached object: created without `former`, deleted without `current`. */
export type Handler<V> = (manager: ControllerManager, former: V | undefined, current: V | undefined, context: ActorContext) => void;

/** Which caches a controller listens to. */
export interface Watches {
  readonly pods?: Handler<PodView>;
  readonly replicaSets?: Handler<ReplicaSetView>;
  readonly replicationControllers?: Handler<ReplicaSetView>;
  readonly deployments?: Handler<DeploymentView>;
  readonly services?: Handler<ServiceView>;
  readonly endpointSlices?: Handler<Stored<EndpointSlice>>;
  readonly endpoints?: Handler<Stored<Endpoints>>;
  readonly nodes?: Handler<Stored<Node>>;
  readonly leases?: Handler<Stored<Lease>>;
  readonly namespaces?: Handler<Stored<Namespace>>;
  readonly serviceAccounts?: Handler<Stored<ServiceAccount>>;
  readonly configMaps?: Handler<Stored<ConfigMap>>;
  readonly persistentVolumes?: Handler<Stored<PersistentVolume>>;
  readonly persistentVolumeClaims?: Handler<Stored<PersistentVolumeClaim>>;
  readonly volumeAttributesClasses?: Handler<Stored<VolumeAttributesClass>>;
}

/** A controller of the controller manager: a line in `controllers.ts` adds it. */
export interface ManagedController extends Controller<ControllerManager> {
  /** `source.component` of its Events, where it is not the name. */
  readonly component?: string;
  readonly watches: Watches;
  /** Called once all caches are filled: the place to queue what runs from time to time. */
  readonly started?: (manager: ControllerManager, context: ActorContext) => void;
}
