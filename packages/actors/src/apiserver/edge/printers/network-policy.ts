import type { NetworkPolicy } from '../../../api/generated/types.js';
import { formatLabelSelector } from '../../../api/label-selector.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const networkPolicyPrinter = definePrinter<NetworkPolicy>({
  resource: 'networkpolicies.networking.k8s.io',
  cells: ({ metadata, spec }, now) => [metadata.name ?? '', formatLabelSelector(spec?.podSelector), ageSince(metadata.creationTimestamp, now)],
});
