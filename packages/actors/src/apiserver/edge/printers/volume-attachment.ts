import type { VolumeAttachment, VolumeAttributesClass } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const volumeAttachmentPrinter = definePrinter<VolumeAttachment>({
  resource: 'volumeattachments.storage.k8s.io',
  cells: ({ metadata, spec, status }, now) => [metadata.name ?? '', spec?.attacher ?? '', spec?.source?.persistentVolumeName ?? '', spec?.nodeName ?? '', status?.attached ?? false, ageSince(metadata.creationTimestamp, now)],
});

export const volumeAttributesClassPrinter = definePrinter<VolumeAttributesClass>({
  resource: 'volumeattributesclasses.storage.k8s.io',
  cells: ({ metadata, driverName }, now) => [metadata.name ?? '', driverName, ageSince(metadata.creationTimestamp, now)],
});
