import { objectAt } from '../machinery/informer.js';
import { enqueue, type Work } from '../machinery/reconciler.js';
import { createRequest, serviceAccountClient } from '../machinery/requests.js';
import { NAMESPACES, SERVICE_ACCOUNTS } from './caches.js';
import type { ControllerManager, ManagedController } from './controller.js';

const NAME = 'service-account-controller';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');

/** Sees to it that each active namespace has the service account `default`, which pods use that name none. */
export const serviceAccountController: ManagedController = {
  name: NAME,
  workers: 1,
  reconcile: (manager, key) => reconcile(manager, key),
  watches: {
    namespaces: (manager, _former, current) => {
      if (current !== undefined) enqueue(manager, NAME, current.header.name);
    },
    serviceAccounts: (manager, former, current) => {
      if (current === undefined && former?.header.name === 'default') enqueue(manager, NAME, former.header.namespace);
    },
  },
};

const reconcile = (manager: ControllerManager, namespace: string): Work | undefined => {
  const found = objectAt(manager.informers, NAMESPACES, namespace);
  if (found === undefined || found.value.status?.phase !== 'Active' || found.value.metadata.deletionTimestamp !== undefined) return undefined;
  if (objectAt(manager.informers, SERVICE_ACCOUNTS, `${namespace}/default`) !== undefined) return undefined;
  return { writes: [createRequest(CLIENT, 'serviceaccounts', namespace, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })] };
};
