import { refuse, verdictOf } from '../../framework/candidates.js';
import { definePlugin } from '../../framework/plugin.js';
import type { Rejection } from '../../framework/status.js';

const NAME = 'NodeName';
const MISMATCH: Rejection = { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: ["node(s) didn't match the requested node name"] };

/** Pods that name their node (plugins/nodename). Such pods seldom come here: they count as scheduled from the start. */
export const nodeName = definePlugin({
  name: NAME,
  filter: (_state, { pod }, table, candidates) => {
    const wanted = pod.spec.nodeName;
    if (!wanted) return;
    const { nodes, count } = candidates;
    const verdict = verdictOf(candidates, MISMATCH);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      if (table.names[node] === wanted) nodes[kept++] = node;
      else refuse(candidates, node, verdict);
    }
    candidates.count = kept;
  },
  events: [{ event: { resource: 'Node', action: 'Add' } }],
});
