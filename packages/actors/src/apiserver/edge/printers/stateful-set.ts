import type { StatefulSet } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells } from './selector-text.js';

export const statefulSetPrinter = definePrinter<StatefulSet>({
  resource: 'statefulsets.apps',
  cells: ({ metadata, spec, status }, now) => [metadata.name ?? '', `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, ageSince(metadata.creationTimestamp, now), ...containerCells(spec?.template?.spec?.containers)],
});
