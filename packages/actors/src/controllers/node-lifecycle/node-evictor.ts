import { type Instant, milliseconds } from '@naumachia/core';
import type { ApiRequest } from '../../api/requests.js';
import { objectAt } from '../../machinery/informer.js';
import type { Work } from '../../machinery/reconciler.js';
import { formatTime } from '../../api/time-format.js';
import { NODES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { readyCondition } from './node-health.js';
import { evictionKey, taintPatches } from './taints.js';
import { takeToken } from './zones.js';

export const EVICTOR = 'node-evictor';

/** Taints lost nodes NoExecute, zone by zone and no faster than the zone allows. Keys are zones. */
export const nodeEvictor: ManagedController = {
  name: EVICTOR,
  component: 'node-controller',
  workers: 1,
  reconcile: (manager, key, now) => taintNext(manager, key, now),
  watches: {},
};

const taintNext = (manager: ControllerManager, key: string, now: Instant): Work | undefined => {
  const zone = manager.memory.zones.get(key);
  if (zone === undefined) return undefined;
  const writes: ApiRequest[] = [];
  for (const name of zone.waiting) {
    const node = objectAt(manager.informers, NODES, name);
    const wanted = node === undefined ? undefined : evictionKey(readyCondition(node.value)?.status ?? 'Unknown');
    if (node === undefined) {
      zone.waiting.delete(name);
      continue;
    }
    // The status that the monitor wrote may not have come back yet.
    if (wanted === undefined) continue;
    const { taken, wait } = takeToken(zone, now);
    if (!taken) return wait === undefined && writes.length === 0 ? undefined : { writes, ...(wait !== undefined && { requeueAfter: milliseconds(wait) }) };
    zone.waiting.delete(name);
    writes.push(...taintPatches(node, [{ key: wanted, effect: 'NoExecute', timeAdded: formatTime(now) }], []));
  }
  // The real one looks at its queues each 100 ms (nodeEvictionPeriod).
  if (writes.length > 0 || zone.waiting.size > 0) return { writes, ...(zone.waiting.size > 0 && { requeueAfter: milliseconds(100) }) };
  return undefined;
};
