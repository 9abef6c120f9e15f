import type { KubernetesObject } from '../../api/object.js';
import { deepEqual } from '../equality.js';
import type { Kind } from '../registry.js';

/** Raises metadata.generation where the strategy counts changes of the spec (or of all but metadata, where there is no spec). */
export const withGeneration = (kind: Kind, object: KubernetesObject, old: KubernetesObject, subresource: string): KubernetesObject => {
  const { generation } = kind.strategy;
  if (generation === undefined || subresource === 'status') return object;
  const changed = generation === 'spec' ? !deepEqual(object.spec, old.spec) : !sameBody(object, old) || (generation === 'all-and-labels' && !deepEqual(object.metadata.labels, old.metadata.labels));
  if (!changed) return object;
  return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { generation: (old.metadata.generation ?? 0) + 1 }) });
};

const sameBody = (object: KubernetesObject, old: KubernetesObject): boolean => {
  const { metadata: _, status: __, ...body } = object;
  const { metadata: ___, status: ____, ...before } = old;
  return deepEqual(body, before);
};
