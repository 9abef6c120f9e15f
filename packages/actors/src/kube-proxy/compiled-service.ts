import type { Service } from '../api/generated/types.js';
import { type Digest, digestNumber, digestText, finishDigest, newDigest } from './digest.js';
import { familyOf, type IpAddress, type IpFamily, type IpRange, parseIp, parseRanges } from './ip-address.js';

/** IP protocol numbers (IANA) of the protocols that a Service can have. */
export type ProtocolNumber = 6 | 17 | 132;

const PROTOCOLS: { readonly [protocol: string]: ProtocolNumber } = { TCP: 6, UDP: 17, SCTP: 132 };

/** An unknown protocol counts as TCP, the API's default. */
export const protocolNumber = (protocol: string | undefined): ProtocolNumber => PROTOCOLS[protocol ?? 'TCP'] ?? 6;

/** One port of a Service in one IP family: everything that rules say about it apart from its endpoints. */
export interface ServicePortSpec {
  /** `namespace/name`, and `:port` if the port has a name: kube-proxy's ServicePortName. */
  readonly name: string;
  readonly family: IpFamily;
  readonly portName: string;
  readonly protocol: ProtocolNumber;
  readonly port: number;
  readonly clusterIp: IpAddress;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIps: readonly IpAddress[];
  readonly loadBalancerIps: readonly IpAddress[];
  /** Who may use the load balancer's addresses; empty: everybody. */
  readonly sourceRanges: readonly IpRange[];
  /** Seconds that a client keeps its endpoint; 0: no affinity. */
  readonly affinitySeconds: number;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
}

/** A Service as the table keeps it. */
export interface CompiledService {
  /** `namespace/name`. */
  readonly key: string;
  readonly ports: readonly ServicePortSpec[];
  /** 0: none. */
  readonly healthCheckNodePort: number;
  readonly digest: Digest;
}

/** What can reach this port from outside the cluster's pods and nodes decides which endpoints it uses (pkg/proxy/serviceport.go). */
export const isExternallyAccessible = (spec: ServicePortSpec): boolean => spec.nodePort !== 0 || spec.loadBalancerIps.length > 0 || spec.externalIps.length > 0;

/** DefaultClientIPServiceAffinitySeconds of the API (core/v1). */
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Undefined where kube-proxy has nothing to do: headless Services and ExternalName (ShouldSkipService of pkg/proxy/util). */
export const compileService = (service: Service): CompiledService | undefined => {
  const { spec, status, metadata } = service;
  const clusterIps = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  if (spec.type === 'ExternalName' || clusterIps.length === 0 || clusterIps[0] === 'None' || clusterIps[0] === '') return undefined;

  const key = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  const externalIps = (spec.externalIPs ?? []).map(parseIp).filter(isAddress);
  // An ingress address with ipMode Proxy is left to the load balancer (KEP-1860).
  const ingress = status?.loadBalancer?.ingress ?? [];
  const loadBalancerIps = ingress.map((point) => (point.ip === undefined || point.ipMode === 'Proxy' ? undefined : parseIp(point.ip))).filter(isAddress);
  const sourceRanges = parseRanges(spec.loadBalancerSourceRanges ?? []);
  const affinitySeconds = spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : 0;
  const takesExternalPolicy = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || externalIps.length > 0;

  const ports: ServicePortSpec[] = [];
  for (const text of clusterIps) {
    const clusterIp = parseIp(text);
    if (clusterIp === undefined) continue;
    const family = familyOf(clusterIp);
    for (const port of spec.ports ?? []) {
      ports.push({
        name: port.name ? `${key}:${port.name}` : key,
        family,
        portName: port.name ?? '',
        protocol: protocolNumber(port.protocol),
        port: port.port,
        clusterIp,
        nodePort: port.nodePort ?? 0,
        externalIps: externalIps.filter((address) => familyOf(address) === family),
        loadBalancerIps: loadBalancerIps.filter((address) => familyOf(address) === family),
        sourceRanges: sourceRanges.filter((range) => range.family === family),
        affinitySeconds,
        internalLocal: spec.internalTrafficPolicy === 'Local',
        externalLocal: takesExternalPolicy && spec.externalTrafficPolicy === 'Local',
      });
    }
  }
  const healthCheckNodePort = spec.healthCheckNodePort ?? 0;
  return { key, ports, healthCheckNodePort, digest: digestOf(key, ports, healthCheckNodePort) };
};

const isAddress = (address: IpAddress | undefined): address is IpAddress => address !== undefined;

const digestOf = (key: string, ports: readonly ServicePortSpec[], healthCheckNodePort: number): Digest => {
  const digest = newDigest();
  digestText(digest, key);
  digestNumber(digest, healthCheckNodePort);
  digestNumber(digest, ports.length);
  for (const port of ports) {
    digestText(digest, port.portName);
    digestNumber(digest, port.family);
    digestNumber(digest, port.protocol);
    digestNumber(digest, port.port);
    digestNumber(digest, port.nodePort);
    digestNumber(digest, port.affinitySeconds);
    digestNumber(digest, (port.internalLocal ? 1 : 0) | (port.externalLocal ? 2 : 0));
    digestAddresses(digest, [port.clusterIp]);
    digestAddresses(digest, port.externalIps);
    digestAddresses(digest, port.loadBalancerIps);
    digestNumber(digest, port.sourceRanges.length);
    for (const range of port.sourceRanges) {
      if (range.family === 4) {
        digestNumber(digest, range.base);
        digestNumber(digest, range.mask);
      } else {
        for (const group of range.groups) digestNumber(digest, group);
        digestNumber(digest, range.length);
      }
    }
  }
  return finishDigest(digest);
};

const digestAddresses = (digest: Digest, addresses: readonly IpAddress[]): void => {
  digestNumber(digest, addresses.length);
  for (const address of addresses) {
    if (typeof address === 'number') digestNumber(digest, address);
    else digestText(digest, address);
  }
};
