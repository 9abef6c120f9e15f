import type { Stored } from '@naumachia/actors';
import { type EndpointSlice, matches, type Pod, selectorOfLabels, type Service } from '@naumachia/actors/api';
import { destinationAt, type KubeProxyState, parseIp, protocolNumber } from '@naumachia/actors/kube-proxy';
import type { World } from '../world.js';
import type { EndProperty, EndState } from './property.js';

export const endpointsRight: EndProperty = {
  about: 'the endpoints of every Service are its ready pods, in its EndpointSlices and in the rules of every kube-proxy',
  problems: (end) => [...end.world.all<Service>('services')].flatMap(([key, service]) => (service.value.spec.selector ? problemsOf(key, service, end) : [])),
};

const problemsOf = (key: string, { value: service, header }: Stored<Service>, { world, actors, state }: EndState): string[] => {
  const selector = selectorOfLabels(service.spec.selector);
  const pods = [...world.all<Pod>('pods').values()].filter(({ value, header: { namespace, labels } }) => namespace === header.namespace && matches(selector, labels) && isReady(value));
  const wanted = new Set(pods.map(({ value }) => value.status?.podIP ?? ''));
  const shown = endpointsOf(world, header.namespace, header.name);
  const difference = differ(wanted, shown);
  if (difference !== undefined) return [`Service ${key}: in its EndpointSlices ${difference}`];
  const lost = lostEndpoints(world, header.namespace, header.name);
  if (lost.length > 0) return [`Service ${key}: its EndpointSlices still name ${lost.join(', ')}, which do not exist`];
  const [address, port] = [parseIp(service.spec.clusterIP ?? ''), service.spec.ports?.[0]];
  if (address === undefined || port === undefined) return [];
  return actors.flatMap((actor) => {
    if (!actor.startsWith('kube-proxy/')) return [];
    const destination = destinationAt(state<KubeProxyState>(actor).programmed, address, port.port, protocolNumber(port.protocol));
    const { endpoints, cluster } = destination?.port.endpoints ?? { endpoints: { addresses: [] }, cluster: { count: 0, at: undefined } };
    const picked = Array.from({ length: cluster.count }, (_, index) => String(endpoints.addresses[cluster.at?.[index] ?? index]));
    const wrong = differ(new Set([...wanted].map((ip) => String(parseIp(ip)))), new Set(picked));
    return wrong === undefined ? [] : [`Service ${key}: in the rules of ${actor} ${wrong}`];
  });
};

const isReady = ({ metadata, status }: Pod): boolean => metadata.deletionTimestamp === undefined && status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

const endpointsOf = (world: World, namespace: string, service: string): ReadonlySet<string> => {
  const addresses = new Set<string>();
  for (const { endpoints } of slicesOf(world, namespace, service)) {
    for (const { conditions, addresses: own } of endpoints ?? []) if (conditions?.ready === true) for (const address of own) addresses.add(address);
  }
  return addresses;
};

/** Pods that slices name, ready or not, and that do not exist. */
const lostEndpoints = (world: World, namespace: string, service: string): readonly string[] =>
  slicesOf(world, namespace, service).flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && world.get<Pod>('pods', `${namespace}/${targetRef.name ?? ''}`) === undefined ? [targetRef.name ?? ''] : [])));

const slicesOf = (world: World, namespace: string, service: string): readonly EndpointSlice[] =>
  [...world.all<EndpointSlice>('endpointslices.discovery.k8s.io').values()].flatMap(({ header, value }) => (header.namespace === namespace && header.labels?.['kubernetes.io/service-name'] === service ? [value] : []));

const differ = (wanted: ReadonlySet<string>, found: ReadonlySet<string>): string | undefined => {
  const missing = [...wanted].filter((each) => !found.has(each));
  const surplus = [...found].filter((each) => !wanted.has(each));
  if (missing.length === 0 && surplus.length === 0) return undefined;
  return [missing.length > 0 ? `${missing.length} of ${wanted.size} ready pods are missing` : '', surplus.length > 0 ? `there are ${surplus.length} endpoints that are no ready pods` : ''].filter((part) => part !== '').join(', and ');
};
