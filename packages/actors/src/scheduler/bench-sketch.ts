import type { Node, Pod } from '../api/generated/types.js';
import { assumePod, lowestPriority, newAssignedPods } from './cache/assigned-pods.js';
import { newNodeTable, setNode } from './cache/node-table.js';
import { podInfo } from './cache/pod-info.js';
import { newProfile } from './framework/profile.js';
import { DEFAULT_PLUGINS } from './plugins/index.js';
import { scheduleOne } from './scheduling-cycle.js';

const run = (nodes: number, pods: number) => {
  const profile = newProfile(DEFAULT_PLUGINS);
  const table = newNodeTable();
  const assigned = newAssignedPods();
  for (let i = 0; i < nodes; i++) {
    setNode(table, { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${i}`, labels: { 'kubernetes.io/hostname': `node-${i}`, 'topology.kubernetes.io/zone': `zone-${i % 3}` } }, spec: {}, status: { allocatable: { cpu: '4', memory: '32Gi', pods: '110' } } } as unknown as Node);
  }
  let next = 0;
  let failed = 0;
  const t0 = performance.now();
  for (let i = 0; i < pods; i++) {
    const pod = podInfo({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${i}`, namespace: 'default', uid: `u${i}` }, spec: { containers: [{ name: 'pause', image: 'pause', resources: { requests: { cpu: '100m', memory: '500Mi' } } }], tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }] } } as unknown as Pod);
    const d = scheduleOne(profile, table, pod, next, lowestPriority(assigned));
    next = d.nextStart;
    if (d.type === 'scheduled') assumePod(assigned, table, pod, d.node);
    else failed++;
  }
  const ms = performance.now() - t0;
  console.log(nodes, 'nodes', Math.round(pods / (ms / 1000)), 'cycles/s', ((ms * 1000) / pods).toFixed(1), 'us', failed);
};
for (const n of [100, 1000, 5000]) { run(n, Math.min(20000, n * 35)); run(n, Math.min(30000, n * 35)); }
