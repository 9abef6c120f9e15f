import type { StorageClass } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

const DEFAULT_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export const storageClassPrinter = definePrinter<StorageClass>({
  resource: 'storageclasses.storage.k8s.io',
  cells: ({ metadata, provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion }, now) => [
    `${metadata.name ?? ''}${DEFAULT_ANNOTATIONS.some((name) => metadata.annotations?.[name] === 'true') ? ' (default)' : ''}`,
    provisioner,
    reclaimPolicy ?? 'Delete',
    volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion ?? false,
    ageSince(metadata.creationTimestamp, now),
  ],
});
