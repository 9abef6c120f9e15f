import type { Random } from '@naumachia/core';
import { clusterPicks, type EndpointSet, localPicks, type Picks, portOf } from './endpoint-set.js';
import { familyOf, hostPort, inAnyRange, type IpAddress, isLoopback } from './ip-address.js';
import { comesFromPod, isLocalAddress, type NodeView, type Packet, passesSourceRanges, takesNodePorts } from './node-view.js';
import { type Destination, destinationAt, isClusterIp, nodePortAt, type ServiceTable } from './service-table.js';

/**
 * What the rules of a node do with the first packet of a flow.
 * - `drop`: nothing comes back
 * - `reject`: ICMP port unreachable comes back
 * - `local`: it reaches the node's own stack unchanged
 * - `forward`: it leaves the node unchanged
 * - `endpoints`: it goes to one of these, each equally likely; `masquerade`: with the node's address as its source
 */
export type Route =
  | { readonly type: 'drop' | 'reject' | 'local' | 'forward' }
  | { readonly type: 'endpoints'; readonly destination: Destination; readonly picks: Picks; readonly masquerade: boolean };

export const DROP: Route = { type: 'drop' };
export const REJECT: Route = { type: 'reject' };
export const LOCAL: Route = { type: 'local' };
export const FORWARD: Route = { type: 'forward' };

/** Decides as the rules of kube-proxy 1.36 in nftables mode do (pkg/proxy/nftables/proxier.go). */
export const routeOf = (table: ServiceTable, view: NodeView, packet: Packet): Route => {
  // The kernel takes no packet from a device that claims to come from a loopback address.
  if (packet.device !== '' && isLoopback(packet.source)) return DROP;
  const found = destinationAt(table, packet.destination, packet.port, packet.protocol);
  if (found !== undefined) return found.reach === 'clusterIP' ? internalRoute(found, view, packet) : externalRoute(found, view, packet);
  if (takesNodePorts(view, packet.destination)) {
    const nodePort = nodePortAt(table, familyOf(packet.destination), packet.port, packet.protocol);
    if (nodePort !== undefined) return externalRoute(nodePort, view, packet);
  }
  if (isClusterIp(table, packet.destination)) return REJECT;
  if (inAnyRange(view.serviceRanges, packet.destination)) return DROP;
  return isLocalAddress(view, packet.destination) ? LOCAL : FORWARD;
};

/** To a cluster IP: both modes do the same. */
export const internalRoute = (destination: Destination, view: NodeView, packet: Packet): Route => {
  const { spec, endpoints } = destination.port;
  if (endpoints.cluster.count === 0) return REJECT;
  const picks = spec.internalLocal ? localPicks(endpoints, view.nodeName) : clusterPicks(endpoints, view.nodeName, view.zone);
  if (picks.count === 0) return DROP;
  const masquerade = view.masqueradeAll || (view.detector.type !== 'none' && !comesFromPod(view, packet));
  return { type: 'endpoints', destination, picks, masquerade };
};

const externalRoute = (destination: Destination, view: NodeView, packet: Packet): Route => {
  const { spec, endpoints } = destination.port;
  if (destination.reach === 'loadBalancer' && !passesSourceRanges(view, spec.sourceRanges, packet)) return DROP;
  if (endpoints.cluster.count === 0) return REJECT;
  if (!spec.externalLocal) return { type: 'endpoints', destination, picks: clusterPicks(endpoints, view.nodeName, view.zone), masquerade: true };
  if (comesFromPod(view, packet) || isLocalAddress(view, packet.source)) return shortCircuit(destination, view, packet);
  const picks = localPicks(endpoints, view.nodeName);
  return picks.count === 0 ? DROP : { type: 'endpoints', destination, picks, masquerade: false };
};

/** External policy Local, from inside the cluster: every endpoint, wherever it is, as if the policy were Cluster; a pod keeps its address. */
export const shortCircuit = (destination: Destination, view: NodeView, packet: Packet): Route => {
  const picks = clusterPicks(destination.port.endpoints, view.nodeName, view.zone);
  return { type: 'endpoints', destination, picks, masquerade: !comesFromPod(view, packet) };
};

/** One of the endpoints of a set, by chance: its index. */
export const pickEndpoint = (picks: Picks, random: Random): number => {
  const at = picks.count === 1 ? 0 : random.below(picks.count);
  return picks.at === undefined ? at : (picks.at[at] as number);
};

/**
 * Whether a packet that goes to this endpoint gets the node's address as its source: where the route says so, and where a pod of
 * this node reaches itself (hairpin). What comes from outside for the node's own stack does not pass the masquerading hook.
 */
export const isMasqueraded = (set: EndpointSet, at: number, masquerade: boolean, view: NodeView, packet: Packet): boolean => {
  const address = set.endpoints.addresses[at] as IpAddress;
  if (!masquerade && !(address === packet.source && (view.mode === 'iptables' || set.endpoints.nodes[at] === view.nodeName))) return false;
  return packet.device === '' || !isLocalAddress(view, address);
};

/** `10.244.1.73:8443`. */
export const endpointText = (set: EndpointSet, at: number): string => hostPort(set.endpoints.addresses[at] as IpAddress, portOf(set, at));

/** A route in words and lists: what a packet can meet, endpoints in the order of their text. */
export type Verdict = 'drop' | 'reject' | 'local' | 'forward' | { readonly to: readonly string[]; readonly masq?: true | readonly string[]; readonly sticky?: true };

export const verdictOf = (route: Route, view: NodeView, packet: Packet): Verdict => {
  if (route.type !== 'endpoints') return route.type;
  const { spec, endpoints } = route.destination.port;
  const to: string[] = [];
  const masq: string[] = [];
  for (let i = 0; i < route.picks.count; i++) {
    const at = route.picks.at === undefined ? i : (route.picks.at[i] as number);
    const text = endpointText(endpoints, at);
    to.push(text);
    if (isMasqueraded(endpoints, at, route.masquerade, view, packet)) masq.push(text);
  }
  to.sort();
  masq.sort();
  return {
    to,
    ...(masq.length === to.length ? { masq: true as const } : masq.length > 0 && { masq }),
    ...(spec.affinitySeconds > 0 && { sticky: true as const }),
  };
};
