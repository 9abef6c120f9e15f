import type { Secret } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const secretPrinter = definePrinter<Secret>({
  resource: 'secrets',
  cells: ({ metadata, type, data }, now) => [metadata.name ?? '', type ?? '', Object.keys(data ?? {}).length, ageSince(metadata.creationTimestamp, now)],
});
