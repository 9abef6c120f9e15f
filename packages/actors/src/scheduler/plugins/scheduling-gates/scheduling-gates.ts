import type { Pod } from '../../../api/generated/types.js';
import { podUid } from '../../cache/pod-info.js';
import { definePlugin } from '../../framework/plugin.js';

const NAME = 'SchedulingGates';

/** Keeps pods with scheduling gates out of the active queue until the last gate is gone (plugins/schedulinggates). */
export const schedulingGates = definePlugin({
  name: NAME,
  preEnqueue: ({ pod }) => {
    const gates = pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return { plugin: NAME, code: 'UnschedulableAndUnresolvable', reasons: [`waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`] };
  },
  events: [
    {
      event: { resource: 'Pod', action: 'UpdatePodSchedulingGatesEliminated' },
      hint: (pod, _former, current) => (current && podUid(current as Pod) === pod.uid ? 'Queue' : 'QueueSkip'),
    },
  ],
});
