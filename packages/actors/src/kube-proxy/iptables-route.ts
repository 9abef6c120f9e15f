import { clusterPicks, localPicks } from './endpoint-set.js';
import { familyOf, type IpAddress, isLoopback, LOCALHOST } from './ip-address.js';
import { comesFromPod, isLocalAddress, type NodeView, type Packet, passesSourceRanges } from './node-view.js';
import { DROP, FORWARD, internalRoute, LOCAL, REJECT, type Route, shortCircuit } from './route.js';
import { type Destination, destinationAt, nodePortAt, type ServiceTable } from './service-table.js';

/**
 * Decides as the rules of kube-proxy 1.36 in iptables mode do (pkg/proxy/iptables/proxier.go). Other than in nftables mode, what no
 * service asks for passes, packets that the node itself sends out do not meet the rules for external addresses without endpoints, and
 * node ports work at loopback addresses.
 */
export const iptablesRouteOf = (table: ServiceTable, view: NodeView, packet: Packet): Route => {
  // route_localnet, which localhost node ports need, is a setting of IPv4.
  if (packet.device !== '' && typeof packet.source === 'string' && isLoopback(packet.source)) return DROP;
  const found = destinationAt(table, packet.destination, packet.port, packet.protocol);
  if (found !== undefined) return found.reach === 'clusterIP' ? internalRoute(found, view, packet) : externalRoute(found, view, packet);
  const nodePort = isLocalAddress(view, packet.destination) ? nodePortAt(table, familyOf(packet.destination), packet.port, packet.protocol) : undefined;
  if (nodePort === undefined) return unchanged(view, packet);
  return takesNodePorts(view, packet.destination) ? externalRoute(nodePort, view, packet) : filteredRoute(nodePort, view, packet);
};

const unchanged = (view: NodeView, packet: Packet): Route => (isLocalAddress(view, packet.destination) ? LOCAL : FORWARD);

const takesNodePorts = (view: NodeView, address: IpAddress): boolean =>
  isLoopback(address) ? view.localhostNodePorts && typeof address === 'number' && view.nodePortAddresses.includes(LOCALHOST) : view.nodePortAddresses.includes(address);

/**
 * What no rule sent to an endpoint. KUBE-EXTERNAL-SERVICES is in the way of what comes in and what is forwarded, not of what the node
 * sends out; for node ports it holds at every address of the node, also where `--nodeport-addresses` does not.
 */
const filteredRoute = ({ port: { spec, endpoints } }: Destination, view: NodeView, packet: Packet): Route => {
  if (packet.device === '' && !isLocalAddress(view, packet.destination)) return FORWARD;
  if (endpoints.cluster.count === 0) return REJECT;
  return spec.externalLocal && localPicks(endpoints, view.nodeName).count === 0 ? DROP : unchanged(view, packet);
};

const externalRoute = (destination: Destination, view: NodeView, packet: Packet): Route => {
  const { spec, endpoints } = destination.port;
  if (endpoints.cluster.count === 0) return filteredRoute(destination, view, packet);
  if (destination.reach === 'loadBalancer' && !passesSourceRanges(view, spec.sourceRanges, packet)) return DROP;
  if (!spec.externalLocal) return { type: 'endpoints', destination, picks: clusterPicks(endpoints, view.nodeName, view.zone), masquerade: true };
  if (comesFromPod(view, packet) || isLocalAddress(view, packet.source)) return shortCircuit(destination, view, packet);
  const picks = localPicks(endpoints, view.nodeName);
  return picks.count > 0 ? { type: 'endpoints', destination, picks, masquerade: false } : filteredRoute(destination, view, packet);
};
