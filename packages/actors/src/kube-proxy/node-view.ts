import { familyOf, inAnyRange, inRange, type IpAddress, type IpRange, isLoopback } from './ip-address.js';

/** How a proxy tells what comes from a pod (`--detect-local-mode`). `none`: it does not. */
export type LocalDetector =
  | { readonly type: 'none' }
  /** ClusterCIDR and NodeCIDR. */
  | { readonly type: 'ranges'; readonly ranges: readonly IpRange[] }
  | { readonly type: 'bridge'; readonly device: string }
  | { readonly type: 'device-prefix'; readonly prefix: string };

/** The addresses of the node that take node ports (`--nodeport-addresses`); a loopback address among them counts in iptables mode alone. */
export type NodePortAddresses = readonly IpAddress[];

/** Whose rules decide (`--proxy-mode`). */
export type ProxyMode = 'nftables' | 'iptables';

/** What one node adds to the shared service table: who it is, its addresses, and how its proxy was configured. */
export interface NodeView {
  readonly mode: ProxyMode;
  readonly nodeName: string;
  readonly zone: string;
  /** Of each family, the first is the primary node IP. */
  readonly nodeIps: readonly IpAddress[];
  /** All addresses of the node's interfaces, without loopback. */
  readonly addresses: readonly IpAddress[];
  readonly nodePortAddresses: NodePortAddresses;
  /** Node ports work at loopback addresses, in iptables mode (`--iptables-localhost-nodeports`). */
  readonly localhostNodePorts: boolean;
  readonly detector: LocalDetector;
  readonly masqueradeAll: boolean;
  /** Service ranges: an address of them that no Service has is dropped. */
  readonly serviceRanges: readonly IpRange[];
}

/** The first packet of a flow, as it meets the rules of a node. */
export interface Packet {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly port: number;
  readonly protocol: number;
  /** The device that it came in by; '' if the node itself sends it. */
  readonly device: string;
}

export const isLocalAddress = (view: NodeView, address: IpAddress): boolean => isLoopback(address) || view.addresses.includes(address);

export const takesNodePorts = (view: NodeView, address: IpAddress): boolean => view.nodePortAddresses.includes(address);

/**
 * The node addresses that fall in `--nodeport-addresses`; `primary` stands for the node IPs, and a family of which no range is given
 * takes node ports everywhere (pkg/proxy/util/nodeport_addresses.go).
 */
export const nodePortAddressesOf = (ranges: 'primary' | readonly IpRange[], nodeIps: readonly IpAddress[], addresses: readonly IpAddress[]): NodePortAddresses => {
  if (ranges === 'primary') return nodeIps.filter((ip, at) => nodeIps.findIndex((other) => typeof other === typeof ip) === at);
  return addresses.filter((address) => {
    const ofFamily = ranges.filter((range) => range.family === familyOf(address));
    return ofFamily.length === 0 || inAnyRange(ofFamily, address);
  });
};

/** Whether the rules take a packet for one of a pod (and so need not masquerade it); always false if the proxy does not tell. */
export const comesFromPod = (view: NodeView, packet: Packet): boolean => {
  const { detector } = view;
  switch (detector.type) {
    case 'none':
      return false;
    case 'ranges':
      return inAnyRange(detector.ranges, packet.source);
    case 'bridge':
      return packet.device === detector.device;
    case 'device-prefix':
      return packet.device.startsWith(detector.prefix);
  }
};

/** Whether a load balancer's source ranges let a packet pass. Where they include the node, its own packets bear the balancer's address. */
export const passesSourceRanges = (view: NodeView, ranges: readonly IpRange[], packet: Packet): boolean => {
  if (ranges.length === 0 || inAnyRange(ranges, packet.source)) return true;
  const nodeIp = view.nodeIps.find((ip) => typeof ip === typeof packet.destination);
  return packet.source === packet.destination && nodeIp !== undefined && ranges.some((range) => inRange(range, nodeIp));
};
