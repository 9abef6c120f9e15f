import type { PersistentVolume } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { shortAccessModes, storageClassOf } from './access-modes.js';

export const persistentVolumePrinter = definePrinter<PersistentVolume>({
  resource: 'persistentvolumes',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    spec?.capacity?.storage ?? '0',
    shortAccessModes(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
    spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
    storageClassOf(metadata.annotations, spec?.storageClassName),
    spec?.volumeAttributesClassName ?? '<unset>',
    status?.reason ?? '',
    ageSince(metadata.creationTimestamp, now),
    spec?.volumeMode ?? '<unset>',
  ],
});
