import type { Taint } from '../api/generated/types.js';
import type { NodeCapacity } from '../kubelet/kubelet-config.js';

/**
 * A cluster as its user describes it: plain data. A cluster file holds the same in YAML (`@naumachia/bench/cluster-file` reads and checks it), and
 * its JSON schema stands in `schemas/` of the command's package. Whoever adds a field adds it there too.
 */
export interface ClusterSpec {
  /** What the cluster is called: its context in the kubeconfig, and its entry among the running clusters. Default `naumachia`. */
  readonly name?: string;
  /** Default `packed`. */
  readonly mode?: ClusterMode;
  /** Worker threads in `packed` mode; 0: everything on the caller's thread. Default: one per core. */
  readonly hosts?: number;
  /** Seed of every random choice. Default 1. */
  readonly seed?: number;
  /** `recorded` (default): image pulls, mounts and syncs take as long as on the recorded machines; `none`: no time, for loads and quick tests. */
  readonly latency?: LatencyName;
  /** `none`: an API server on its etcd, and nothing that acts on its objects. Default `all`. */
  readonly controllers?: 'all' | 'none';
  readonly controlPlane?: {
    /** Where it stands, for the latencies of links between zones. Default: in no zone. */
    readonly zone?: string;
  };
  /** Nodes `node-1`, `node-2`, ..., each a kubelet and a kube-proxy with 4 CPU, 8Gi of memory, 100Gi of disk and 110 pods. Default 0. */
  readonly nodes?: number;
  /** More nodes, of several makes. */
  readonly nodeGroups?: readonly NodeGroup[];
  /** How long messages take between components; of several that fit a message the first counts. Default: no longer than they have to. */
  readonly links?: readonly ClusterLink[];
  /** PEM of the authority that pods are told to trust (`kube-root-ca.crt`). Whoever starts the cluster makes it; it stands in no file. */
  readonly rootCa?: string;
  /** Whether etcd keeps what it acknowledged on a disk that outlives it. Default true; stands in no file. */
  readonly durable?: boolean;
}

export type ClusterMode = 'packed' | 'threads' | 'simulated';
export type LatencyName = 'recorded' | 'none';

/** Nodes that are alike: `NAME-1`, `NAME-2`, ... */
export interface NodeGroup {
  readonly name: string;
  readonly count: number;
  /** On top of the well-known ones. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** The label `topology.kubernetes.io/zone`, and a place for `links`. */
  readonly zone?: string;
  /** What is absent is as on `node-1`. */
  readonly capacity?: { readonly [R in keyof NodeCapacity]?: string | number };
}

/** How long messages take between two ends, in both directions or one way. */
export interface ClusterLink {
  /** `*` is everyone, a text a kind of component. */
  readonly between: readonly [ClusterLinkEnd, ClusterLinkEnd];
  /** Only from the first to the second. Default false. */
  readonly oneWay?: boolean;
  /** `20ms`, or `10ms..30ms` for something between, other for every message. */
  readonly latency: string;
}

/** Who stands at one end: all that fits every field that is there. */
export type ClusterLinkEnd = '*' | ComponentKind | { readonly component?: ComponentKind; readonly group?: string; readonly zone?: string };

export const NODE_COMPONENTS = ['kubelet', 'kube-proxy'] as const;
export const CONTROL_PLANE_COMPONENTS = ['etcd', 'apiserver', 'scheduler', 'controller-manager'] as const;
export type ComponentKind = (typeof NODE_COMPONENTS)[number] | (typeof CONTROL_PLANE_COMPONENTS)[number];

/** The group of the nodes that `nodes` counts. */
export const PLAIN_GROUP = 'node';

/** The version of Kubernetes that all components are of, and what a node has that says nothing else. */
export { DEFAULT_CAPACITY, KUBELET_VERSION as KUBERNETES_VERSION } from '../kubelet/kubelet-config.js';
