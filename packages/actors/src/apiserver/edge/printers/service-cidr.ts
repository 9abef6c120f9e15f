import type { ServiceCIDR } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const serviceCIDRPrinter = definePrinter<ServiceCIDR>({
  resource: 'servicecidrs.networking.k8s.io',
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', (spec?.cidrs ?? []).join(','), ageSince(metadata.creationTimestamp, now)],
});
