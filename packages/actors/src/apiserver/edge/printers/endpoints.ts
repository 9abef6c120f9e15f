import type { Endpoints } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { firstWords } from './selector-text.js';

const SHOWN = 3;

export const endpointsPrinter = definePrinter<Endpoints>({
  resource: 'endpoints',
  cells: (endpoints, now) => [endpoints.metadata.name ?? '', addresses(endpoints), ageSince(endpoints.metadata.creationTimestamp, now)],
});

/** Every address with every port of its subset; addresses alone for a headless service without ports. */
const addresses = ({ subsets }: Endpoints): string => {
  if (!subsets || subsets.length === 0) return '<none>';
  const words: string[] = [];
  for (const subset of subsets) {
    const ips = (subset.addresses ?? []).map((address) => address.ip);
    if (!subset.ports || subset.ports.length === 0) words.push(...ips);
    else for (const { port } of subset.ports) words.push(...ips.map((ip) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)));
  }
  return firstWords(words, SHOWN);
};
