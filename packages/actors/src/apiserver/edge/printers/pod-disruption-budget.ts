import type { PodDisruptionBudget } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const podDisruptionBudgetPrinter = definePrinter<PodDisruptionBudget>({
  resource: 'poddisruptionbudgets.policy',
  cells: ({ metadata, spec, status }, now) => [metadata.name ?? '', String(spec?.minAvailable ?? 'N/A'), String(spec?.maxUnavailable ?? 'N/A'), status?.disruptionsAllowed ?? 0, ageSince(metadata.creationTimestamp, now)],
});
