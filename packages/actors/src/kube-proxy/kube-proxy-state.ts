import type { Duration, Instant } from '@naumachia/core';
import type { ReflectorBackoff } from '../machinery/reflector-backoff.js';
import { type IpRange, parseRanges } from './ip-address.js';
import type { NodeView, ProxyMode } from './node-view.js';
import type { ProgrammingDelays } from './programming-delay.js';
import { EMPTY_TABLE, type ServiceTable } from './service-table.js';
import type { SessionAffinity } from './session-affinity.js';
import type { FollowedResource } from './table-derivation.js';

export interface KubeProxyConfig {
  /** The node's name. */
  readonly node: string;
  /** `recorded`: syncs are at least a second apart (minSyncPeriod), as in kube-proxy; `none`: every change is in force at once. */
  readonly profile: 'recorded' | 'none';
  /** Changes that come from another host come in batches this far apart: a proxy that works for itself alone has nothing of hearing sooner of what minSyncPeriod would keep. Default: as they come. */
  readonly batches?: Duration;
  /** `--proxy-mode`; default nftables. */
  readonly mode?: ProxyMode;
  /** `--cluster-cidr`: addresses of pods. By default those of this node's pods tell what comes from a pod (NodeCIDR). */
  readonly clusterCidrs?: readonly string[];
  /** Service ranges (the ServiceCIDR objects of the cluster). Default 10.96.0.0/16. */
  readonly serviceCidrs?: readonly string[];
}

/** One resource that a proxy follows. It keeps no objects: they are in the table, which all proxies of a host share. */
export interface Following {
  /** Everything up to here has been seen. */
  revision: number;
  subscription: number | undefined;
  subscribedAt: Instant | undefined;
  /** The first list has been taken in. */
  listed: boolean;
}

export type ProxyResource = FollowedResource | 'nodes';

/** There are as many of these as nodes: what proxies have in common stands in the shared table. */
export interface KubeProxyState {
  readonly config: KubeProxyConfig;
  readonly startedAt: Instant;
  view: NodeView;
  readonly services: Following;
  readonly slices: Following;
  readonly node: Following;
  readonly backoff: ReflectorBackoff;
  /** What the API server has told. */
  received: ServiceTable;
  /** What is in force: packets meet this. */
  programmed: ServiceTable;
  /** Trigger times of changes that are received and not in force. */
  waiting: (readonly number[])[];
  syncs: number;
  syncedAt: Instant | undefined;
  /** A sync is due when minSyncPeriod has passed. */
  syncPending: boolean;
  /** Absent until there was something to count. */
  delays: ProgrammingDelays | undefined;
  affinity: SessionAffinity | undefined;
}

/** `--iptables-min-sync-period` and that of nftables: 1 s (pkg/proxy/apis/config/v1alpha1/defaults.go); none: 0. */
export const MIN_SYNC_PERIOD: { readonly [P in KubeProxyConfig['profile']]: Duration } = { recorded: 1000 as Duration, none: 0 as Duration };

export const newKubeProxyState = (config: KubeProxyConfig, startedAt: Instant, backoff: ReflectorBackoff): KubeProxyState => ({
  config,
  startedAt,
  view: {
    mode: config.mode ?? 'nftables',
    localhostNodePorts: true,
    nodeName: config.node,
    zone: '',
    nodeIps: NO_ADDRESSES,
    addresses: NO_ADDRESSES,
    nodePortAddresses: NO_ADDRESSES,
    detector: NO_DETECTOR,
    masqueradeAll: false,
    serviceRanges: config.serviceCidrs === undefined ? DEFAULT_SERVICE_RANGES : parseRanges(config.serviceCidrs),
  },
  services: newFollowing(),
  slices: newFollowing(),
  node: newFollowing(),
  backoff,
  received: EMPTY_TABLE,
  programmed: EMPTY_TABLE,
  waiting: [],
  syncs: 0,
  syncedAt: undefined,
  syncPending: false,
  delays: undefined,
  affinity: undefined,
});

const newFollowing = (): Following => ({ revision: 0, subscription: undefined, subscribedAt: undefined, listed: false });

const NO_ADDRESSES: readonly never[] = [];
const NO_DETECTOR = { type: 'none' } as const;
const DEFAULT_SERVICE_RANGES: readonly IpRange[] = parseRanges(['10.96.0.0/16']);
