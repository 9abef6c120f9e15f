import { type CompiledService, isExternallyAccessible, type ServicePortSpec } from './compiled-service.js';
import type { CompiledSlice } from './compiled-slice.js';
import type { Digest } from './digest.js';
import { type EndpointSet, endpointSetOf, NO_ENDPOINTS } from './endpoint-set.js';
import { emptyHash, type ExtendibleHash, findInHash, type HashEdit, putInHash, removeFromHash } from './extendible-hash.js';
import type { IpAddress } from './ip-address.js';
import { editDirectory, sealDirectory } from './page-directory.js';
import { emptyMap, findInMap, type MapEdit, type PagedMap, putInMap, removeFromMap, valuesOfMap } from './paged-map.js';

/** A port of a Service in one IP family with its endpoints: what a renderer of rules walks over. */
export interface ServicePort {
  readonly spec: ServicePortSpec;
  readonly endpoints: EndpointSet;
}

/** All that is known of one `namespace/name`: its Service, its slices by name, and what follows from both. Either may be missing. */
export interface ServiceEntry {
  readonly key: string;
  readonly service: CompiledService | undefined;
  readonly slices: readonly CompiledSlice[];
  readonly ports: readonly ServicePort[];
}

export type Reach = 'clusterIP' | 'nodePort' | 'externalIP' | 'loadBalancer';

/** What an (address, port, protocol) leads to. Where two Services claim the same, the first by name has it and the `next` waits. */
export interface Destination {
  readonly reach: Reach;
  readonly port: ServicePort;
  readonly next: Destination | undefined;
}

/**
 * Compiled Services and EndpointSlices: an immutable value. It knows no node, so all kube-proxies of a cluster have the same; what
 * differs by node is asked for at look-up (`route.ts`). A change shares every page that it does not touch.
 */
export interface ServiceTable {
  readonly services: PagedMap<ServiceEntry>;
  /** IPv4: key is (address, protocol << 16 | port). A node port has address 0, a cluster IP as such protocol and port 0. */
  readonly ipv4: ExtendibleHash<Destination>;
  /** IPv6: key is `address|protocol|port`, likewise. */
  readonly ipv6: PagedMap<Destination>;
  /** Sum over all services and slices. */
  readonly digest: Digest;
}

/** What became of one Service or one EndpointSlice; `undefined` if it is gone or is none of kube-proxy's business. */
export type TableChange =
  | { readonly type: 'service'; readonly key: string; readonly service: CompiledService | undefined }
  | { readonly type: 'slice'; readonly key: string; readonly name: string; readonly slice: CompiledSlice | undefined };

export const EMPTY_TABLE: ServiceTable = { services: emptyMap(), ipv4: emptyHash(), ipv6: emptyMap(), digest: { low: 0, high: 0 } };

export const serviceOf = (table: ServiceTable, key: string): ServiceEntry | undefined => findInMap(table.services, key);

export const servicesOf = (table: ServiceTable): Iterable<ServiceEntry> => valuesOfMap(table.services);

/** What this address, port and protocol lead to, in constant time. */
export const destinationAt = (table: ServiceTable, address: IpAddress, port: number, protocol: number): Destination | undefined =>
  typeof address === 'number' ? findInHash(table.ipv4, address, (protocol << 16) | port) : findInMap(table.ipv6, `${address}|${protocol}|${port}`);

const NODE_PORT = { 4: 0, 6: '' } as const;

export const nodePortAt = (table: ServiceTable, family: 4 | 6, port: number, protocol: number): Destination | undefined => destinationAt(table, NODE_PORT[family], port, protocol);

export const isClusterIp = (table: ServiceTable, address: IpAddress): boolean => destinationAt(table, address, 0, 0) !== undefined;

/** The services that changes touch, before and after; the same entry twice if nothing changed. */
export type EntryChange = readonly [former: ServiceEntry | undefined, current: ServiceEntry];

/** First step of a change, without the table: which services become what. Several changes of one service count as one. */
export const changedEntries = (table: ServiceTable, changes: readonly TableChange[]): EntryChange[] => {
  const drafts = new Map<string, { service: CompiledService | undefined; slices: readonly CompiledSlice[] }>();
  for (const change of changes) {
    let draft = drafts.get(change.key);
    if (draft === undefined) {
      const former = serviceOf(table, change.key);
      drafts.set(change.key, (draft = { service: former?.service, slices: former?.slices ?? NO_SLICES }));
    }
    if (change.type === 'service') draft.service = sameContent(draft.service, change.service) ? draft.service : change.service;
    else draft.slices = withSlice(draft.slices, change.name, change.slice);
  }
  const entries: EntryChange[] = [];
  for (const [key, { service, slices }] of drafts) {
    const former = serviceOf(table, key);
    if (former === undefined ? service === undefined && slices.length === 0 : former.service === service && former.slices === slices) continue;
    entries.push([former, { key, service, slices, ports: portsOf(service, slices) }]);
  }
  return entries;
};

/** The digest of the table after these changes. */
export const digestAfter = (table: ServiceTable, changes: readonly EntryChange[]): Digest => {
  const digest = { ...table.digest };
  for (const [former, current] of changes) {
    if (former) addParts(digest, former, -1);
    addParts(digest, current, 1);
  }
  return digest;
};

/** Second step: the table after these changes, at the cost of the services in it. */
export const withEntries = (table: ServiceTable, changes: readonly EntryChange[], digest: Digest): ServiceTable => {
  const services = editDirectory(table.services);
  const ipv4 = editDirectory(table.ipv4);
  const ipv6 = editDirectory(table.ipv6);
  for (const [former, current] of changes) {
    if (current.service === undefined && current.slices.length === 0) removeFromMap(services, current.key);
    else putInMap(services, current.key, current);
    // Where the Service is the same, its endpoints changed: its destinations are replaced where they stand.
    const sameService = former?.service === current.service;
    if (former && !sameService) for (const at of [...placesOf(former), ...clusterIpsOf(former)]) leave(ipv4, ipv6, at);
    for (const at of placesOf(current)) enter(ipv4, ipv6, at);
    if (!sameService) for (const at of clusterIpsOf(current)) enter(ipv4, ipv6, at);
  }
  return { services: sealDirectory(services), ipv4: sealDirectory(ipv4), ipv6: sealDirectory(ipv6), digest };
};

/** The table after these changes; the same one if they change nothing. */
export const applyChanges = (table: ServiceTable, changes: readonly TableChange[]): ServiceTable => {
  const entries = changedEntries(table, changes);
  return entries.length === 0 ? table : withEntries(table, entries, digestAfter(table, entries));
};

const NO_SLICES: readonly CompiledSlice[] = [];
const NO_PORTS: readonly ServicePort[] = [];

const sameContent = (a: { readonly digest: Digest } | undefined, b: { readonly digest: Digest } | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.digest.low === b.digest.low && a.digest.high === b.digest.high);

/** Slices stay in the order of their names. The same array if nothing changes. */
const withSlice = (slices: readonly CompiledSlice[], name: string, slice: CompiledSlice | undefined): readonly CompiledSlice[] => {
  let at = 0;
  while (at < slices.length && (slices[at] as CompiledSlice).name < name) at++;
  const former = slices[at]?.name === name ? slices[at] : undefined;
  if (sameContent(former, slice)) return slices;
  const changed = slices.slice();
  if (slice === undefined) changed.splice(at, 1);
  else changed.splice(at, former === undefined ? 0 : 1, slice);
  return changed;
};

const portsOf = (service: CompiledService | undefined, slices: readonly CompiledSlice[]): readonly ServicePort[] =>
  service === undefined ? NO_PORTS : service.ports.map((spec) => ({ spec, endpoints: endpointSetOf(slices, spec.family, spec.portName, spec.protocol) }));

const addParts = (digest: Digest, entry: ServiceEntry, sign: 1 | -1): void => {
  if (entry.service) addDigest(digest, entry.service.digest, sign);
  for (const slice of entry.slices) addDigest(digest, slice.digest, sign);
};

const addDigest = (digest: Digest, part: Digest, sign: 1 | -1): void => {
  digest.low = (digest.low + sign * part.low) | 0;
  digest.high = (digest.high + sign * part.high) | 0;
};

interface Place {
  readonly address: IpAddress;
  readonly port: number;
  readonly protocol: number;
  readonly destination: Destination;
}

/** Where in the table a service's ports stand. An address that is both external and of the load balancer counts as the latter. */
const placesOf = (entry: ServiceEntry): Place[] => {
  const places: Place[] = [];
  for (const port of entry.ports) {
    const { spec } = port;
    const { protocol } = spec;
    places.push({ address: spec.clusterIp, port: spec.port, protocol, destination: { reach: 'clusterIP', port, next: undefined } });
    if (!isExternallyAccessible(spec)) continue;
    if (spec.nodePort !== 0) places.push({ address: NODE_PORT[spec.family], port: spec.nodePort, protocol, destination: { reach: 'nodePort', port, next: undefined } });
    for (const address of spec.externalIps) {
      if (!spec.loadBalancerIps.includes(address)) places.push({ address, port: spec.port, protocol, destination: { reach: 'externalIP', port, next: undefined } });
    }
    for (const address of spec.loadBalancerIps) places.push({ address, port: spec.port, protocol, destination: { reach: 'loadBalancer', port, next: undefined } });
  }
  return places;
};

/** A cluster IP as such, whatever the port: it stands for the first port of its family, and says nothing of endpoints. */
const clusterIpsOf = (entry: ServiceEntry): Place[] => {
  const places: Place[] = [];
  for (const { spec } of entry.ports) {
    if (places.some((place) => place.address === spec.clusterIp)) continue;
    places.push({ address: spec.clusterIp, port: 0, protocol: 0, destination: { reach: 'clusterIP', port: { spec, endpoints: NO_ENDPOINTS }, next: undefined } });
  }
  return places;
};

const find = (ipv4: HashEdit<Destination>, ipv6: MapEdit<Destination>, { address, port, protocol }: Place): Destination | undefined =>
  typeof address === 'number' ? findInHash(ipv4, address, (protocol << 16) | port) : findInMap(ipv6, `${address}|${protocol}|${port}`);

const put = (ipv4: HashEdit<Destination>, ipv6: MapEdit<Destination>, { address, port, protocol }: Place, value: Destination | undefined): void => {
  if (typeof address === 'number') {
    if (value) putInHash(ipv4, address, (protocol << 16) | port, value);
    else removeFromHash(ipv4, address, (protocol << 16) | port);
  } else if (value) putInMap(ipv6, `${address}|${protocol}|${port}`, value);
  else removeFromMap(ipv6, `${address}|${protocol}|${port}`);
};

const enter = (ipv4: HashEdit<Destination>, ipv6: MapEdit<Destination>, place: Place): void => {
  put(ipv4, ipv6, place, chained(without(find(ipv4, ipv6, place), place.destination), place.destination));
};

const leave = (ipv4: HashEdit<Destination>, ipv6: MapEdit<Destination>, place: Place): void => {
  const former = find(ipv4, ipv6, place);
  if (former) put(ipv4, ipv6, place, without(former, place.destination));
};

const without = (chain: Destination | undefined, gone: Destination): Destination | undefined => {
  if (chain === undefined) return undefined;
  if (chain.port.spec.name === gone.port.spec.name) return chain.next;
  const next = without(chain.next, gone);
  return next === chain.next ? chain : { ...chain, next };
};

const chained = (chain: Destination | undefined, added: Destination): Destination => {
  if (chain === undefined) return added;
  return added.port.spec.name < chain.port.spec.name ? { ...added, next: chain } : { ...chain, next: chained(chain.next, added) };
};
