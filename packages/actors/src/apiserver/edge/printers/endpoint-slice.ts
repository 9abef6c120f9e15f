import type { EndpointSlice } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { firstWords } from './selector-text.js';

const SHOWN = 3;

export const endpointSlicePrinter = definePrinter<EndpointSlice>({
  resource: 'endpointslices.discovery.k8s.io',
  cells: ({ metadata, addressType, ports, endpoints }, now) => [
    metadata.name ?? '',
    addressType,
    firstWords((ports ?? []).map((port) => (port.port === undefined ? (port.name ?? '*') : String(port.port))), SHOWN) || '<unset>',
    firstWords((endpoints ?? []).flatMap((endpoint) => endpoint.addresses), SHOWN) || '<unset>',
    ageSince(metadata.creationTimestamp, now),
  ],
});
