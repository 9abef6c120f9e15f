import type { ConfigMap } from '../api/generated/types.js';
import { objectAt } from '../machinery/informer.js';
import { enqueue, type Work } from '../machinery/reconciler.js';
import { createRequest, serviceAccountClient, updateRequest } from '../machinery/requests.js';
import { CONFIG_MAPS, NAMESPACES } from './caches.js';
import type { ControllerManager, ManagedController } from './controller.js';

const NAME = 'root-ca-cert-publisher';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
const CONFIG_MAP = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Puts the cluster's CA certificate into each namespace, for pods to mount. */
export const rootCaPublisher: ManagedController = {
  name: NAME,
  workers: 1,
  reconcile: (manager, key) => reconcile(manager, key),
  watches: {
    namespaces: (manager, _former, current) => {
      if (current !== undefined) enqueue(manager, NAME, current.header.name);
    },
    configMaps: (manager, former, current) => {
      const map = current ?? former;
      if (map?.header.name === CONFIG_MAP) enqueue(manager, NAME, map.header.namespace);
    },
  },
};

const reconcile = (manager: ControllerManager, namespace: string): Work | undefined => {
  const { rootCa } = manager.config;
  const found = objectAt(manager.informers, NAMESPACES, namespace);
  if (rootCa === undefined || found === undefined || found.value.status?.phase !== 'Active') return undefined;
  const existing = objectAt(manager.informers, CONFIG_MAPS, `${namespace}/${CONFIG_MAP}`);
  const data = { 'ca.crt': rootCa };
  if (existing === undefined) {
    const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CONFIG_MAP, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } }, data };
    return { writes: [createRequest(CLIENT, 'configmaps', namespace, object)] };
  }
  const { value } = existing;
  const described = value.metadata.annotations?.['kubernetes.io/description'] === DESCRIPTION;
  if (described && value.data?.['ca.crt'] === rootCa && Object.keys(value.data).length === 1) return undefined;
  const metadata = Object.assign({}, value.metadata, { annotations: Object.assign({}, value.metadata.annotations, { 'kubernetes.io/description': DESCRIPTION }) });
  return { writes: [updateRequest(CLIENT, existing.header, Object.assign({}, value, { metadata, data }))] };
};
