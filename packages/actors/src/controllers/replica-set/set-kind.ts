import { type ApiClient, serviceAccountClient } from '../../machinery/requests.js';
import type { InformerDefinition } from '../../machinery/informer.js';
import { REPLICA_SETS, REPLICATION_CONTROLLERS } from '../caches.js';
import type { ControllerManager } from '../controller.js';
import type { ReplicaSetView } from '../workload-views.js';

/** What tells a ReplicaSet from a ReplicationController: one controller serves both (pkg/controller/replication is an adapter). */
export interface SetKind {
  /** The controller's name. */
  readonly controller: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly cache: InformerDefinition<ControllerManager, ReplicaSetView>;
  readonly client: ApiClient;
  /** `status.terminatingReplicas`, which a ReplicationController does not have. */
  readonly countsTerminating: boolean;
}

export const REPLICA_SET: SetKind = {
  controller: 'replicaset-controller',
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  cache: REPLICA_SETS,
  client: serviceAccountClient('replicaset-controller', 'kube-controller-manager'),
  countsTerminating: true,
};

export const REPLICATION_CONTROLLER: SetKind = {
  controller: 'replication-controller',
  apiVersion: 'v1',
  kind: 'ReplicationController',
  cache: REPLICATION_CONTROLLERS,
  client: serviceAccountClient('replication-controller', 'kube-controller-manager'),
  countsTerminating: false,
};
