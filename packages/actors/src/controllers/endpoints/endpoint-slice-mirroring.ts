import type { DiscoveryV1EndpointPort, Endpoint, EndpointAddress, EndpointPort, Endpoints, EndpointSlice } from '../../api/generated/types.js';
import type { ApiRequest, Stored } from '../../api/requests.js';
import { indexed, objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { brief, createRequest, deleteRequest, hasFailed, isRefused, keyOf, serviceAccountClient, updateRequest } from '../../machinery/requests.js';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import { controllerReference } from '../replica-set/claim.js';
import { type AddressType, endpointKey, type PortGroup, portsKey } from './desired-endpoints.js';
import { slicePortsInOrder } from './port-order.js';
import { hasSelector } from './service-pods.js';
import { type Labels, MANAGED_BY, packOwned, SERVICE_NAME, type SliceOwner } from './slice-packing.js';
import { LAST_CHANGE } from './trigger-times.js';

const NAME = 'endpointslice-mirroring-controller';
const RESOURCE = 'endpointslices.discovery.k8s.io';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const CLIENT = serviceAccountClient('endpointslicemirroring-controller', 'kube-controller-manager');
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
/** Left over from leader election with Endpoints: such objects serve nobody. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** --mirroring-max-endpoints-per-subset. */
const MAX_ADDRESSES = 1000;

/** Copies Endpoints that people keep by hand, of services without a selector, into EndpointSlices: what proxies read (endpointslicemirroring). */
export const endpointSliceMirroringController: ManagedController = {
  name: NAME,
  component: 'endpoint-slice-mirroring-controller',
  workers: 5,
  reconcile: (manager, key) => reconcile(manager, key),
  proceed: (_manager, _key, _next, answers) => (answers.some((answer) => hasFailed(answer) && !isRefused(answer, 'NotFound')) ? { writes: [], failed: true } : undefined),
  watches: {
    endpoints: (manager, former, current) => {
      const endpoints = current ?? former;
      if (endpoints === undefined) return;
      // Those that a controller keeps are no business of this one, and there are many.
      if ((former === undefined || !isMirrored(former)) && (current === undefined || !isMirrored(current))) return;
      enqueue(manager, NAME, keyOf(endpoints));
    },
    services: (manager, former, current) => {
      const service = current ?? former;
      if (service === undefined || (former !== undefined && current !== undefined && hasSelector(former.value) === hasSelector(current.value))) return;
      enqueue(manager, NAME, keyOf(service));
    },
    endpointSlices: (manager, former, current) => {
      const slice = current ?? former;
      const name = slice?.header.labels?.[SERVICE_NAME];
      if (slice !== undefined && name !== undefined && isOurs(slice)) enqueue(manager, NAME, `${slice.header.namespace}/${name}`);
    },
  },
};

const isOurs = ({ header }: Stored<EndpointSlice>): boolean => header.labels?.[MANAGED_BY] === MANAGER;

/** The header tells of nearly all that they are not: their values are not even decoded. */
const isMirrored = (endpoints: Stored<Endpoints>): boolean => {
  const { labels } = endpoints.header;
  return labels?.[SKIP_MIRROR] !== 'true' && labels?.['endpoints.kubernetes.io/managed-by'] === undefined && endpoints.value.metadata.annotations?.[LEADER] === undefined;
};

const reconcile = (manager: ControllerManager, key: string): Work | undefined => {
  const endpoints = objectAt(manager.informers, ENDPOINTS, key);
  const service = objectAt(manager.informers, SERVICES, key);
  const existing = [...indexed(manager.informers, ENDPOINT_SLICES, 'service', key).values()].filter(isOurs);
  if (endpoints === undefined || service === undefined || hasSelector(service.value) || !isMirrored(endpoints)) {
    return existing.length === 0 ? undefined : { writes: existing.map(deletion), next: 'written' };
  }
  const { groups, skipped } = addressesOf(endpoints.value);
  const owner = ownerOf(endpoints);
  const writes: ApiRequest[] = [];
  for (const type of ['IPv4', 'IPv6'] as const) {
    const { create, update, remove } = packOwned(owner, groups.get(type) ?? new Map(), existing.filter(({ value }) => value.addressType === type), type);
    const { namespace } = owner;
    writes.push(...create.map((value) => brief(createRequest(CLIENT, RESOURCE, namespace, value))), ...update.map(({ slice, value }) => brief(updateRequest(CLIENT, slice.header, value))), ...remove.map(deletion));
  }
  if (writes.length === 0) return undefined;
  if (skipped === 0) return { writes, next: 'written' };
  const { namespace, name, uid, revision } = endpoints.header;
  const about = { kind: 'Endpoints', namespace, name, uid, apiVersion: 'v1', resourceVersion: String(revision) };
  const message = `A max of ${MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
  return { writes, next: 'written', events: [{ about, type: 'Warning', reason: 'TooManyAddressesToMirror', message }] };
};

const deletion = ({ header }: Stored<EndpointSlice>): ApiRequest => deleteRequest(CLIENT, RESOURCE, header.namespace, header.name);

/** The slices carry what the Endpoints say of themselves, but for what is about the Endpoints alone. */
const ownerOf = ({ header, value }: Stored<Endpoints>): SliceOwner => {
  const { name, namespace, uid } = header;
  const { [LAST_CHANGE]: _change, [LAST_APPLIED]: _applied, ...annotations } = value.metadata.annotations ?? {};
  const labels: Labels = { ...value.metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER };
  return { name, namespace, labels, annotations, reference: controllerReference('v1', 'Endpoints', { name, uid }), keepsOne: false };
};

type Groups = Map<AddressType, Map<string, PortGroup>>;

const addressesOf = ({ subsets = [] }: Endpoints): { readonly groups: Groups; readonly skipped: number } => {
  const groups: Groups = new Map();
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const all = [...addresses.map((address) => ({ address, ready: true })), ...notReadyAddresses.map((address) => ({ address, ready: false }))];
    skipped += Math.max(0, all.length - MAX_ADDRESSES);
    const slicePorts = slicePortsInOrder(ports.map(portOf));
    for (const { address, ready } of all.slice(0, MAX_ADDRESSES)) {
      const type = address.ip.includes(':') ? 'IPv6' : 'IPv4';
      const byPorts = groups.get(type) ?? new Map<string, PortGroup>();
      groups.set(type, byPorts);
      const key = portsKey(slicePorts);
      const group = byPorts.get(key) ?? { ports: slicePorts, endpoints: new Map<string, Endpoint>() };
      byPorts.set(key, group);
      const endpoint = endpointOf(address, ready);
      group.endpoints.set(endpointKey(endpoint), endpoint);
    }
  }
  return { groups, skipped };
};

const portOf = ({ name, protocol, port, appProtocol }: EndpointPort): DiscoveryV1EndpointPort => ({ name: name ?? '', protocol: protocol ?? 'TCP', port, ...(appProtocol !== undefined && { appProtocol }) });

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname !== undefined && hostname !== '' && { hostname }),
  ...(targetRef !== undefined && { targetRef }),
  ...(nodeName !== undefined && { nodeName }),
});
