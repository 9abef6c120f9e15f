import type { HostReport, Runtime } from '@naumachia/core';

/** What hosts hold without garbage. What the first collection sets free may hold on to what only the second can take, or be given back only while the thread goes on. */
export const collectedReports = async (runtime: Pick<Runtime, 'settle' | 'reports'>): Promise<HostReport[]> => {
  await runtime.settle();
  await runtime.settle();
  return runtime.reports();
};

/** Bytes on the heaps of hosts, buffers outside of them included. */
export const heapOf = (hosts: readonly Pick<HostReport, 'heapBytes'>[]): number => hosts.reduce((sum, { heapBytes }) => sum + heapBytes, 0);
