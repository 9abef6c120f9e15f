import type { Instant } from '@naumachia/core';
import { objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { formatTime } from '../../api/time-format.js';
import { NODES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { noScheduleChanges, taintPatches } from './taints.js';

const NAME = 'node-tainter';

/** Keeps new pods from nodes whose conditions, or whose administrator, say that they should get none. */
export const nodeTainter: ManagedController = {
  name: NAME,
  component: 'node-controller',
  workers: 8,
  reconcile: (manager, key, now) => reconcile(manager, key, now),
  watches: {
    nodes: (manager, _former, current) => {
      if (current !== undefined) enqueue(manager, NAME, current.header.name);
    },
  },
};

const reconcile = (manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const node = objectAt(manager.informers, NODES, key);
  if (node === undefined) return undefined;
  const { add, remove } = noScheduleChanges(node.value, formatTime(now));
  return add.length === 0 && remove.length === 0 ? undefined : { writes: taintPatches(node, add, remove) };
};
