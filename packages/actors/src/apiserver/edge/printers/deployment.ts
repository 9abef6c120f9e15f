import type { Deployment } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { containerCells } from './selector-text.js';

export const deploymentPrinter = definePrinter<Deployment>({
  resource: 'deployments.apps',
  cells: ({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    ageSince(metadata.creationTimestamp, now),
    ...containerCells(spec.template?.spec?.containers),
    formatLabelSelector(spec.selector),
  ],
});
