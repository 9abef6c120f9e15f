import { type ActorContext, between, type Caller, defineActor, type Duration, instantOf } from '@naumachia/core';
import type { Node } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { reflectorBackoff } from '../machinery/reflector-backoff.js';
import { protocolNumber } from './compiled-service.js';
import { iptablesRouteOf } from './iptables-route.js';
import { inAnyRange, type IpAddress, ipText, LOCALHOST, parseIp, parseRanges } from './ip-address.js';
import { type Follower, following } from './kube-proxy-following.js';
import { type KubeProxyConfig, type KubeProxyState, MIN_SYNC_PERIOD, newKubeProxyState } from './kube-proxy-state.js';
import type { KubeProxyMessage, ProxyMetricsReply, RouteReply, RouteRequest } from './messages.js';
import { isLocalAddress, nodePortAddressesOf, type NodeView, type Packet } from './node-view.js';
import { countDelay, newProgrammingDelays } from './programming-delay.js';
import { endpointText, isMasqueraded, pickEndpoint, type Route, routeOf, verdictOf } from './route.js';
import { keepEndpoint, keptEndpoint } from './session-affinity.js';
import { tableAfterFeed, tableAfterList } from './table-derivation.js';

const follower: Follower = {
  listed: (state, resource, items, context) => {
    if (resource === 'nodes') {
      for (const node of items) state.view = withNode(state, node as Stored<Node>);
      return;
    }
    state.received = tableAfterList(state.received, resource, items);
    requestSync(state, context);
  },
  changed: (state, resource, batch, context) => {
    if (resource === 'nodes') {
      const node = batch.entries[batch.entries.length - 1]?.value as Stored<Node>;
      if (node.header.change !== 'deleted') state.view = withNode(state, node);
      return;
    }
    const { table, triggers } = tableAfterFeed(state.received, batch.entries);
    // What says nothing new of addresses and ports (an annotation, a label) is no reason to sync (pkg/proxy/endpointschangetracker.go).
    if (table === state.received && triggers.length === 0) return;
    state.received = table;
    if (triggers.length > 0) state.waiting.push(triggers);
    requestSync(state, context);
  },
};

/** Puts what was received in force now, or when minSyncPeriod since the last sync has passed (pkg/proxy/runner/bounded_frequency_runner.go). */
const requestSync = (state: KubeProxyState, context: ActorContext): void => {
  if (state.syncPending || !state.services.listed || !state.slices.listed) return;
  const rest = state.syncedAt === undefined ? 0 : MIN_SYNC_PERIOD[state.config.profile] - between(state.syncedAt, context.now);
  if (rest <= 0) return sync(state, context);
  state.syncPending = true;
  context.after(rest as Duration, SYNC);
};

const SYNC: KubeProxyMessage = { type: 'sync' };

const sync = (state: KubeProxyState, context: ActorContext): void => {
  state.programmed = state.received;
  state.syncs++;
  state.syncedAt = context.now;
  state.syncPending = false;
  if (state.waiting.length === 0) return;
  for (const triggers of state.waiting) {
    for (const trigger of triggers) {
      // Changes from before the start are another proxy's delay.
      if (trigger > state.startedAt) countDelay((state.delays ??= newProgrammingDelays()), between(instantOf(trigger), context.now));
    }
  }
  state.waiting.length = 0;
};

/** The view of the node as its object says: addresses, zone, and the range of its pods unless the proxy was told that of all pods. */
const withNode = (state: KubeProxyState, node: Stored<Node>): NodeView => {
  const { spec, status } = node.value;
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP').map(({ address }) => parseIp(address)).filter((ip): ip is IpAddress => ip !== undefined);
  const podRanges = state.config.clusterCidrs ?? spec?.podCIDRs ?? [];
  return Object.assign({}, state.view, { zone: node.header.labels?.['topology.kubernetes.io/zone'] ?? '', nodeIps: addresses, addresses, nodePortAddresses: state.view.mode === 'nftables' ? nodePortAddressesOf('primary', addresses, addresses) : [...addresses, LOCALHOST], detector: podRanges.length === 0 ? { type: 'none' } : { type: 'ranges', ranges: parseRanges(podRanges) } });
};

const packetOf = (view: NodeView, message: RouteRequest): Packet | undefined => {
  const source = parseIp(message.source);
  const destination = parseIp(message.destination);
  if (source === undefined || destination === undefined) return undefined;
  const { detector } = view;
  const fromPod = detector.type === 'ranges' && inAnyRange(detector.ranges, source);
  const device = message.device ?? (isLocalAddress(view, source) ? '' : fromPod ? 'cni0' : 'eth0');
  return { source, destination, port: message.port, protocol: protocolNumber(message.protocol), device };
};

const answerRoute = (state: KubeProxyState, message: RouteRequest, context: ActorContext): RouteReply => {
  const packet = packetOf(state.view, message);
  if (packet === undefined) return { type: 'route', verdict: 'drop' };
  const route = (state.view.mode === 'nftables' ? routeOf : iptablesRouteOf)(state.programmed, state.view, packet);
  const verdict = verdictOf(route, state.view, packet);
  if (route.type !== 'endpoints') return { type: 'route', verdict };
  const { endpoints } = route.destination.port;
  const at = chooseEndpoint(state, route, packet, context);
  return { type: 'route', verdict, endpoint: endpointText(endpoints, at), masqueraded: isMasqueraded(endpoints, at, route.masquerade, state.view, packet) };
};

/** The endpoint that the client keeps, or one by chance. */
const chooseEndpoint = (state: KubeProxyState, { destination, picks }: Extract<Route, { type: 'endpoints' }>, packet: Packet, context: ActorContext): number => {
  const { spec, endpoints } = destination.port;
  if (spec.affinitySeconds === 0) return pickEndpoint(picks, context.random);
  const affinity = (state.affinity ??= new Map());
  const client = `${spec.name}|${spec.protocol}|${ipText(packet.source)}`;
  const at = keptEndpoint(affinity, client, endpoints, picks, context.now) ?? pickEndpoint(picks, context.random);
  keepEndpoint(affinity, client, endpointText(endpoints, at), spec.affinitySeconds, context.now);
  return at;
};

const followed = following(follower);

/** The kube-proxy of a node, `kube-proxy/NODE`: it follows Services and EndpointSlices and says where packets go. */
export const kubeProxy = defineActor<KubeProxyConfig, KubeProxyState, KubeProxyMessage>({
  kind: 'kube-proxy',
  start: (config, context) => {
    followed.start(context);
    return newKubeProxyState(config, context.now, reflectorBackoff());
  },
  receive: {
    sync: (state, _message, context) => sync(state, context),
    // A copy: what is sent does not change any more.
    'proxy-metrics': ({ syncs, delays }, _message, context) =>
      context.reply(context.caller as Caller, { type: 'proxy-metrics', syncs, ...(delays && { delays: Object.assign({}, delays, { buckets: delays.buckets.slice() }) }) } as ProxyMetricsReply),
    route: (state, message, context) => context.reply(context.caller as Caller, answerRoute(state, message, context)),
  },
  signals: { feed: followed.feed, feedEnded: followed.feedEnded },
  flows: followed.flows,
});
