import type { Node, Pod } from '../../../api/generated/types.js';
import { refuse, verdictOf } from '../../framework/candidates.js';
import { MAX_NODE_SCORE, normalizeScores } from '../../framework/normalize.js';
import { type HintFunction, definePlugin } from '../../framework/plugin.js';
import { podUid } from '../../cache/pod-info.js';
import type { Rejection } from '../../framework/status.js';
import { hasUntoleratedTaint, tolerated } from './tolerations.js';

const NAME = 'TaintToleration';
const UNTOLERATED: Rejection = { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'] };

const afterNodeChange: HintFunction = ({ pod }, former, current) => {
  const wasKept = !former || hasUntoleratedTaint(pod.spec.tolerations, (former as Node).spec?.taints);
  return wasKept && !hasUntoleratedTaint(pod.spec.tolerations, (current as Node).spec?.taints) ? 'Queue' : 'QueueSkip';
};

const afterTolerationChange: HintFunction = (pod, _former, current) => (current && podUid(current as Pod) === pod.uid ? 'Queue' : 'QueueSkip');

const NONE_INTOLERABLE = { type: 'same', raw: 0, normalized: MAX_NODE_SCORE } as const;

/** Taints and tolerations (plugins/tainttoleration). A cluster has few distinct lists of taints: each is judged once per cycle. */
export const taintToleration = definePlugin<undefined, Float64Array>({
  name: NAME,
  filter: (_state, { pod }, table, candidates) => {
    if (table.taintedCount === 0) return;
    const kept = table.taintLists.map((taints) => !hasUntoleratedTaint(pod.spec.tolerations, taints));
    if (!kept.includes(false)) return;
    const { nodes, count } = candidates;
    const verdict = verdictOf(candidates, UNTOLERATED);
    let left = 0;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      if (kept[table.taints[node] as number]) nodes[left++] = node;
      else refuse(candidates, node, verdict);
    }
    candidates.count = left;
  },
  preScore: ({ pod }, table) => {
    if (table.taintedCount === 0) return NONE_INTOLERABLE;
    const tolerations = pod.spec.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const intolerable = table.taintLists.map((taints) => taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerated(tolerations, taint)).length);
    return intolerable.some((count) => count > 0) ? { type: 'success', state: Float64Array.from(intolerable) } : NONE_INTOLERABLE;
  },
  score: (intolerable, _pod, table, nodes, count, scores) => {
    for (let at = 0; at < count; at++) scores[at] = intolerable[table.taints[nodes[at] as number] as number] as number;
  },
  normalize: (scores, count) => normalizeScores(scores, count, true),
  events: [
    { event: { resource: 'Node', action: 'Add' }, hint: afterNodeChange },
    { event: { resource: 'Node', action: 'UpdateNodeTaint' }, hint: afterNodeChange },
    { event: { resource: 'Pod', action: 'UpdatePodToleration' }, hint: afterTolerationChange },
  ],
});
