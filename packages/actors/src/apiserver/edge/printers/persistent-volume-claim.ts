import type { PersistentVolumeClaim } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { shortAccessModes, storageClassOf } from './access-modes.js';

export const persistentVolumeClaimPrinter = definePrinter<PersistentVolumeClaim>({
  resource: 'persistentvolumeclaims',
  cells: ({ metadata, spec, status }, now) => {
    const bound = (spec?.volumeName ?? '') !== '';
    return [
      metadata.name ?? '',
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      spec?.volumeName ?? '',
      bound ? (status?.capacity?.storage ?? '0') : '',
      bound ? shortAccessModes(status?.accessModes) : '',
      storageClassOf(metadata.annotations, spec?.storageClassName),
      spec?.volumeAttributesClassName ?? '<unset>',
      ageSince(metadata.creationTimestamp, now),
      spec?.volumeMode ?? '<unset>',
    ];
  },
});
