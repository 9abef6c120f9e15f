import type { IngressClass } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

export const ingressClassPrinter = definePrinter<IngressClass>({
  resource: 'ingressclasses.networking.k8s.io',
  cells: ({ metadata, spec }, now) => {
    const parameters = spec?.parameters;
    const shown = parameters ? `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}` : '<none>';
    return [metadata.name ?? '', spec?.controller ?? '', shown, ageSince(metadata.creationTimestamp, now)];
  },
});
