import type { ActorContext, Random } from '@naumachia/core';
import type { Compare, Operation } from '../../api/etcd-requests.js';
import { type FieldError, internalFieldError, invalid } from '../../api/field-error.js';
import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import { invalidObject } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { entriesAfterCreate } from '../managed-fields/tracking.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf, kindOfResource } from '../registry.js';
import { type ApiServerState, type ApiServerConfig } from '../state.js';
import { cached } from '../watch-cache.js';
import type { Allocation } from './allocation.js';

/** `--service-node-port-range`. */
const NODE_PORTS = { first: 30_000, size: 2768 };
/** Ports below this offset are left to those who choose their own (KEP-3668): min(max(16, size/32), 128). */
const STATIC_PORTS = 86;
/** The same for cluster IPs (KEP-3070): min(max(16, size/16), 256). */
const STATIC_IPS = 256;
const ATTEMPTS = 64;

interface Range {
  readonly base: number;
  readonly size: number;
  readonly text: string;
}

export const serviceRange = (config: ApiServerConfig): Range => {
  const text = config.serviceSubnet ?? '10.96.0.0/16';
  const [address = '', bits = '16'] = text.split('/');
  return { base: numberOf(address) ?? 0, size: 2 ** (32 - Number(bits)), text };
};

/** The first address of the range, that of the service `kubernetes`. */
export const firstServiceAddress = (config: ApiServerConfig): string => addressOf(serviceRange(config).base + 1);

const numberOf = (address: string): number | undefined => {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
};
const addressOf = (value: number): string => `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** The key that guards a node port: whoever writes it has the port. */
const portKey = (port: number): string => `/registry/ranges/servicenodeports/${port}`;

interface Draft {
  spec: ServiceSpec;
  readonly errors: FieldError[];
  readonly compare: Compare[];
  readonly operations: Operation[];
  readonly drawn: string[];
}

/**
 * Gives a Service its cluster IP and node ports, and gives back what an update no longer needs. A cluster IP belongs to the Service
 * by an IPAddress object, a node port by a guard key, both written in the Service's own transaction.
 */
export const allocateService = (state: ApiServerState, context: ActorContext, object: KubernetesObject, old: KubernetesObject | undefined, dryRun: boolean): Allocation | Status | undefined => {
  const service = object as Service;
  const before = (old as Service | undefined)?.spec;
  const spec = service.spec ?? {};
  if (before !== undefined && before.clusterIP === spec.clusterIP && before.type === spec.type && before.ports === spec.ports && before.healthCheckNodePort === spec.healthCheckNodePort) return undefined;
  const draft: Draft = { spec, errors: [], compare: [], operations: [], drawn: [] };
  giveClusterIp(state, context, service, before, draft, dryRun);
  if (draft.errors.length === 0) giveNodePorts(state, context.random, before, draft, dryRun);
  if (draft.errors.length > 0) {
    for (const drawn of draft.drawn) state.drawn.delete(drawn);
    return invalidObject('', 'Service', service.metadata.name ?? '', draft.errors);
  }
  if (dryRun) for (const drawn of draft.drawn.splice(0)) state.drawn.delete(drawn);
  return { object: draft.spec === spec ? object : Object.assign({}, object, { spec: draft.spec }), compare: draft.compare, operations: draft.operations, drawn: draft.drawn };
};

const wantsIp = (spec: ServiceSpec | undefined): boolean => spec !== undefined && spec.type !== 'ExternalName' && spec.clusterIP !== 'None';

const giveClusterIp = (state: ApiServerState, context: ActorContext, service: Service, before: ServiceSpec | undefined, draft: Draft, dryRun: boolean): void => {
  const { spec } = draft;
  const had = wantsIp(before) ? before?.clusterIP : undefined;
  if (!wantsIp(spec)) {
    if (had !== undefined && had !== '') draft.operations.push({ type: 'delete-range', key: keyOf(ipAddresses(), '', had), header: { change: 'deleted' } });
    return;
  }
  const asked = spec.clusterIP ?? '';
  if (asked !== '' && asked === had) return;
  const range = serviceRange(state.config);
  let address = asked;
  if (asked !== '') {
    const refused = askedAddress(state, range, asked, dryRun);
    if (refused !== undefined) {
      draft.errors.push(invalid('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${refused}`));
      return;
    }
  } else {
    // A dry run names an address without looking whether it is free.
    const found = dryRun ? addressOf(range.base) : drawAddress(state, range, context.random);
    if (found === undefined) {
      draft.errors.push(internalFieldError('spec.clusterIPs', `failed to allocate a serviceIP: range is full`));
      return;
    }
    address = found;
  }
  draft.drawn.push(`ip/${address}`);
  state.drawn.add(`ip/${address}`);
  draft.spec = Object.assign({}, spec, { clusterIP: address, clusterIPs: [address] });
  if (had !== undefined && had !== '' && had !== address) draft.operations.push({ type: 'delete-range', key: keyOf(ipAddresses(), '', had), header: { change: 'deleted' } });
  const kind = ipAddresses();
  const value = ipAddressObject(kind, context, address, service);
  const key = keyOf(kind, '', address);
  draft.compare.push({ key, target: 'mod', result: 'equal', value: 0 });
  draft.operations.push({ type: 'put', key, header: headerOf(kind, value, 'created'), value });
};

const ipAddresses = (): Kind => {
  const kind = kindOfResource('ipaddresses.networking.k8s.io');
  if (kind === undefined) throw new Error('the API tables have no IPAddress');
  return kind;
};

const isTaken = (state: ApiServerState, address: string): boolean => state.drawn.has(`ip/${address}`) || cached(state.cache, 'ipaddresses.networking.k8s.io', '', address) !== undefined;

const askedAddress = (state: ApiServerState, range: Range, asked: string, dryRun: boolean): string | undefined => {
  const value = numberOf(asked);
  if (value === undefined || value <= range.base || value >= range.base + range.size - 1) return `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range.text}`;
  // A dry run takes nothing, so nothing can be taken from it.
  return !dryRun && isTaken(state, asked) ? 'provided IP is already allocated' : undefined;
};

/** A free address, first above the part that is left to those who ask for one. */
const drawAddress = (state: ApiServerState, range: Range, random: Random): string | undefined => {
  const upper = range.size - STATIC_IPS - 1;
  for (let attempt = 0; attempt < ATTEMPTS && upper > 0; attempt++) {
    const address = addressOf(range.base + STATIC_IPS + random.below(upper));
    if (!isTaken(state, address)) return address;
  }
  for (let offset = STATIC_IPS; offset < range.size - 1; offset++) if (!isTaken(state, addressOf(range.base + offset))) return addressOf(range.base + offset);
  for (let offset = 1; offset < Math.min(STATIC_IPS, range.size - 1); offset++) if (!isTaken(state, addressOf(range.base + offset))) return addressOf(range.base + offset);
  return undefined;
};

/** The IPAddress by which a Service holds its address (ipallocator of 1.36). */
export const ipAddressObject = (kind: Kind, context: ActorContext, address: string, service: KubernetesObject): KubernetesObject => {
  const now = formatTime(context.now);
  const labels = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };
  const spec = { parentRef: { resource: 'services', namespace: service.metadata.namespace ?? '', name: service.metadata.name ?? '' } };
  const bare: KubernetesObject = { apiVersion: kind.api.apiVersion, kind: kind.api.kind, metadata: { name: address, labels }, spec };
  const managedFields = entriesAfterCreate(kind, bare, { fieldManager: 'kube-apiserver' }, now);
  return Object.assign({}, bare, { metadata: { name: address, uid: context.random.uuid(), creationTimestamp: now, labels, ...(managedFields !== undefined && { managedFields }) } });
};

const wantsPorts = (spec: ServiceSpec | undefined): boolean =>
  spec !== undefined && (spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false));

const portsOf = (spec: ServiceSpec | undefined): Set<number> => {
  const ports = new Set<number>();
  for (const port of spec?.ports ?? []) if (port.nodePort !== undefined && port.nodePort !== 0) ports.add(port.nodePort);
  if (spec?.healthCheckNodePort !== undefined && spec.healthCheckNodePort !== 0) ports.add(spec.healthCheckNodePort);
  return ports;
};

const giveNodePorts = (state: ApiServerState, random: Random, before: ServiceSpec | undefined, draft: Draft, dryRun: boolean): void => {
  const had = portsOf(before);
  const { spec } = draft;
  const kept = new Set<number>();
  const take = (port: number, path: string): void => {
    if (kept.has(port)) return;
    kept.add(port);
    if (had.has(port)) return;
    if (!dryRun && (port < NODE_PORTS.first || port >= NODE_PORTS.first + NODE_PORTS.size)) {
      draft.errors.push(invalid(path, port, `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.first + NODE_PORTS.size - 1}`));
      return;
    }
    if (!dryRun && portTaken(state, port)) {
      draft.errors.push(invalid(path, port, 'provided port is already allocated'));
      return;
    }
    draft.drawn.push(`port/${port}`);
    state.drawn.add(`port/${port}`);
    draft.compare.push({ key: portKey(port), target: 'mod', result: 'equal', value: 0 });
    draft.operations.push({ type: 'put', key: portKey(port), header: { resource: 'ranges', namespace: '', name: String(port), uid: '', change: 'created', keys: [] }, value: { port } });
  };
  if (spec.ports !== undefined && spec.ports.length > 0 && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')) {
    const ports = spec.ports.map((port, index): ServicePort => {
      const path = `spec.ports[${index}].nodePort`;
      if (port.nodePort !== undefined && port.nodePort !== 0) {
        if (kept.has(port.nodePort) && spec.ports?.slice(0, index).some((other) => other.nodePort === port.nodePort && protocolOf(other) === protocolOf(port)) === true) {
          draft.errors.push(invalid(path, port.nodePort, 'provided port is already allocated'));
        }
        take(port.nodePort, path);
        return port;
      }
      if (!wantsPorts(spec)) return port;
      // The same port of another protocol gets the same node port.
      const sibling = draft.spec.ports?.find((other) => other.port === port.port && other.nodePort !== undefined && other.nodePort !== 0 && protocolOf(other) !== protocolOf(port));
      const drawn = sibling?.nodePort ?? drawPort(state, random, kept);
      take(drawn, path);
      return Object.assign({}, port, { nodePort: drawn });
    });
    if (ports.some((port, index) => port !== spec.ports?.[index])) draft.spec = Object.assign({}, draft.spec, { ports });
  }
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') {
    const asked = spec.healthCheckNodePort ?? 0;
    const port = asked === 0 ? drawPort(state, random, kept) : asked;
    take(port, 'spec.healthCheckNodePort');
    if (asked === 0) draft.spec = Object.assign({}, draft.spec, { healthCheckNodePort: port });
  }
  for (const port of had) if (!kept.has(port)) draft.operations.push({ type: 'delete-range', key: portKey(port), header: { change: 'deleted' } });
};

const protocolOf = (port: ServicePort): string => port.protocol ?? 'TCP';
const portTaken = (state: ApiServerState, port: number): boolean => state.drawn.has(`port/${port}`) || cached(state.cache, 'ranges', '', String(port)) !== undefined;

const drawPort = (state: ApiServerState, random: Random, kept: ReadonlySet<number>): number => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = NODE_PORTS.first + STATIC_PORTS + random.below(NODE_PORTS.size - STATIC_PORTS);
    if (!kept.has(port) && !portTaken(state, port)) return port;
  }
  for (let port = NODE_PORTS.first; port < NODE_PORTS.first + NODE_PORTS.size; port++) if (!kept.has(port) && !portTaken(state, port)) return port;
  return NODE_PORTS.first;
};

/** The keys that go with a Service that is deleted. */
export const serviceGuards = (object: KubernetesObject): readonly string[] => {
  const spec = (object as Service).spec;
  const keys = [...portsOf(spec)].map(portKey);
  if (wantsIp(spec) && spec?.clusterIP !== undefined && spec.clusterIP !== '') keys.push(keyOf(ipAddresses(), '', spec.clusterIP));
  return keys;
};
