import type { DaemonSet } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells, formatLabels } from './selector-text.js';

export const daemonSetPrinter = definePrinter<DaemonSet>({
  resource: 'daemonsets.apps',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    status?.desiredNumberScheduled ?? 0,
    status?.currentNumberScheduled ?? 0,
    status?.numberReady ?? 0,
    status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0,
    formatLabels(spec?.template?.spec?.nodeSelector),
    ageSince(metadata.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabelSelector(spec?.selector),
  ],
});
