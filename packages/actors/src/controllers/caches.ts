import type { ConfigMap, Deployment, Endpoints, EndpointSlice, Lease, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, ReplicaSet, ReplicationController, Service, ServiceAccount, VolumeAttributesClass } from '../api/generated/types.js';
import type { Labels } from '../api/label-selector.js';
import { defineInformer } from '../machinery/informer.js';
import type { ControllerManager } from './controller.js';
import { type PodView, podView } from './pod-view.js';
import { type DeploymentView, deploymentView, type ReplicaSetView, replicaSetView, replicationControllerView, type ServiceView, serviceView } from './workload-views.js';

/** The caches that the controllers share: one informer per kind, whoever reads it. */

/**
 * Pods, found by the uid of their controller (`controller`), by namespace where they have none (`orphans`), by node (`node`), by
 * each of their labels (`label`, see `labelTerm`) and by `namespace/claim` of their volumes (`claim`).
 */
export const PODS = defineInformer<ControllerManager, Pod, PodView>({
  resource: 'pods',
  view: podView,
  indexes: {
    controller: (pod) => pod.controller?.uid,
    orphans: (pod) => (pod.controller === undefined ? pod.header.namespace : undefined),
    node: (pod) => (pod.nodeName === '' ? undefined : pod.nodeName),
    label: (pod) => pod.labelTerms,
    claim: (pod) => pod.claims,
  },
});

export const REPLICA_SETS = defineInformer<ControllerManager, ReplicaSet, ReplicaSetView>({
  resource: 'replicasets.apps',
  view: replicaSetView,
  indexes: {
    controller: (set) => set.controller?.uid,
    orphans: (set) => (set.controller === undefined ? set.header.namespace : undefined),
    namespace: (set) => set.header.namespace,
  },
});

export const REPLICATION_CONTROLLERS = defineInformer<ControllerManager, ReplicationController, ReplicaSetView>({
  resource: 'replicationcontrollers',
  view: replicationControllerView,
  indexes: { namespace: (set) => set.header.namespace },
});

export const DEPLOYMENTS = defineInformer<ControllerManager, Deployment, DeploymentView>({
  resource: 'deployments.apps',
  view: deploymentView,
  indexes: { namespace: (deployment) => deployment.header.namespace },
});

/** Services, found by the first term of their selector: a pod's labels then lead to the services that may select it. */
export const SERVICES = defineInformer<ControllerManager, Service, ServiceView>({
  resource: 'services',
  view: serviceView,
  indexes: { selector: (service) => firstTerm(service.header.namespace, service.value.spec?.selector) },
});

/** EndpointSlices, found by `namespace/service`. */
export const ENDPOINT_SLICES = defineInformer<ControllerManager, EndpointSlice>({
  resource: 'endpointslices.discovery.k8s.io',
  indexes: {
    service: (slice) => {
      const service = slice.header.labels?.['kubernetes.io/service-name'];
      return service === undefined ? undefined : `${slice.header.namespace}/${service}`;
    },
  },
});

export const ENDPOINTS = defineInformer<ControllerManager, Endpoints>({ resource: 'endpoints' });
export const NODES = defineInformer<ControllerManager, Node>({ resource: 'nodes', packs: true });
export const LEASES = defineInformer<ControllerManager, Lease>({ resource: 'leases.coordination.k8s.io' });
export const NAMESPACES = defineInformer<ControllerManager, Namespace>({ resource: 'namespaces' });
export const SERVICE_ACCOUNTS = defineInformer<ControllerManager, ServiceAccount>({ resource: 'serviceaccounts' });
export const CONFIG_MAPS = defineInformer<ControllerManager, ConfigMap>({ resource: 'configmaps' });
export const PERSISTENT_VOLUMES = defineInformer<ControllerManager, PersistentVolume>({ resource: 'persistentvolumes' });
export const VOLUME_ATTRIBUTES_CLASSES = defineInformer<ControllerManager, VolumeAttributesClass>({ resource: 'volumeattributesclasses.storage.k8s.io' });
export const PERSISTENT_VOLUME_CLAIMS = defineInformer<ControllerManager, PersistentVolumeClaim>({ resource: 'persistentvolumeclaims' });

/** A label of an object as the indexes know it. */
export const labelTerm = (namespace: string, key: string, value: string): string => `${namespace}/${key}=${value}`;

const firstTerm = (namespace: string, selector: Labels | undefined): string | undefined => {
  let first: string | undefined;
  for (const key in selector) if (first === undefined || key < first) first = key;
  return first === undefined ? undefined : labelTerm(namespace, first, selector?.[first] ?? '');
};
