import { DEFAULT_PLUGINS, type Scheduling, attemptNext, newProfile, newScheduling, nodeChanged, podChanged } from '@naumachia/actors/scheduler';

/**
 * Scheduling cycles as kube-scheduler's own benchmark runs them: nodes in three zones, pods that ask for CPU and memory, every plugin
 * of the default profile. A cycle includes the queue, the cluster's state being brought up to date, the assumption and its confirmation;
 * it does not include the API server.
 */
export interface SchedulingBench {
  readonly scheduling: Scheduling;
  readonly nodes: number;
  pods: number;
}

const PROFILE = newProfile(DEFAULT_PLUGINS);
/** Nodes have room for 40 pods by CPU; the cluster is emptied before it is full, so that each cycle finds a node. */
const PODS_PER_NODE = 30;
const NOW = 0;

export const SCHEDULING_SIZES = [100, 1000, 5000] as const;

export const schedulingBench = (nodes: number): SchedulingBench => {
  const scheduling = newScheduling();
  for (let at = 1; at <= nodes; at++) {
    const name = `node-${at}`;
    const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${at % 3}` };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels }, spec: {}, status: { allocatable: { cpu: '4', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' } } };
    nodeChanged(scheduling, PROFILE, undefined, node, NOW);
  }
  return { scheduling, nodes, pods: 0 };
};

/** One pod from its arrival to its confirmed place. */
export const schedulePod = (bench: SchedulingBench): void => {
  const { scheduling } = bench;
  if (bench.pods >= bench.nodes * PODS_PER_NODE) empty(bench);
  const pod = newPod(++bench.pods);
  podChanged(scheduling, PROFILE, undefined, { value: pod }, NOW);
  const attempt = attemptNext(scheduling, PROFILE, NOW);
  if (attempt?.type !== 'bind') throw new Error(`pod ${pod.metadata.name} found no node: ${JSON.stringify(attempt?.type)}`);
  podChanged(scheduling, PROFILE, { value: pod }, { value: { ...pod, spec: { ...pod.spec, nodeName: attempt.node } } }, NOW);
};

const newPod = (number: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p${number}`, namespace: 'default', uid: `uid-${number}` },
  spec: {
    containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '100m', memory: '500Mi' } } }],
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    schedulerName: 'default-scheduler',
    priority: 0,
  },
});

const empty = (bench: SchedulingBench): void => {
  const { assigned, table } = bench.scheduling;
  for (let number = 1; number <= bench.pods; number++) {
    const slot = assigned.byUid.get(`uid-${number}`)?.slot;
    if (slot === undefined) continue;
    const pod = newPod(number);
    podChanged(bench.scheduling, PROFILE, { value: { ...pod, spec: { ...pod.spec, nodeName: table.names[slot] ?? '' } } }, undefined, NOW);
  }
  bench.pods = 0;
};

/** `scheduling cycle, 5,000 nodes` and so on: what a tinybench suite adds as tasks. */
export const schedulingCycleTasks = (): readonly { readonly name: string; readonly run: () => void }[] =>
  SCHEDULING_SIZES.map((nodes) => {
    const bench = schedulingBench(nodes);
    return { name: `scheduling cycle, ${nodes.toLocaleString('en')} nodes`, run: () => schedulePod(bench) };
  });
