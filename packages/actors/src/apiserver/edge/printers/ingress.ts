import type { Ingress } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { firstWords } from './selector-text.js';

const SHOWN_HOSTS = 3;

export const ingressPrinter = definePrinter<Ingress>({
  resource: 'ingresses.networking.k8s.io',
  cells: (ingress, now) => {
    const { metadata, spec, status } = ingress;
    const balancers = (status?.loadBalancer?.ingress ?? []).map((entry) => entry.ip || entry.hostname || '').filter((address) => address !== '');
    const hosts = (spec?.rules ?? []).flatMap((rule) => (rule.host ? [rule.host] : []));
    return [
      metadata.name ?? '',
      spec?.ingressClassName ?? '<none>',
      firstWords(hosts, SHOWN_HOSTS) || '*',
      [...new Set(balancers)].sort().join(','),
      (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
      ageSince(metadata.creationTimestamp, now),
    ];
  },
});
