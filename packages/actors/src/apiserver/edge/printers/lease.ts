import type { Lease } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const leasePrinter = definePrinter<Lease>({
  resource: 'leases.coordination.k8s.io',
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', spec?.holderIdentity ?? '', ageSince(metadata.creationTimestamp, now)],
});
