import type { IPAddress } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';

/** The real server gives a third cell, the age, for which there is no column. */
export const ipAddressPrinter = definePrinter<IPAddress>({
  resource: 'ipaddresses.networking.k8s.io',
  cells: ({ metadata, spec }, now) => {
    const { resource = '', group = '', namespace = '', name = '' } = spec?.parentRef ?? {};
    return [metadata.name ?? '', `${group === '' ? resource : `${resource}.${group}`}/${namespace}/${name}`, ageSince(metadata.creationTimestamp, now)];
  },
});
