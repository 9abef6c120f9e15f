import type { Pod } from '../../../api/generated/types.js';
import { conflicts, hostPortsOf } from '../../cache/host-ports.js';
import { refuse, verdictOf } from '../../framework/candidates.js';
import { type HintFunction, definePlugin } from '../../framework/plugin.js';
import type { Rejection } from '../../framework/status.js';

const NAME = 'NodePorts';
const TAKEN: Rejection = { plugin: NAME, code: 'Unschedulable', reasons: ["node(s) didn't have free ports for the requested pod ports"] };

/** A pod that leaves its node helps if it held a port that is wanted (`isSchedulableAfterPodDeleted`). */
const afterPodDeleted: HintFunction = (pod, former) => {
  const gone = former as Pod;
  if (!gone.spec.nodeName) return 'QueueSkip';
  const held = hostPortsOf(gone);
  return pod.hostPorts.some((wanted) => held.some(({ port, ip }) => port === wanted.port && conflicts(wanted, [ip]))) ? 'Queue' : 'QueueSkip';
};

/** Host ports (plugins/nodeports). */
export const nodePorts = definePlugin({
  name: NAME,
  preFilter: ({ hostPorts }) => (hostPorts.length === 0 ? { type: 'skip' } : { type: 'success', state: undefined }),
  filter: (_state, { hostPorts }, table, candidates) => {
    const wanted = hostPorts.filter(({ port }) => table.hostPorts.has(port));
    if (wanted.length === 0) return;
    const { nodes, count } = candidates;
    const verdict = verdictOf(candidates, TAKEN);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      if (wanted.some((one) => conflicts(one, table.hostPorts.get(one.port)?.get(node)))) refuse(candidates, node, verdict);
      else nodes[kept++] = node;
    }
    candidates.count = kept;
  },
  events: [{ event: { resource: 'Pod', action: 'Delete' }, hint: afterPodDeleted }, { event: { resource: 'Node', action: 'Add' } }],
});
