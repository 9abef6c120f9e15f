import type { ConfigMap } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const configMapPrinter = definePrinter<ConfigMap>({
  resource: 'configmaps',
  cells: ({ metadata, data, binaryData }, now) => [
    metadata.name ?? '',
    Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ageSince(metadata.creationTimestamp, now),
  ],
});
