import type { APIService } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const apiServicePrinter = definePrinter<APIService>({
  resource: 'apiservices.apiregistration.k8s.io',
  cells: ({ metadata, spec, status }, now) => {
    const available = status?.conditions?.find((condition) => condition.type === 'Available');
    const shown = available === undefined ? 'Unknown' : available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
    return [metadata.name ?? '', spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local', shown, ageSince(metadata.creationTimestamp, now)];
  },
});
