import { type Address, type Caller, type Instant, named } from '@naumachia/core';
import type { EtcdRequest } from '../api/etcd-requests.js';
import type { ApiRequest, Stored } from '../api/requests.js';
import { emptyWatchCache, type WatchCache } from './watch-cache.js';

/** How an API server is set up; the defaults are those of kube-apiserver 1.36 where it has them. */
export interface ApiServerConfig {
  /** `--service-cluster-ip-range`; only IPv4 prefixes of 12 to 24 bits. Default 10.96.0.0/16. */
  readonly serviceSubnet?: string;
  /** The address that the `kubernetes` service leads to. Default 10.0.0.1. */
  readonly advertiseAddress?: string;
  /** The port of that address. Default 6443. */
  readonly securePort?: number;
  /** Requests in flight beyond which a request is answered 429: reads that wait, and writes. Default 20,000. */
  readonly maxInFlight?: number;
  /** Entries that each watch feed keeps. Default 20,000. */
  readonly feedLimit?: number;
  /** Admission plugins that are switched off, by name. */
  readonly disableAdmissionPlugins?: readonly string[];
  /** Minutes between two compactions of etcd; 0: never. Default 5. */
  readonly compactionMinutes?: number;
  /** The objects that a fresh server makes: everything, or namespaces and the service `kubernetes` alone. Default `all`. */
  readonly bootstrap?: 'all' | 'minimal';
}

/** A request that waits: for the start, or until the cache has seen `revision`. */
export interface Parked {
  readonly request: ApiRequest;
  readonly caller: Caller;
  readonly revision: number;
  /** When a read that is ahead of the cache is given up (504). */
  readonly until: Instant | undefined;
}

export interface ApiServerState {
  phase: 'starting' | 'serving';
  readonly config: ApiServerConfig;
  cache: WatchCache;
  subscription: number | undefined;
  /** The highest revision that etcd has answered with: a read may not show less. */
  committed: number;
  /** Writes that etcd has answered and the feed has not brought yet, by etcd key. */
  readonly ahead: Map<string, Stored>;
  parked: Parked[];
  inFlight: number;
  /** The lease under which events are written at the moment. */
  eventLease: { id: number; until: Instant; objects: number } | undefined;
  /** Cluster IPs and node ports that writes in flight have drawn. */
  readonly drawn: Set<string>;
  /** The revision at the last compaction's turn. */
  compactAt: number;
  readonly counts: { gets: number; lists: number; writes: number; refused: number; conflicts: number; panics: number };
  /** The last error that a request caused, for those who look. */
  lastPanic: string | undefined;
}

export const newApiServerState = (config: ApiServerConfig): ApiServerState => ({
    phase: 'starting',
    config,
    cache: emptyWatchCache([]),
    subscription: undefined,
    committed: 0,
    ahead: new Map(),
    parked: [],
    inFlight: 0,
    eventLease: undefined,
    drawn: new Set(),
    compactAt: 0,
    counts: { gets: 0, lists: 0, writes: 0, refused: 0, conflicts: 0, panics: 0 },
    lastPanic: undefined,
});

/** Whoever is etcd at the moment. */
export const ETCD: Address<EtcdRequest> = named<EtcdRequest>('etcd');
