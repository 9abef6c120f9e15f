import type { RuntimeClass } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const runtimeClassPrinter = definePrinter<RuntimeClass>({
  resource: 'runtimeclasses.node.k8s.io',
  cells: ({ metadata, handler }, now) => [metadata.name ?? '', handler, ageSince(metadata.creationTimestamp, now)],
});
