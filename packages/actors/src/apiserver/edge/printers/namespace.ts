import type { Namespace } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const namespacePrinter = definePrinter<Namespace>({
  resource: 'namespaces',
  cells: ({ metadata, status }, now) => [metadata.name ?? '', status?.phase ?? '', ageSince(metadata.creationTimestamp, now)],
});
