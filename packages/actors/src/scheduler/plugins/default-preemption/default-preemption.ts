import { countedReasons } from '../../framework/reasons.js';
import { definePlugin } from '../../framework/plugin.js';

/** DynamicResources is asked first, and this is what it has to say. */
const NO_CLAIMS = 'no new claims to deallocate, preemption: ';

/**
 * Says why preemption cannot help (plugins/defaultpreemption); evicting others is not built yet. Where the real one would have to
 * search for victims, that is, where a pod of lower priority stands anywhere, the message says that it does not.
 */
export const defaultPreemption = definePlugin({
  name: 'DefaultPreemption',
  postFilter: ({ pod, priority }, { refusals, absent, allNodes, lowestPriority }) => {
    if (pod.spec.preemptionPolicy === 'Never') return { message: `${NO_CLAIMS}not eligible due to preemptionPolicy=Never.` };
    let hopeless = absent?.nodes ?? 0;
    let searched = 0;
    for (const { rejection, nodes } of refusals) {
      if (rejection.code === 'UnschedulableAndUnresolvable') hopeless += nodes;
      else searched += nodes;
    }
    if (searched > 0 && lowestPriority !== undefined && lowestPriority < priority) return { message: `${NO_CLAIMS}the scheduler plugin DefaultPreemption does not evict pods yet.` };
    const reasons = new Map<string, number>();
    if (hopeless > 0) reasons.set('Preemption is not helpful for scheduling', hopeless);
    if (searched > 0) reasons.set('No preemption victims found for incoming pod', searched);
    return { message: `${NO_CLAIMS}0/${allNodes} nodes are available: ${countedReasons(reasons)}.` };
  },
});
