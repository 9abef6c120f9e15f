import type { Request } from '@naumachia/core';
import type { ProgrammingDelays } from './programming-delay.js';
import type { Verdict } from './route.js';

/** Asks a node's kube-proxy (`kube-proxy/NODE`) what happens to the first packet of a flow there. */
export interface RouteRequest extends Request<RouteReply> {
  readonly type: 'route';
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** The device that the packet comes in by, '' if the node itself sends it. By default as the source's address suggests. */
  readonly device?: string;
}

export interface RouteReply {
  readonly type: 'route';
  /** All that can happen to it. */
  readonly verdict: Verdict;
  /** Where this one goes, `ip:port`, if it goes to an endpoint. */
  readonly endpoint?: string;
  /** Whether it goes there with the node's address as its source. */
  readonly masqueraded?: boolean;
}

/** Asks a kube-proxy what it has counted since its start. */
export interface ProxyMetricsRequest extends Request<ProxyMetricsReply> {
  readonly type: 'proxy-metrics';
}

export interface ProxyMetricsReply {
  readonly type: 'proxy-metrics';
  readonly syncs: number;
  /** Network programming delays; absent if nothing was counted. */
  readonly delays?: ProgrammingDelays;
}

export type KubeProxyMessage = RouteRequest | ProxyMetricsRequest | { readonly type: 'sync' };
