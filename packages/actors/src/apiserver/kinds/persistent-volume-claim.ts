import type { PersistentVolumeClaim } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { claimUpdateErrors } from '../validation/persistent-volume-claim.js';
import { fill, within, withPhase } from './fill.js';
import type { Strategy } from './strategy.js';

/** Where the data come from is said twice: by the older field and by the newer one (normalizeDataSources of registry/core/persistentvolumeclaim). */
const withBothSources = (spec: PersistentVolumeClaim['spec']): PersistentVolumeClaim['spec'] => {
  const { dataSource, dataSourceRef } = spec ?? {};
  if (dataSource !== undefined && dataSourceRef === undefined) return Object.assign({}, spec, { dataSourceRef: dataSource });
  return dataSource === undefined && dataSourceRef !== undefined && dataSourceRef.namespace === undefined ? Object.assign({}, spec, { dataSource: dataSourceRef }) : spec;
};

/** Defaults, and what may not change; the rest of the validation of claims is not built yet. */
export const persistentVolumeClaim: Strategy = {
  returnsDeleted: true,
  defaults: (object) => withPhase(within(object as PersistentVolumeClaim, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' })), 'Pending') as KubernetesObject,
  prepareForCreate: (object) => Object.assign({}, within(object as PersistentVolumeClaim, 'spec', withBothSources), { status: { phase: 'Pending' } }) as KubernetesObject,
  validateUpdate: (object, old) => claimUpdateErrors(object as PersistentVolumeClaim, old as PersistentVolumeClaim),
};
