import type { ReplicaSet } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells } from './selector-text.js';

export const replicaSetPrinter = definePrinter<ReplicaSet>({
  resource: 'replicasets.apps',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageSince(metadata.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabelSelector(spec?.selector),
  ],
});
