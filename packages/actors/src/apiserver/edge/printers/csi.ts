import type { CSIDriver, CSINode } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const csiDriverPrinter = definePrinter<CSIDriver>({
  resource: 'csidrivers.storage.k8s.io',
  cells: ({ metadata, spec }, now) => [
    metadata.name ?? '',
    spec?.attachRequired ?? true,
    spec?.podInfoOnMount ?? false,
    spec?.storageCapacity ?? false,
    (spec?.tokenRequests ?? []).map((request) => request.audience).join(',') || '<unset>',
    spec?.requiresRepublish ?? false,
    (spec?.volumeLifecycleModes ?? []).join(',') || '<none>',
    ageSince(metadata.creationTimestamp, now),
  ],
});

export const csiNodePrinter = definePrinter<CSINode>({
  resource: 'csinodes.storage.k8s.io',
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.drivers?.length ?? 0, ageSince(metadata.creationTimestamp, now)],
});
