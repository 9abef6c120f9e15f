import { MAX_NODE_SCORE } from '../../framework/normalize.js';
import { definePlugin } from '../../framework/plugin.js';

/** How evenly CPU and memory are used, from 0 to 100: 100 times one minus the deviation of the used parts, which is half their difference. */
const balance = (cpu: number, mostCPU: number, memory: number, mostMemory: number): number => {
  if (mostCPU === 0 || mostMemory === 0) return MAX_NODE_SCORE;
  const cpuPart = cpu >= mostCPU ? 1 : cpu / mostCPU;
  const memoryPart = memory >= mostMemory ? 1 : memory / mostMemory;
  const deviation = Math.abs((cpuPart - memoryPart) / 2);
  return Math.floor((1 - deviation) * MAX_NODE_SCORE);
};

/**
 * Prefers nodes whose use of CPU and memory the pod brings into balance (noderesources/balanced_allocation.go): how even it would be
 * with the pod against how even it is without. Counts real requests, so a pod that asks for nothing skips it.
 */
export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  preScore: ({ resources }) => (resources.milliCPU === 0 && resources.memory === 0 ? { type: 'skip' } : { type: 'success', state: undefined }),
  score: (_state, { resources }, table, nodes, count, scores) => {
    const { milliCPU, memory } = resources;
    const { allocatableMilliCPU, requestedMilliCPU, allocatableMemory, requestedMemory } = table;
    for (let at = 0; at < count; at++) {
      const node = nodes[at] as number;
      const usedCPU = requestedMilliCPU[node] as number;
      const usedMemory = requestedMemory[node] as number;
      const mostCPU = allocatableMilliCPU[node] as number;
      const mostMemory = allocatableMemory[node] as number;
      const change = balance(usedCPU + milliCPU, mostCPU, usedMemory + memory, mostMemory) - balance(usedCPU, mostCPU, usedMemory, mostMemory);
      // Go's integer division: towards zero.
      scores[at] = 50 + (((50 + change) / 2) | 0);
    }
  },
});
