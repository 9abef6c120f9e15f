import type { Random } from '@naumachia/core';
import { type CompiledService, isExternallyAccessible, type ServicePortSpec } from './compiled-service.js';
import type { CompiledSlice } from './compiled-slice.js';
import { addDigest, type Digest, sameDigest } from './digest.js';
import { type EndpointSet, endpointSetOf, NO_ENDPOINTS } from './endpoint-set.js';
import { emptyHash, type ExtendibleHash, findInHash, type HashEdit, NO_RUN, pickFromRun, putInHash, removeFromHash, type Run } from './extendible-hash.js';
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
  /** IPv4: key is (address, protocol << 16 | port); a node port has address 0. The run of a plain cluster IP is its endpoints. */
  readonly ipv4: ExtendibleHash<Destination>;
  /** Cluster IPs as such, whatever the port: key is (address, 0). */
  readonly clusterIps: ExtendibleHash<Destination>;
  /** IPv6: key is `address|protocol|port`; a cluster IP as such has protocol and port 0. */
  readonly ipv6: PagedMap<Destination>;
  /** Sums over all services, and over all slices. */
  readonly digests: TableDigests;
}

export interface TableDigests {
  readonly services: Digest;
  readonly slices: Digest;
}

/** What became of one Service or one EndpointSlice; `undefined` if it is gone or is none of kube-proxy's business. */
export type TableChange =
  | { readonly type: 'service'; readonly key: string; readonly service: CompiledService | undefined }
  | { readonly type: 'slice'; readonly key: string; readonly name: string; readonly slice: CompiledSlice | undefined };

export const EMPTY_TABLE: ServiceTable = { services: emptyMap(), ipv4: emptyHash(), clusterIps: emptyHash(), ipv6: emptyMap(), digests: { services: { low: 0, high: 0 }, slices: { low: 0, high: 0 } } };

export const serviceOf = (table: ServiceTable, key: string): ServiceEntry | undefined => findInMap(table.services, key);

export const servicesOf = (table: ServiceTable): Iterable<ServiceEntry> => valuesOfMap(table.services);

/** What this address, port and protocol lead to, in constant time. */
export const destinationAt = (table: ServiceTable, address: IpAddress, port: number, protocol: number): Destination | undefined =>
  typeof address === 'number' ? findInHash(table.ipv4, address, (protocol << 16) | port) : findInMap(table.ipv6, `${address}|${protocol}|${port}`);

const NODE_PORT = { 4: 0, 6: '' } as const;

export const nodePortAt = (table: ServiceTable, family: 4 | 6, port: number, protocol: number): Destination | undefined => destinationAt(table, NODE_PORT[family], port, protocol);

/**
 * One endpoint of a plain service, by chance: `address * 65536 + port` with the address unsigned. Plain: IPv4, reached by its cluster
 * IP, every endpoint as good as any other to every client on every node. -1: not known, or not plain (`routeOf` decides).
 */
export const plainEndpointAt = (table: ServiceTable, address: number, port: number, protocol: number, random: Random): number =>
  pickFromRun(table.ipv4, address, (protocol << 16) | port, random);

export const isClusterIp = (table: ServiceTable, address: IpAddress): boolean =>
  (typeof address === 'number' ? findInHash(table.clusterIps, address, 0) : findInMap(table.ipv6, `${address}|0|0`)) !== undefined;

/** A service that changes touch, before and after. */
export type EntryChange = readonly [former: ServiceEntry | undefined, current: ServiceEntry];

export interface ChangedEntries {
  readonly entries: readonly EntryChange[];
  /** Trigger times of the slices whose content changed, in milliseconds since the epoch. */
  readonly triggers: readonly number[];
}

/** First step of a change: which services become what. Several changes of one service count as one; what changes nothing is left out. */
export const changedEntries = (table: ServiceTable, changes: readonly TableChange[]): ChangedEntries => {
  const drafts = new Map<string, Draft>();
  const triggers: number[] = [];
  for (const change of changes) {
    let draft = drafts.get(change.key);
    if (draft === undefined) {
      const former = serviceOf(table, change.key);
      drafts.set(change.key, (draft = { former, service: former?.service, slices: former?.slices ?? NO_SLICES }));
    }
    if (change.type === 'service') {
      if (!sameContent(draft.service, change.service)) draft.service = change.service;
      continue;
    }
    const slices = withSlice(draft.slices, change.name, change.slice);
    // The annotation of a slice that is deleted tells of an earlier change (pkg/proxy/endpointschangetracker.go).
    if (slices !== draft.slices && change.slice && change.slice.triggeredAt > 0) triggers.push(change.slice.triggeredAt);
    draft.slices = slices;
  }
  const entries: EntryChange[] = [];
  for (const [key, { former, service, slices }] of drafts) {
    if (former === undefined ? service === undefined && slices.length === 0 : former.service === service && former.slices === slices) continue;
    entries.push([former, { key, service, slices, ports: portsOf(service, slices) }]);
  }
  return { entries, triggers };
};

interface Draft {
  readonly former: ServiceEntry | undefined;
  service: CompiledService | undefined;
  slices: readonly CompiledSlice[];
}

/** The digests of the table after these changes. */
export const digestsAfter = (table: ServiceTable, changes: readonly EntryChange[]): TableDigests => {
  const services = Object.assign({}, table.digests.services);
  const slices = Object.assign({}, table.digests.slices);
  for (const [former, current] of changes) {
    if (former?.service) addDigest(services, former.service.digest, -1);
    if (current.service) addDigest(services, current.service.digest, 1);
    for (const slice of former?.slices ?? NO_SLICES) addDigest(slices, slice.digest, -1);
    for (const slice of current.slices) addDigest(slices, slice.digest, 1);
  }
  return { services, slices };
};

/** Second step: the table after these changes, at the cost of the services in it. */
export const withEntries = (table: ServiceTable, changes: readonly EntryChange[], digests: TableDigests): ServiceTable => {
  const services = editDirectory(table.services);
  const places: PlaceEdit = { ipv4: editDirectory(table.ipv4), clusterIps: editDirectory(table.clusterIps), ipv6: editDirectory(table.ipv6) };
  for (const [former, current] of changes) {
    if (current.service === undefined && current.slices.length === 0) removeFromMap(services, current.key);
    else putInMap(services, current.key, current);
    // Where the Service is the same, its endpoints changed: its destinations are replaced where they stand.
    const sameService = former?.service === current.service;
    if (former && !sameService) for (const at of [...placesOf(former), ...clusterIpsOf(former)]) leave(places, at);
    for (const at of placesOf(current)) enter(places, at);
    if (!sameService) for (const at of clusterIpsOf(current)) enter(places, at);
  }
  const { ipv4, clusterIps, ipv6 } = places;
  return { services: sealDirectory(services), ipv4: sealDirectory(ipv4), clusterIps: sealDirectory(clusterIps), ipv6: sealDirectory(ipv6), digests };
};

/** The table after these changes; the same one if they change nothing. */
export const applyChanges = (table: ServiceTable, changes: readonly TableChange[]): ServiceTable => {
  const { entries } = changedEntries(table, changes);
  return entries.length === 0 ? table : withEntries(table, entries, digestsAfter(table, entries));
};

const NO_SLICES: readonly CompiledSlice[] = [];
const NO_PORTS: readonly ServicePort[] = [];

const sameContent = (a: { readonly digest: Digest } | undefined, b: { readonly digest: Digest } | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && sameDigest(a.digest, b.digest));

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

interface PlaceEdit {
  readonly ipv4: HashEdit<Destination>;
  readonly clusterIps: HashEdit<Destination>;
  readonly ipv6: MapEdit<Destination>;
}

const find = (edit: PlaceEdit, { address, port, protocol }: Place): Destination | undefined => {
  if (typeof address === 'string') return findInMap(edit.ipv6, `${address}|${protocol}|${port}`);
  return protocol === 0 ? findInHash(edit.clusterIps, address, 0) : findInHash(edit.ipv4, address, (protocol << 16) | port);
};

const put = (edit: PlaceEdit, { address, port, protocol }: Place, value: Destination): void => {
  if (typeof address === 'string') putInMap(edit.ipv6, `${address}|${protocol}|${port}`, value);
  else if (protocol === 0) putInHash(edit.clusterIps, address, 0, value, NO_RUN);
  else putInHash(edit.ipv4, address, (protocol << 16) | port, value, runOf(value));
};

const remove = (edit: PlaceEdit, { address, port, protocol }: Place): void => {
  if (typeof address === 'string') removeFromMap(edit.ipv6, `${address}|${protocol}|${port}`);
  else if (protocol === 0) removeFromHash(edit.clusterIps, address, 0);
  else removeFromHash(edit.ipv4, address, (protocol << 16) | port);
};

/** Endpoints that can be chosen from without asking anything else: `plainEndpointAt`. */
const runOf = ({ reach, port: { spec, endpoints } }: Destination): Run => {
  if (reach !== 'clusterIP' || spec.internalLocal || spec.affinitySeconds > 0 || endpoints.ports !== undefined || endpoints.hintsNodes || endpoints.hintsZones) return NO_RUN;
  const addresses = endpoints.endpoints.addresses as readonly number[];
  return { words: endpoints.cluster.at === undefined ? addresses : endpoints.cluster.at.map((at) => addresses[at] as number), note: endpoints.port };
};

const enter = (edit: PlaceEdit, place: Place): void => put(edit, place, chained(without(find(edit, place), place.destination), place.destination));

const leave = (edit: PlaceEdit, place: Place): void => {
  const former = find(edit, place);
  if (former === undefined) return;
  const left = without(former, place.destination);
  if (left) put(edit, place, left);
  else remove(edit, place);
};

const without = (chain: Destination | undefined, gone: Destination): Destination | undefined => {
  if (chain === undefined) return undefined;
  if (chain.port.spec.name === gone.port.spec.name) return chain.next;
  const next = without(chain.next, gone);
  return next === chain.next ? chain : Object.assign({}, chain, { next });
};

const chained = (chain: Destination | undefined, added: Destination): Destination => {
  if (chain === undefined) return added;
  return added.port.spec.name < chain.port.spec.name ? Object.assign({}, added, { next: chain }) : Object.assign({}, chain, { next: chained(chain.next, added) });
};
