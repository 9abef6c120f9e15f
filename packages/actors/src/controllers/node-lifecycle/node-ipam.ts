import { podCidr } from '../../api/node-addresses.js';
import { objectAt, objectsOf } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { brief, patchRequest } from '../../machinery/requests.js';
import { NODES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { CLIENT } from './taints.js';

const NAME = 'node-ipam-controller';

/** Gives each node a range of pod addresses of its own (--allocate-node-cidrs). */
export const nodeIpam: ManagedController = {
  name: NAME,
  workers: 30,
  reconcile: (manager, key) => reconcile(manager, key),
  watches: {
    nodes: (manager, former, current) => {
      if (current !== undefined && current.value.spec?.podCIDR === undefined) enqueue(manager, NAME, current.header.name);
      if (current === undefined && former?.value.spec?.podCIDR !== undefined) manager.memory.podCidrs.delete(former.value.spec.podCIDR);
      if (current?.value.spec?.podCIDR !== undefined) manager.memory.podCidrs.set(current.value.spec.podCIDR, current.header.name);
    },
  },
};

const reconcile = (manager: ControllerManager, key: string): Work | undefined => {
  const node = objectAt(manager.informers, NODES, key);
  if (node === undefined || node.value.spec?.podCIDR !== undefined) return undefined;
  const { podCidrs } = manager.memory;
  const range = freeRange(key, podCidrs, objectsOf(manager.informers, NODES).size);
  podCidrs.set(range, key);
  return { writes: [brief(patchRequest(CLIENT, 'nodes', '', key, 'strategic', { spec: { podCIDR: range, podCIDRs: [range] } }))] };
};

/** `node-17` gets the seventeenth range if it is free, so that addresses can be told by looking; any other the next free one. */
const freeRange = (node: string, taken: ReadonlyMap<string, string>, count: number): string => {
  const number = /-(\d+)$/.exec(node)?.[1];
  const own = number === undefined ? undefined : podCidr(Number(number));
  if (own !== undefined && (taken.get(own) ?? node) === node) return own;
  for (let i = count + 1; ; i++) {
    const range = podCidr(i);
    if (!taken.has(range)) return range;
  }
};
