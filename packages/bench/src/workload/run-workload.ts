import { CATALOG, clusterHeap, clusterPlacement } from '@naumachia/actors';
import { heapBytes, type Incident, Random, ThreadsRuntime } from '@naumachia/core';
import type { MetricsOption } from '../load/load-run.js';
import { type MetricsServer, serveMetrics } from '../measure/metrics-server.js';
import { type ProcessSample, sampleProcess } from '../measure/process-samples.js';
import { collectedReports, heapOf } from '../measure/collected-heaps.js';
import { combine, type Observations } from '../measure/observations.js';
import type { Collected } from './collector.js';
import { execute } from './execute.js';
import { type Execution, stopCollecting, type WorkloadProgress } from './execution.js';
import { workloadActors } from './workload-cluster.js';
import { workloadClient } from './workload-client.js';
import { WorkloadFailed } from './workload-failed.js';
import type { Workload } from './workload-file.js';
import type { WorkloadGlance } from './workload-reporter.js';

export interface WorkloadOptions {
  readonly workload: Workload;
  readonly hosts: number;
  readonly seed: number;
  /** How long the run may take, milliseconds. */
  readonly limit: number;
  readonly progress: (progress: WorkloadProgress) => void;
  readonly incident: (incident: Incident) => void;
  readonly signal: AbortSignal;
  /** Serves `/metrics` to this machine while the run lasts. */
  readonly metrics?: MetricsOption;
}

export interface WorkloadResult {
  /** Whether every operation was carried out. */
  readonly complete: boolean;
  /** Why not, if something was refused or did not come. */
  readonly problem: string | undefined;
  readonly collected: readonly Collected[];
  readonly nodes: number;
  readonly created: number;
  readonly incidents: readonly Incident[];
  /** Bytes of all heaps at the end, garbage collected. */
  readonly heap: number;
  readonly residentBytes: number;
  readonly loopDelay: number;
  readonly threads: number;
  /** Pods that operations create, and pods that have been bound. */
  readonly podsAsked: number;
  readonly podsScheduled: number;
  readonly seen: Observations;
  /** Milliseconds since the epoch. */
  readonly began: number;
  readonly process: readonly ProcessSample[];
}

const REPORTER = new URL('./workload-reporter.js', import.meta.url).href;
/** The same, with the metrics of the components beside. */
const METERED_REPORTER = new URL('./metered-workload-reporter.js', import.meta.url).href;
/** The store's host, and the one of those who watch. */
export const WORKLOAD_HOSTS = 2;
/** An actor of each of them. */
const WATCHED = ['apiserver', 'scheduler'];

/** Starts a cluster for a workload, carries its operations out one after another, and says what was measured. Always leaves nothing running. */
export const runWorkload = async ({ workload, hosts, seed, limit, progress, incident, signal, metrics }: WorkloadOptions): Promise<WorkloadResult> => {
  const began = performance.now();
  const incidents: Incident[] = [];
  const runtime = await ThreadsRuntime.create({
    seed, placement: clusterPlacement('packed', hosts), catalog: CATALOG, reporter: metrics ? METERED_REPORTER : REPORTER, heap: clusterHeap,
    incident: (each) => {
      incidents.push(each);
      incident(each);
    },
  });
  const processSamples = sampleProcess();
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(limit)]);
  let operation = 'starting the cluster';
  const execution: Execution = {
    workload, client: workloadClient(runtime.port('workload'), over), random: Random.named(seed, 'workload'), over,
    watched: {
      glances: async () => [...((await Promise.all(WATCHED.slice(0, hosts).map(async (actor) => runtime.glance(actor)))) as WorkloadGlance[]), ownGlance()],
      reports: async () => runtime.reports(),
      settle: async () => runtime.settle(),
    },
    show: (text) => progress({ operation, text, elapsed: performance.now() - began }),
    awaited: new Map(), nodes: 0, created: 0, collector: undefined, collected: [], beside: [], failed: undefined,
  };
  let server: MetricsServer | undefined;
  try {
    if (metrics) {
      server = await serveMetrics(metrics.port, async () => runtime.reports());
      metrics.opened(server.url);
    }
    execution.show('');
    await runtime.start(workloadActors());
    let problem: string | undefined;
    try {
      for (const [index, each] of workload.operations.entries()) {
        if (over.aborted) break;
        operation = `${index + 1} of ${workload.operations.length}: ${each.opcode}`;
        execution.show('');
        await execute(execution, each, index);
        if (execution.failed !== undefined) throw execution.failed;
      }
    } catch (error) {
      if (!(error instanceof WorkloadFailed)) throw error;
      problem = `${operation}: ${error.message}`;
    }
    if (over.aborted && !signal.aborted) problem ??= `${operation}: the time was over after ${limit / 1000} s`;
    const isComplete = problem === undefined && !over.aborted;
    // What was measured until then is part of what there is to tell.
    if (execution.collector) await stopCollecting(execution);
    ended.abort();
    await Promise.all(execution.beside);
    const residentBytes = process.memoryUsage().rss;
    const reports = await runtime.reports();
    const loopDelay = Math.max(...reports.map((host) => host.loopDelay.p99));
    const seen = combine(await collectedReports(runtime));
    const heap = heapOf(seen.hosts);
    return {
      complete: isComplete, problem, collected: execution.collected, nodes: execution.nodes, created: execution.created, incidents, heap, residentBytes, loopDelay, threads: runtime.hosts + 1,
      podsAsked: workload.operations.reduce((sum, each) => sum + (each.opcode === 'createPods' ? each.count : 0), 0), podsScheduled: seen.pods?.scheduled ?? 0, seen,
      began: performance.timeOrigin + began, process: processSamples.stop(),
    };
  } finally {
    processSamples.stop();
    ended.abort();
    await execution.collector?.stop().catch(() => undefined);
    await server?.close();
    await runtime.stop('abort');
  }
};

const ownGlance = (): WorkloadGlance => ({ nodesReady: 0, lastReady: undefined, podsRunning: 0, writes: 0, at: performance.timeOrigin + performance.now(), heap: heapBytes(), pods: [] });
