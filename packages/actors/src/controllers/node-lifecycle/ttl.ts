import { objectAt, objectsOf } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { brief, patchRequest, serviceAccountClient } from '../../machinery/requests.js';
import { NODES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';

const NAME = 'ttl-controller';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Up to so many nodes, kubelets may keep secrets for so many seconds (ttl_controller.go: ttlBoundaries, which overlap on purpose). */
const BOUNDARIES: readonly { readonly least: number; readonly most: number; readonly seconds: number }[] = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** Tells kubelets, in an annotation of their nodes, how long they may trust what they read: the longer the larger the cluster. */
export const ttlController: ManagedController = {
  name: NAME,
  workers: 5,
  reconcile: (manager, key) => reconcile(manager, key),
  watches: {
    nodes: (manager, former, current) => {
      const { memory } = manager;
      if (former === undefined || current === undefined) {
        const count = objectsOf(manager.informers, NODES).size;
        while (count > (BOUNDARIES[memory.ttl.step]?.most ?? 0)) memory.ttl.step++;
        while (count < (BOUNDARIES[memory.ttl.step]?.least ?? 0)) memory.ttl.step--;
      }
      if (current !== undefined) enqueue(manager, NAME, current.header.name);
    },
  },
};

const reconcile = (manager: ControllerManager, key: string): Work | undefined => {
  const node = objectAt(manager.informers, NODES, key);
  const wanted = String(BOUNDARIES[manager.memory.ttl.step]?.seconds ?? 0);
  if (node === undefined || node.value.metadata.annotations?.[ANNOTATION] === wanted) return undefined;
  return { writes: [brief(patchRequest(CLIENT, 'nodes', '', key, 'strategic', { metadata: { annotations: { [ANNOTATION]: wanted } } }))] };
};
