import type { ReplicationController } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells, formatLabels } from './selector-text.js';

export const replicationControllerPrinter = definePrinter<ReplicationController>({
  resource: 'replicationcontrollers',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageSince(metadata.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabels(spec?.selector),
  ],
});
