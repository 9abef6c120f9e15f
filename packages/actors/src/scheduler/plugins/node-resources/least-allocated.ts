import type { NodeTable } from '../../cache/node-table.js';
import type { PodResources } from '../../cache/pod-resources.js';
import { MAX_NODE_SCORE } from '../../framework/normalize.js';

/**
 * The strategy LeastAllocated with CPU and memory, weight 1 each (noderesources/least_allocated.go): the free part of each in
 * integers, then their mean. Amounts are those that count defaults for containers without requests; a resource that the node
 * does not have does not count. Products stay below 2^53 up to 80 TiB.
 */
export const scoreLeastAllocated = (pod: PodResources, table: NodeTable, nodes: Int32Array, count: number, scores: Float64Array): void => {
  const { allocatableMilliCPU, nonZeroMilliCPU, allocatableMemory, nonZeroMemory } = table;
  const cpu = pod.scoredMilliCPU;
  const memory = pod.scoredMemory;
  for (let at = 0; at < count; at++) {
    const node = nodes[at] as number;
    let sum = 0;
    let weight = 0;
    const mostCPU = allocatableMilliCPU[node] as number;
    if (mostCPU > 0) {
      weight = 1;
      const free = mostCPU - (nonZeroMilliCPU[node] as number) - cpu;
      if (free > 0) sum = Math.floor((free * MAX_NODE_SCORE) / mostCPU);
    }
    const mostMemory = allocatableMemory[node] as number;
    if (mostMemory > 0) {
      weight++;
      const free = mostMemory - (nonZeroMemory[node] as number) - memory;
      if (free > 0) sum += Math.floor((free * MAX_NODE_SCORE) / mostMemory);
    }
    scores[at] = weight === 2 ? sum >> 1 : sum;
  }
};
