import type { Scale } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

/** What `kubectl get deployment NAME --subresource=scale` shows. */
export const scalePrinter = definePrinter<Scale>({
  resource: 'scales.autoscaling',
  cells: ({ metadata, spec, status }, now) => [metadata.name ?? '', spec?.replicas ?? 0, status?.replicas ?? 0, ageSince(metadata.creationTimestamp, now)],
});
