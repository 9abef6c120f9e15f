import type { Random } from '@naumachia/core';
import type { Collected, Collector, Watched } from './collector.js';
import { startCollector } from './collector.js';
import type { Labels } from './operation.js';
import { countPods, type PodGroup } from './pod-ledger.js';
import { messageOf, type WorkloadClient } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';
import type { Workload } from './workload-file.js';

/** How far a run of a workload is. */
export interface WorkloadProgress {
  /** `3 of 5: createPods` */
  readonly operation: string;
  readonly text: string;
  /** Milliseconds since the run began. */
  readonly elapsed: number;
}

/** A workload that is being run: what its operations share. */
export interface Execution {
  readonly workload: Workload;
  readonly client: WorkloadClient;
  readonly watched: Watched;
  readonly random: Random;
  /** Ends what goes on beside the operations, and every wait. */
  readonly over: AbortSignal;
  readonly show: (text: string) => void;
  /** Pods that were created and not waited for, by namespace: what barriers wait for. */
  readonly awaited: Map<string, number>;
  nodes: number;
  /** Objects that were created by operations, for the report. */
  created: number;
  collector: Collector | undefined;
  readonly collected: Collected[];
  /** What runs beside the operations. */
  readonly beside: Promise<void>[];
  /** The first failure of what runs beside. */
  failed: unknown;
}

/** How often is looked whether pods are where they are waited for. scheduler_perf looks each second; looking sooner, no second stays half empty at the end. */
const LOOK_EVERY_MS = 20;
/** As `waitUntilPodsScheduledInNamespace` has it: enough for 5,000 nodes at 10 pods a second. */
const LONGEST_WAIT_MS = 600_000;

/** Resolves after so long, or when the run is over. */
export const pauseOrEnd = async (milliseconds: number, over: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (over.aborted) return void resolve();
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    over.addEventListener('abort', done);
  });

export const podGroups = async ({ watched }: Execution): Promise<readonly PodGroup[]> => (await watched.glances())[0]?.pods ?? [];

/** Waits until so many pods of a namespace are bound; `Attempted`: bound, or told that they cannot be. */
export const waitForPods = async (execution: Execution, namespace: string, labels: Labels, wanted: number, stage: 'Scheduled' | 'Attempted' = 'Scheduled'): Promise<void> => {
  const until = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const { scheduled, attempted } = countPods(await podGroups(execution), [namespace], labels);
    const there = stage === 'Scheduled' ? scheduled : scheduled + attempted;
    if (there >= wanted || execution.over.aborted) return;
    if (execution.failed !== undefined) throw execution.failed;
    execution.show(`${there.toLocaleString('en')} of ${wanted.toLocaleString('en')} pods ${stage.toLowerCase()} in ${namespace}`);
    if (performance.now() > until) throw new WorkloadFailed(`${there} of ${wanted} pods of namespace ${namespace} were ${stage.toLowerCase()} after ${LONGEST_WAIT_MS / 60_000} minutes`);
    await pauseOrEnd(LOOK_EVERY_MS, execution.over);
  }
};

/** Creates a namespace unless it is there. */
export const ensureNamespace = async ({ client, awaited }: Execution, name: string): Promise<void> => {
  if (awaited.has(name)) return;
  const answer = await client.ask({ type: 'create', resource: 'namespaces', namespace: '', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, brief: true });
  const isThere = answer.type === 'status' && answer.status.reason === 'AlreadyExists';
  if (answer.type !== 'written' && !isThere) throw new WorkloadFailed(`namespace ${name} was refused: ${messageOf(answer)}`);
  awaited.set(name, 0);
};

/** Lets something run beside the operations that follow, until the workload is done. */
export const runBeside = (execution: Execution, task: () => Promise<void>): void => {
  execution.beside.push(
    task().catch((error: unknown) => {
      if (!execution.over.aborted) execution.failed ??= error;
    }),
  );
};

export const startCollecting = async (execution: Execution, name: string, namespaces: readonly string[], labelSelector: Labels): Promise<void> => {
  if (execution.collector) throw new WorkloadFailed('metrics are being collected already: stopCollectingMetrics has to come first');
  const { workload, watched } = execution;
  execution.collector = await startCollector(watched, { name: `${workload.name}/${name}`, namespaces, labelSelector, metrics: workload.metrics });
};

export const stopCollecting = async (execution: Execution): Promise<void> => {
  if (!execution.collector) throw new WorkloadFailed('no metrics are being collected: startCollectingMetrics has to come first');
  execution.collected.push(await execution.collector.stop());
  execution.collector = undefined;
};

/** Shows how many of something an operation has made, and counts them for the report. */
export const counter = (execution: Execution) => (what: string, of: number): (() => void) => {
  let done = 0;
  return () => {
    execution.created++;
    if (++done % 100 === 0 || done === of) execution.show(`${done.toLocaleString('en')} of ${of.toLocaleString('en')} ${what} created`);
  };
};

/** One after another, each at its tick; what takes longer than a tick delays the next. */
export const atRate = async (count: number, perSecond: number, over: AbortSignal, each: (index: number) => Promise<void>): Promise<void> => {
  const began = performance.now();
  for (let index = 0; index < count && !over.aborted; index++) {
    const due = began + ((index + 1) * 1000) / perSecond;
    if (performance.now() < due) await pauseOrEnd(due - performance.now(), over);
    if (!over.aborted) await each(index);
  }
};
