import type { PersistentVolume } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import { fill, within, withPhase } from './fill.js';
import type { Strategy } from './strategy.js';

/** Defaults; the validation of volumes is not built yet. */
export const persistentVolume: Strategy = {
  returnsDeleted: true,
  defaults: (object) =>
    withPhase(within(object as PersistentVolume, 'spec', (spec) =>
      within(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), 'hostPath', (hostPath) => fill(hostPath, { type: '' }))), 'Pending') as KubernetesObject,
  prepareForCreate: (object, now) => Object.assign({}, object, { status: { phase: 'Pending', lastPhaseTransitionTime: now } }),
};
