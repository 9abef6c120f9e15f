import type { Node } from '../../api/generated/types.js';
import { zeroValue } from '../zero-value.js';
import { fill, within } from './fill.js';
import { typeNamed } from './type-named.js';
import { nodeErrors, nodeStatusErrors, nodeUpdateErrors } from '../validation/cluster.js';
import type { Strategy } from './strategy.js';

/** podCIDR is the first of podCIDRs, and wins (conversion of core/v1). */
const withCidrs = (object: Node): Node => {
  const { podCIDR, podCIDRs } = object.spec ?? {};
  if (podCIDR !== undefined && podCIDR !== '') return podCIDRs?.[0] === podCIDR ? object : Object.assign({}, object, { spec: Object.assign({}, object.spec, { podCIDRs: [podCIDR] }) });
  const first = podCIDRs?.[0];
  return first === undefined ? object : Object.assign({}, object, { spec: Object.assign({}, object.spec, { podCIDR: first }) });
};

export const node: Strategy = {
  metadata: { judgedAnew: true },
  defaults: (object) => {
    const filled = fill(withCidrs(object as Node), { spec: {}, status: zeroValue(typeNamed('core.v1.NodeStatus')) as NonNullable<Node['status']> });
    return within(filled, 'status', (status) => {
      const whole = fill(status, zeroValue(typeNamed('core.v1.NodeStatus')) as NonNullable<Node['status']>);
      return whole.allocatable === undefined && whole.capacity !== undefined ? Object.assign({}, whole, { allocatable: whole.capacity }) : whole;
    });
  },
  // A node brings its status with it.
  prepareForCreate: (object) => object,
  // Its kubelet and its kube-proxy follow one node among thousands.
  routingKeys: (object) => [`metadata.name=${object.metadata.name ?? ''}`],
  validate: (object) => nodeErrors(object as Node),
  validateUpdate: (object, old) => nodeUpdateErrors(object as Node, old as Node),
  status: { validateUpdate: (object, old) => nodeStatusErrors(object as Node, old as Node) },
  selectableFields: { 'spec.unschedulable': (object) => String((object as Node).spec?.unschedulable ?? false) },
};
