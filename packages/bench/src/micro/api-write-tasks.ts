import { apiWritesBench, type ApiWritesBench, bindPod, createEvent, createPod, getPod, patchPodStatus } from './api-writes.js';
import type { SuiteTask } from './suite.js';

/** The store is made anew after so many pods: a heap that only grows would be measured instead. */
const PODS = 20_000;

/** The API server's own part of the writes of a pod's way, and a read. */
export const apiWriteTasks = (): SuiteTask[] => [
  task('create a pod', (bench) => void createPod(bench)),
  task('create and bind a pod', (bench) => bindPod(bench, createPod(bench))),
  task("create a pod, patch its status", (bench) => patchPodStatus(bench, createPod(bench))),
  task('create an Event', (bench) => createEvent(bench, 'web-5d4f8c7b9-x2x7k')),
  readTask(),
];

const task = (name: string, operation: (bench: ApiWritesBench) => void): SuiteTask => {
  let bench = apiWritesBench();
  return {
    name,
    run: () => {
      if (bench.pods + bench.events >= PODS) bench = apiWritesBench();
      operation(bench);
    },
  };
};

const readTask = (): SuiteTask => {
  const bench = apiWritesBench();
  const names = Array.from({ length: 1000 }, () => createPod(bench));
  let at = 0;
  return {
    name: 'get a pod',
    operations: names.length,
    run: () => {
      let found = 0;
      for (let i = 0; i < names.length; i++) if (getPod(bench, names[(at += 7919) % names.length] ?? '')) found++;
      return found;
    },
  };
};
