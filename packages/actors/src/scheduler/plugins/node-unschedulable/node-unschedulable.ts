import type { Node, Pod, Taint } from '../../../api/generated/types.js';
import { podUid } from '../../cache/pod-info.js';
import { refuse, verdictOf } from '../../framework/candidates.js';
import { type HintFunction, definePlugin } from '../../framework/plugin.js';
import type { Rejection } from '../../framework/status.js';
import { tolerated } from '../taint-toleration/tolerations.js';

const NAME = 'NodeUnschedulable';
const UNSCHEDULABLE: Rejection = { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: ['node(s) were unschedulable'] };
/** A pod that tolerates this taint may go onto cordoned nodes (api/core/v1 `TaintNodeUnschedulable`). */
const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** A node that came is worth a try unless it is cordoned; one that changed, if it was. */
const afterNodeChange: HintFunction = (_pod, former, current) => {
  const wasCordoned = !former || (former as Node).spec?.unschedulable;
  return wasCordoned && !(current as Node).spec?.unschedulable ? 'Queue' : 'QueueSkip';
};

const afterTolerationChange: HintFunction = (pod, _former, current) =>
  current && podUid(current as Pod) === pod.uid && tolerated((current as Pod).spec.tolerations, CORDONED) ? 'Queue' : 'QueueSkip';

/** Cordoned nodes (plugins/nodeunschedulable). */
export const nodeUnschedulable = definePlugin({
  name: NAME,
  filter: (_state, { pod }, table, candidates) => {
    if (table.unschedulableCount === 0 || tolerated(pod.spec.tolerations, CORDONED)) return;
    const { nodes, count } = candidates;
    const verdict = verdictOf(candidates, UNSCHEDULABLE);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      if (table.unschedulable[node] === 0) nodes[kept++] = node;
      else refuse(candidates, node, verdict);
    }
    candidates.count = kept;
  },
  events: [
    { event: { resource: 'Node', action: 'Add' }, hint: afterNodeChange },
    { event: { resource: 'Node', action: 'UpdateNodeTaint' }, hint: afterNodeChange },
    { event: { resource: 'Pod', action: 'UpdatePodToleration' }, hint: afterTolerationChange },
  ],
});
