import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset, Service } from '../../api/generated/types.js';
import { objectAt } from '../../machinery/informer.js';
import { enqueue, type Work } from '../../machinery/reconciler.js';
import { brief, createRequest, deleteRequest, hasFailed, keyOf, serviceAccountClient, splitKey, updateRequest } from '../../machinery/requests.js';
import { instantOfTime } from '../../api/time-format.js';
import { ENDPOINTS, SERVICES } from '../caches.js';
import type { ControllerManager, ManagedController } from '../controller.js';
import type { PodView } from '../pod-view.js';
import { endpointPortsInOrder } from './port-order.js';
import { affectedServices, hasSelector, mayServe, podsOf, targetPortOf } from './service-pods.js';
import { LAST_CHANGE, lastChange, type ServiceTimes } from './trigger-times.js';

const NAME = 'endpoint-controller';
const CLIENT = serviceAccountClient(NAME, 'kube-controller-manager');
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const HEADLESS = 'service.kubernetes.io/headless';
/** maxCapacity: more addresses are left out. */
const MAX_ADDRESSES = 1000;

/** Keeps the v1 Endpoints of services with a selector: superseded by EndpointSlices, and still written. */
export const endpointsController: ManagedController = {
  name: NAME,
  workers: 5,
  reconcile: (manager, key) => reconcile(manager, key),
  proceed: (manager, key, next, answers) => {
    if (answers.some(hasFailed)) return FAILED;
    const { times, replaced } = next as Progress;
    const [answer] = answers;
    // A write that changes nothing leaves the revision as it is.
    if (replaced !== undefined && answer?.type === 'written' && answer.revision !== replaced) manager.memory.staleEndpoints.set(key, replaced);
    manager.memory.endpointsTimes.set(key, times);
    return undefined;
  },
  watches: {
    services: (manager, former, current) => {
      const service = current ?? former;
      if (service !== undefined) enqueue(manager, NAME, keyOf(service));
    },
    pods: (manager, former, current) => {
      for (const key of affectedServices(manager, former, current)) enqueue(manager, NAME, key);
    },
    endpoints: (manager, former, current) => {
      if (current === undefined && former !== undefined) enqueue(manager, NAME, keyOf(former));
    },
  },
};

interface Progress {
  readonly times: ServiceTimes;
  /** The revision that the write replaces; absent where there was none. */
  readonly replaced: number | undefined;
}

const FAILED: Work = { writes: [], failed: true };

const reconcile = (manager: ControllerManager, key: string): Work | undefined => {
  const stored = objectAt(manager.informers, SERVICES, key);
  const existing = objectAt(manager.informers, ENDPOINTS, key);
  if (stored === undefined) {
    manager.memory.endpointsTimes.delete(key);
    manager.memory.staleEndpoints.delete(key);
    // Only what this controller keeps: others write Endpoints of their own, such as those of `kubernetes`.
    if (existing === undefined || existing.header.labels?.[MANAGED_BY] !== NAME) return undefined;
    const { namespace, name } = splitKey(key);
    return { writes: [deleteRequest(CLIENT, 'endpoints', namespace, name)] };
  }
  const service = stored.value;
  if (!hasSelector(service)) return undefined;
  // What is no longer there may look right by chance; nobody would look again.
  if (existing !== undefined && manager.memory.staleEndpoints.get(key) === existing.header.revision) return FAILED;
  const pods = podsOf(manager, stored.header.namespace, service.spec?.selector ?? {});
  const { at: changed, times } = lastChange(manager.memory.endpointsTimes.get(key), instantOfTime(service.metadata.creationTimestamp ?? ''), pods);
  const { subsets, truncated } = subsetsOf(service, pods);
  const labels = { ...service.metadata.labels, ...(service.spec?.clusterIP === 'None' && { [HEADLESS]: '' }), [MANAGED_BY]: NAME };
  if (existing !== undefined && sameSubsets(existing.value.subsets ?? [], subsets) && sameMap(existing.header.labels ?? {}, labels)) {
    manager.memory.endpointsTimes.set(key, times);
    return undefined;
  }
  const { [LAST_CHANGE]: _change, [OVER_CAPACITY]: _capacity, ...kept } = existing?.value.metadata.annotations ?? {};
  const annotations = { ...kept, ...(changed !== undefined && { [LAST_CHANGE]: changed }), ...(truncated && { [OVER_CAPACITY]: 'truncated' }) };
  const { annotations: _former, ...metadata } = existing?.value.metadata ?? { name: stored.header.name, namespace: stored.header.namespace };
  const value: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
    ...(subsets.length > 0 && { subsets }),
  };
  return { writes: [brief(existing === undefined ? createRequest(CLIENT, 'endpoints', stored.header.namespace, value) : updateRequest(CLIENT, existing.header, value))], next: { times, replaced: existing?.header.revision } satisfies Progress };
};

/** Ports with the addresses that they stand for. */
interface Group {
  readonly ports: readonly EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Each address as often as it has ports, and ports of the same addresses together (endpoints/util.go RepackSubsets). */
const subsetsOf = (service: Service, pods: readonly PodView[]): { readonly subsets: readonly EndpointSubset[]; readonly truncated: boolean } => {
  const publishAll = service.spec?.publishNotReadyAddresses === true;
  const candidates = pods.filter((candidate) => mayServe(candidate, publishAll)).sort((a, b) => (a.podIP < b.podIP ? -1 : a.podIP > b.podIP ? 1 : 0));
  const listed = candidates.length > MAX_ADDRESSES ? candidates.slice(0, MAX_ADDRESSES) : candidates;
  const list = ({ ready, notReady }: Group, pod: PodView): void => void (publishAll || pod.ready ? ready : notReady).push(addressOf(service, pod));
  const servicePorts = service.spec?.ports ?? [];
  let groups: Group[] = [];
  // Only a port that is given by name can differ from pod to pod.
  if (servicePorts.every(({ targetPort }) => typeof targetPort !== 'string')) {
    const [first] = listed;
    if (first !== undefined) groups.push({ ports: portsOf(service, first), ready: [], notReady: [] });
    for (const pod of listed) for (const group of groups) list(group, pod);
  } else {
    const byPort = new Map<string, Group>();
    for (const pod of listed) {
      for (const port of portsOf(service, pod)) {
        const key = JSON.stringify(port);
        let group = byPort.get(key);
        if (group === undefined) byPort.set(key, (group = { ports: [port], ready: [], notReady: [] }));
        list(group, pod);
      }
    }
    groups = joined(byPort);
  }
  const subsets = groups.map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ...(ports.length > 0 && { ports }),
  }));
  return { subsets, truncated: candidates.length > MAX_ADDRESSES };
};

/** Those that have the same addresses become one. */
const joined = (byPort: ReadonlyMap<string, Group>): Group[] => {
  const byAddresses = new Map<string, Group>();
  for (const [, group] of [...byPort].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = JSON.stringify([group.ready, group.notReady].map((addresses) => addresses.map(({ targetRef }) => targetRef?.uid)));
    const same = byAddresses.get(key);
    byAddresses.set(key, same === undefined ? group : { ...same, ports: [...same.ports, ...group.ports] });
  }
  return [...byAddresses.values()].map((group) => ({ ...group, ports: endpointPortsInOrder(group.ports) }));
};

const portsOf = (service: Service, pod: PodView): readonly EndpointPort[] => {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, servicePort);
    if (port === undefined) continue;
    const { name, protocol, appProtocol } = servicePort;
    ports.push({ ...(name !== undefined && name !== '' && { name }), port, protocol: protocol ?? 'TCP', ...(appProtocol !== undefined && { appProtocol }) });
  }
  return endpointPortsInOrder(ports);
};

const addressOf = (service: Service, pod: PodView): EndpointAddress => {
  const { namespace, name, uid } = pod.header;
  return {
    ip: pod.podIP,
    ...(pod.hostname !== '' && pod.subdomain === service.metadata.name && { hostname: pod.hostname }),
    nodeName: pod.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
};

const sameSubsets = (a: readonly EndpointSubset[], b: readonly EndpointSubset[]): boolean =>
  a.length === b.length && a.every((subset, i) => sameAddresses(subset.addresses, b[i]?.addresses) && sameAddresses(subset.notReadyAddresses, b[i]?.notReadyAddresses) && samePorts(subset.ports, b[i]?.ports));

const sameAddresses = (a: readonly EndpointAddress[] = [], b: readonly EndpointAddress[] = []): boolean =>
  a.length === b.length && a.every((address, i) => address.ip === b[i]?.ip && address.nodeName === b[i]?.nodeName && address.hostname === b[i]?.hostname && address.targetRef?.uid === b[i]?.targetRef?.uid);

const samePorts = (a: readonly EndpointPort[] = [], b: readonly EndpointPort[] = []): boolean =>
  a.length === b.length && a.every((port, i) => port.port === b[i]?.port && port.name === b[i]?.name && port.protocol === b[i]?.protocol && port.appProtocol === b[i]?.appProtocol);

const sameMap = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};
