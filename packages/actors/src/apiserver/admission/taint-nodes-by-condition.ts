import type { NodeSpec } from '../../api/generated/types.js';
import type { AdmissionPlugin } from './plugin.js';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** A new node takes no pods until the node life cycle controller has seen that it is ready (plugin/nodetaint). */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit: ({ operation, kind, subresource }, object) => {
    if (kind.resource !== 'nodes' || operation !== 'create' || subresource !== '') return object;
    const spec = (object.spec ?? {}) as NodeSpec;
    const taints = spec.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY && taint.effect === 'NoSchedule')) return object;
    return Object.assign({}, object, { spec: Object.assign({}, spec, { taints: [...taints, { key: NOT_READY, effect: 'NoSchedule' }] }) });
  },
};
