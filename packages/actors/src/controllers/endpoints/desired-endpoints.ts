import type { DiscoveryV1EndpointPort, Endpoint, Service } from '../../api/generated/types.js';
import { objectAt } from '../../machinery/informer.js';
import { NODES } from '../caches.js';
import type { ControllerManager } from '../controller.js';
import type { PodView } from '../pod-view.js';
import { slicePortsInOrder } from './port-order.js';
import { mayServe, targetPortOf } from './service-pods.js';

/** Endpoints that share their ports, and so can share slices. */
export interface PortGroup {
  readonly ports: readonly DiscoveryV1EndpointPort[];
  /** By `endpointKey`. */
  readonly endpoints: Map<string, Endpoint>;
}

export interface DesiredEndpoints {
  /** By the text of the ports. */
  readonly groups: Map<string, PortGroup>;
  /** Some pod runs on a node that the cache does not know (yet): the service must be looked at again. */
  readonly incomplete: boolean;
}

export type AddressType = 'IPv4' | 'IPv6';

export const addressTypesOf = (service: Service): readonly AddressType[] => {
  const families = (service.spec?.ipFamilies ?? []).filter((family): family is AddressType => family === 'IPv4' || family === 'IPv6');
  return families.length === 0 ? ['IPv4'] : families;
};

/** What the service's slices of one address type should hold (endpointslice/reconciler.go: reconcileByAddressType). */
export const desiredEndpoints = (manager: ControllerManager, service: Service, pods: readonly PodView[], addressType: AddressType): DesiredEndpoints => {
  const groups = new Map<string, PortGroup>();
  let incomplete = false;
  const fixed = samePortsForAll(service) ? slicePorts(service, undefined) : undefined;
  const fixedKey = fixed === undefined ? undefined : portsKey(fixed);
  for (const pod of pods) {
    if (!mayServe(pod, true)) continue;
    const address = addressOf(pod, addressType);
    if (address === undefined) continue;
    const node = pod.nodeName === '' ? undefined : objectAt(manager.informers, NODES, pod.nodeName);
    if (node === undefined) {
      incomplete = true;
      continue;
    }
    const ports = fixed ?? slicePorts(service, pod);
    const key = fixedKey ?? portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: new Map() }));
    const zone = node.header.labels?.['topology.kubernetes.io/zone'];
    const endpoint = endpointOf(service, pod, address, zone);
    group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return { groups, incomplete };
};

const addressOf = ({ podIPs }: PodView, addressType: AddressType): string | undefined => {
  for (const ip of podIPs) if ((addressType === 'IPv6') === ip.includes(':')) return ip;
  return undefined;
};

export const endpointKey = (endpoint: Endpoint): string => `${endpoint.addresses[0] ?? ''} ${endpoint.targetRef?.uid ?? ''}`;

export const portsKey = (ports: readonly DiscoveryV1EndpointPort[]): string => {
  let key = '';
  for (const { name, protocol, port, appProtocol } of ports) key += `${name ?? ''}/${protocol ?? ''}/${port ?? ''}/${appProtocol ?? ''};`;
  return key;
};

const samePortsForAll = (service: Service): boolean => (service.spec?.ports ?? []).every(({ targetPort }) => typeof targetPort !== 'string');

const slicePorts = (service: Service, pod: PodView | undefined): readonly DiscoveryV1EndpointPort[] => {
  const ports: DiscoveryV1EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = pod === undefined ? Number(servicePort.targetPort) || servicePort.port : targetPortOf(pod, servicePort);
    if (port === undefined) continue;
    const { name, protocol, appProtocol } = servicePort;
    ports.push({ name: name ?? '', protocol: protocol ?? 'TCP', port, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return slicePortsInOrder(ports);
};

const endpointOf = (service: Service, pod: PodView, address: string, zone: string | undefined): Endpoint => {
  const { namespace, name, uid } = pod.header;
  const ready = service.spec?.publishNotReadyAddresses === true || (pod.ready && !pod.terminating);
  const conditions = { ready, serving: pod.ready, terminating: pod.terminating };
  return Object.assign(
    { addresses: [address], conditions },
    pod.hostname !== '' && pod.subdomain === service.metadata.name && { hostname: pod.hostname },
    { targetRef: { kind: 'Pod', namespace, name, uid }, nodeName: pod.nodeName },
    zone !== undefined && { zone },
  );
};

export const sameEndpoint = (a: Endpoint, b: Endpoint): boolean =>
  a.conditions?.ready === b.conditions?.ready &&
  a.conditions?.serving === b.conditions?.serving &&
  a.conditions?.terminating === b.conditions?.terminating &&
  a.nodeName === b.nodeName &&
  a.zone === b.zone &&
  a.hostname === b.hostname;
