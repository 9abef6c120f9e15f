import type { Node } from '../../api/generated/types.js';
import { zeroValue } from '../zero-value.js';
import { fill, within } from './fill.js';
import { typeNamed } from './type-named.js';
import type { Strategy } from './strategy.js';

export const node: Strategy = {
  defaults: (object) => {
    const filled = fill(object as Node, { spec: {}, status: zeroValue(typeNamed('core.v1.NodeStatus')) as NonNullable<Node['status']> });
    return within(filled, 'status', (status) => {
      const whole = fill(status, zeroValue(typeNamed('core.v1.NodeStatus')) as NonNullable<Node['status']>);
      return whole.allocatable === undefined && whole.capacity !== undefined ? { ...whole, allocatable: whole.capacity } : whole;
    });
  },
  // A node brings its status with it.
  prepareForCreate: (object) => object,
  // Its kubelet and its kube-proxy follow one node among thousands.
  routingKeys: (object) => [`metadata.name=${object.metadata.name ?? ''}`],
  selectableFields: { 'spec.unschedulable': (object) => String((object as Node).spec?.unschedulable ?? false) },
};
