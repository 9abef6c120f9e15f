import type { Taint } from '../api/generated/types.js';
import type { LatencyProfileName } from './latency-profile.js';

/** What starts a kubelet: plain data. Everything but name, index and profile has the defaults of the emulated node. */
export interface KubeletConfig {
  readonly node: string;
  /** From 1; the addresses of the node and of its pods follow from it (`api/node-addresses.ts`). */
  readonly index: number;
  readonly profile: LatencyProfileName;
  /** Default: 4 CPU, 8Gi of memory, 100Gi of disk, 110 pods. */
  readonly capacity?: NodeCapacity;
  /** On top of the well-known ones (`--node-labels`). */
  readonly labels?: Readonly<Record<string, string>>;
  /** `--register-with-taints` */
  readonly taints?: readonly Taint[];
  /** `topology.kubernetes.io/zone` */
  readonly zone?: string;
  /** Images that the node has from the start, as people write them: `nginx:1.27`. */
  readonly images?: readonly string[];
}

export interface NodeCapacity {
  readonly cpu: string;
  readonly 'ephemeral-storage': string;
  readonly memory: string;
  readonly pods: string;
}

export const DEFAULT_CAPACITY: NodeCapacity = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '8Gi', pods: '110' };

/** The kubelet's version, which is that of the cluster. */
export const KUBELET_VERSION = 'v1.36.3';

/** The labels that a node registers with. */
export const nodeLabels = (config: KubeletConfig): Readonly<Record<string, string>> => ({
  'beta.kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': config.node,
  'kubernetes.io/os': 'linux',
  ...(config.zone !== undefined && { 'topology.kubernetes.io/zone': config.zone }),
  ...config.labels,
});
