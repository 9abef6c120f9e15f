import type { ResourceQuota } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const resourceQuotaPrinter = definePrinter<ResourceQuota>({
  resource: 'resourcequotas',
  cells: ({ metadata, status }, now) => {
    const names = Object.keys(status?.hard ?? {}).sort();
    const shown = (limits: boolean): string => names.filter((name) => name.startsWith('limits') === limits).map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`).join(', ');
    return [metadata.name ?? '', shown(false), shown(true), ageSince(metadata.creationTimestamp, now)];
  },
});
