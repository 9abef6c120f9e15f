import type { ServiceAccount } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const serviceAccountPrinter = definePrinter<ServiceAccount>({
  resource: 'serviceaccounts',
  cells: ({ metadata }, now) => [metadata.name ?? '', ageSince(metadata.creationTimestamp, now)],
});
