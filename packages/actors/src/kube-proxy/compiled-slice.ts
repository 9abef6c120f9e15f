import type { EndpointSlice } from '../api/generated/types.js';
import { type ProtocolNumber, protocolNumber } from './compiled-service.js';
import { type Digest, digestNumber, digestText, finishDigest, newDigest } from './digest.js';
import { familyOf, type IpAddress, type IpFamily, parseIp } from './ip-address.js';

/** Conditions of an endpoint, as bits. */
export const READY = 1;
export const SERVING = 2;
export const TERMINATING = 4;

/** Endpoints as columns: the endpoint `i` is the `i`th of each. Addresses are small integers, which plain arrays hold well. */
export interface EndpointColumns {
  readonly addresses: readonly IpAddress[];
  readonly conditions: readonly number[];
  /** The node of each endpoint; '' if it is not said. */
  readonly nodes: readonly string[];
  /** Zones, and nodes, that should use an endpoint; absent if no endpoint has such hints. */
  readonly zoneHints: readonly (readonly string[])[] | undefined;
  readonly nodeHints: readonly (readonly string[])[] | undefined;
}

export interface SlicePort {
  readonly name: string;
  readonly protocol: ProtocolNumber;
  readonly port: number;
}

/** An EndpointSlice as the table keeps it. */
export interface CompiledSlice {
  /** `namespace/name` of the Service that it belongs to. */
  readonly service: string;
  readonly name: string;
  readonly family: IpFamily;
  readonly ports: readonly SlicePort[];
  readonly endpoints: EndpointColumns;
  /** No address stands in it twice. */
  readonly distinct: boolean;
  /** When what this slice says was caused, in milliseconds since the epoch (`endpoints.kubernetes.io/last-change-trigger-time`); 0: not said. */
  readonly triggeredAt: number;
  readonly digest: Digest;
}

const SERVICE_NAME = 'kubernetes.io/service-name';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** `namespace/name` of the Service that a slice with these labels belongs to; undefined: none (pkg/proxy/endpointslicecache.go ignores it). */
export const serviceOfSlice = (namespace: string, labels: Readonly<Record<string, string>> | undefined): string | undefined => {
  const name = labels?.[SERVICE_NAME];
  return name ? `${namespace}/${name}` : undefined;
};

/** Undefined where kube-proxy has nothing to do: slices of no Service, and slices of domain names. */
export const compileSlice = (slice: EndpointSlice): CompiledSlice | undefined => {
  const { metadata } = slice;
  const service = serviceOfSlice(metadata.namespace ?? '', metadata.labels);
  if (service === undefined || slice.addressType === 'FQDN') return undefined;
  const family: IpFamily = slice.addressType === 'IPv6' ? 6 : 4;

  const ports: SlicePort[] = [];
  for (const port of slice.ports ?? []) if (port.port) ports.push({ name: port.name ?? '', protocol: protocolNumber(port.protocol), port: port.port });

  const addresses: IpAddress[] = [];
  const conditions: number[] = [];
  const nodes: string[] = [];
  let zoneHints: (readonly string[])[] | undefined;
  let nodeHints: (readonly string[])[] | undefined;
  for (const endpoint of slice.endpoints ?? []) {
    // Of the addresses of an endpoint, kube-proxy uses the first.
    const address = parseIp(endpoint.addresses[0] ?? '');
    if (address === undefined || familyOf(address) !== family) continue;
    const { forZones, forNodes } = endpoint.hints ?? {};
    if (forZones?.length) (zoneHints ??= addresses.map(() => NONE)).push(forZones.map((zone) => zone.name));
    else zoneHints?.push(NONE);
    if (forNodes?.length) (nodeHints ??= addresses.map(() => NONE)).push(forNodes.map((node) => node.name));
    else nodeHints?.push(NONE);
    const said = endpoint.conditions;
    addresses.push(address);
    conditions.push((said?.ready === false ? 0 : READY) | (said?.serving === false ? 0 : SERVING) | (said?.terminating === true ? TERMINATING : 0));
    nodes.push(endpoint.nodeName ?? '');
  }
  const name = metadata.name ?? '';
  const endpoints: EndpointColumns = { addresses, conditions, nodes, zoneHints, nodeHints };
  const trigger = metadata.annotations?.[TRIGGER_TIME];
  return {
    service,
    name,
    family,
    ports,
    endpoints,
    distinct: new Set(addresses).size === addresses.length,
    triggeredAt: trigger === undefined ? 0 : Date.parse(trigger) || 0,
    digest: digestOf(service, name, family, ports, endpoints),
  };
};

const NONE: readonly string[] = [];

const digestOf = (service: string, name: string, family: IpFamily, ports: readonly SlicePort[], endpoints: EndpointColumns): Digest => {
  const digest = newDigest();
  digestText(digest, service);
  digestText(digest, name);
  digestNumber(digest, family);
  digestNumber(digest, ports.length);
  for (const port of ports) {
    digestText(digest, port.name);
    digestNumber(digest, port.protocol);
    digestNumber(digest, port.port);
  }
  digestNumber(digest, endpoints.addresses.length);
  for (const [at, address] of endpoints.addresses.entries()) {
    if (typeof address === 'number') digestNumber(digest, address);
    else digestText(digest, address);
    digestNumber(digest, endpoints.conditions[at] as number);
    digestText(digest, endpoints.nodes[at] as string);
    digestHints(digest, endpoints.zoneHints?.[at]);
    digestHints(digest, endpoints.nodeHints?.[at]);
  }
  return finishDigest(digest);
};

const digestHints = (digest: Digest, hints: readonly string[] = NONE): void => {
  digestNumber(digest, hints.length);
  for (const hint of hints) digestText(digest, hint);
};
