import type { Service } from '../../../api/generated/types.js';
import { ageSince } from './age.js';
import { definePrinter } from './printer.js';
import { formatLabels } from './selector-text.js';

export const servicePrinter = definePrinter<Service>({
  resource: 'services',
  cells: (service, now) => [
    service.metadata.name ?? '',
    service.spec.type ?? '',
    service.spec.clusterIPs?.[0] ?? '<none>',
    externalAddresses(service),
    ports(service),
    ageSince(service.metadata.creationTimestamp, now),
    formatLabels(service.spec.selector),
  ],
});

const externalAddresses = ({ spec, status }: Service): string => {
  const own = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.length > 0 ? own.join(',') : '<none>';
    case 'LoadBalancer': {
      const balancers = (status?.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip || ingress.hostname || '').filter((address) => address !== '');
      const all = [...[...new Set(balancers)].sort(), ...own];
      return all.length > 0 ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
};

const ports = ({ spec }: Service): string =>
  (spec.ports ?? []).map((port) => (port.nodePort ? `${port.port}:${port.nodePort}/${port.protocol}` : `${port.port}/${port.protocol}`)).join(',') || '<none>';
