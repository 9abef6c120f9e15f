import type { KubernetesObject } from '../../api/object.js';
import type { Lease } from '../../api/generated/types.js';
import { leaseErrors } from '../validation/cluster.js';
import type { Strategy } from './strategy.js';

/** Fields of coordinated leader election (beta and off), which the server drops. */
const withoutElection = (object: KubernetesObject): KubernetesObject => {
  const spec = object.spec as Readonly<Record<string, unknown>> | undefined;
  if (spec === undefined || (spec.strategy === undefined && spec.preferredHolder === undefined)) return object;
  const { strategy: _, preferredHolder: __, ...kept } = spec;
  return Object.assign({}, object, { spec: kept });
};

export const lease: Strategy = {
  metadata: { anyFinalizer: true },
  prepareForCreate: withoutElection,
  prepareForUpdate: withoutElection,
  validate: (object) => leaseErrors(object as Lease),
  validateUpdate: (object) => leaseErrors(object as Lease),
  createOnUpdate: true,
  conditionalUpdate: true,
};
