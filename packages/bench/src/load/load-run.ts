import { type ApiAnswer, type ApiRequest, CATALOG, clusterActors, clusterHeap, clusterLinks, clusterNiceness, clusterNodes, clusterPlacement, type ClusterSpec, type KubernetesObject, nodeActors, type UserInfo } from '@naumachia/actors';
import { resourceByKind } from '@naumachia/actors/api';
import { createRuntime, type Duration, type FaultPlan, type Incident, milliseconds, named, type PlacedRuntime, type Port, seconds } from '@naumachia/core';
import { collectedReports, heapOf } from '../measure/collected-heaps.js';
import { combine, type Observations } from '../measure/observations.js';
import { type MetricsServer, serveMetrics } from '../measure/metrics-server.js';
import { type ProcessSample, sampleProcess } from '../measure/process-samples.js';
import type { Glance } from '../measure/reporter.js';
import { type Aftermath, FaultWatch } from './after-faults.js';
import { nodeHostBuild } from './node-host-build.js';
import { endOfFaults } from './read-faults.js';
import { podsOf } from './scale.js';

export interface LoadOptions {
  /** How many there are, those of all groups together. */
  readonly nodes: number;
  /** What else there is to say of the cluster, such as groups of nodes and the latencies of links. Default: nodes that are alike, and nothing takes time. */
  readonly cluster?: ClusterSpec;
  readonly mode: 'packed' | 'threads';
  readonly hosts: number | undefined;
  /** Processes that the threads of nodes are spread over; 1: they are all in this one. */
  readonly processes: number;
  readonly seed: number;
  /** What is applied. */
  readonly objects: readonly KubernetesObject[];
  /** What fails meanwhile: its times count from the creation of the objects. */
  readonly faults?: FaultPlan;
  /** How long the run may take, milliseconds from its start. */
  readonly limit: number;
  readonly progress: (progress: Progress) => void;
  readonly incident: (incident: Incident) => void;
  readonly signal?: AbortSignal;
  /** Serves `/metrics` to this machine while the run lasts. */
  readonly metrics?: MetricsOption;
}

export interface MetricsOption {
  /** 0 picks a free one. */
  readonly port: number;
  /** Told where, before anything has started. */
  readonly opened: (url: string) => void;
}

export interface Progress {
  readonly phase: 'starting' | 'nodes' | 'pods' | 'faults' | 'settling';
  readonly done: number;
  readonly of: number;
  /** Milliseconds since the run began. */
  readonly elapsed: number;
}

/** An object that the API server refused. */
export interface Refusal {
  readonly object: KubernetesObject;
  readonly message: string;
}

export interface LoadResult {
  /** Whether everything that was asked for came to run in time. */
  readonly complete: boolean;
  readonly pods: number;
  readonly refused: readonly Refusal[];
  readonly incidents: readonly Incident[];
  /** Milliseconds from the start of the run until all nodes were Ready. */
  readonly nodesReady: number | undefined;
  /** Milliseconds from the first create to the last pod Running. */
  readonly allRunning: number | undefined;
  /** Milliseconds from the start of the run to the last pod Running, pauses for measuring included. */
  readonly fromStart: number | undefined;
  /** Bytes of heap on all hosts, garbage collected; with idle nodes only where they share hosts. */
  readonly heap: { readonly controlPlane: number; readonly idle: number | undefined; readonly end: number };
  /** Bytes for each idle node: of heap, or resident where it has threads of its own, which cost more than what is on their heaps. */
  readonly bytesPerNode: number;
  /** 99th percentile of the delay of the slowest host's event loop, milliseconds. */
  readonly loopDelay: number;
  readonly residentBytes: number;
  readonly threads: number;
  readonly seen: Observations;
  /** Of a run with faults. */
  readonly aftermath?: Aftermath | undefined;
  /** Milliseconds since the epoch. */
  readonly began: number;
  readonly process: readonly ProcessSample[];
}

const API = named<ApiRequest>('apiserver');
export const USER: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
/** The module that measures each host of a run. */
export const REPORTER = new URL('../measure/reporter.js', import.meta.url).href;
/** The same, with the metrics of the components beside. */
const METERED_REPORTER = new URL('../measure/metered-reporter.js', import.meta.url).href;
/** Creates that wait for an answer at a time, as a client with this many connections. */
const CLIENTS = 64;
const LOOK_EVERY = 100;
/** Packed, the API server takes the first nodes in while others start. */
const NODES_AT_ONCE = { packed: 100, threads: 25 };
/**
 * How far apart the batches of proxies are that share no thread, each of which works out every change for itself: minSyncPeriod of kube-proxy (1 s), or more
 * where there are so many that the cores would do little else.
 */
const batchesOf = (proxies: number): Duration => seconds(Math.max(1, proxies / SYNCS_PER_SECOND));
const SYNCS_PER_SECOND = 50;
/** Where thousands of threads share a few cores, one that stands back for the others may wait for long in the middle of a step, and its process with it. */
const CROWDED = { wedgedAfter: 60_000, stoppedAfter: 20_000 };

/** Starts a cluster, applies the objects, waits until all pods run, and says what was seen. Always leaves nothing running. */
export const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const incidents: Incident[] = [];
  const build = nodeHostBuild();
  const cluster = options.cluster ?? { nodes: options.nodes };
  const all = clusterNodes(cluster);
  const latency = cluster.latency ?? 'none';
  const runtime = await createRuntime({
    seed: options.seed, placement: clusterPlacement(options.mode, options.hosts, options.processes), catalog: CATALOG, reporter: options.metrics ? METERED_REPORTER : REPORTER, latencies: clusterLinks(cluster),
    heap: (host) => clusterHeap(host, options.mode), niceness: clusterNiceness, ...(options.mode === 'threads' && CROWDED), ...(build && { build }),
    incident: (incident) => {
      incidents.push(incident);
      options.incident(incident);
    },
  });
  const processSamples = sampleProcess({ processes: options.processes, residentBytes: () => runtime.residentBytes() });
  const look = async (): Promise<Observations> => combine(await runtime.reports());
  const over = (): boolean => options.signal?.aborted === true || elapsed() > options.limit;
  let metrics: MetricsServer | undefined;
  try {
    if (options.metrics) {
      metrics = await serveMetrics(options.metrics.port, () => runtime.reports());
      options.metrics.opened(metrics.url);
    }
    options.progress({ phase: 'starting', done: 0, of: options.nodes, elapsed: 0 });
    await runtime.start(clusterActors(Object.assign({}, cluster, { nodes: 0, nodeGroups: [], latency })));
    const controlPlaneUp = elapsed();
    const controlPlaneHeap = heapOf(await collectedReports(runtime));
    const controlPlaneResident = await runtime.residentBytes();
    // The pause for measuring is nobody's waiting time.
    const nodesBegan = performance.now();
    // In threads mode each of them starts a worker, which takes its time: it can be interrupted, and shows how far it is.
    const atOnce = NODES_AT_ONCE[options.mode];
    for (let first = 0; first < options.nodes && !over(); first += atOnce) {
      await runtime.start(nodeActors(all.slice(first, first + atOnce), latency, options.mode === 'threads' ? batchesOf(options.nodes) : undefined));
      if (options.mode === 'threads') options.progress({ phase: 'nodes', done: (await glanceAt(runtime)).nodesReady, of: options.nodes, elapsed: elapsed() });
    }
    let glance = await glanceAt(runtime);
    for (; glance.nodesReady < options.nodes && !over(); glance = await glanceAt(runtime)) {
      options.progress({ phase: 'nodes', done: glance.nodesReady, of: options.nodes, elapsed: elapsed() });
      await pause(LOOK_EVERY / 4);
    }
    const nodesReady = glance.nodesReady >= options.nodes && glance.lastReady !== undefined ? controlPlaneUp + glance.lastReady - (performance.timeOrigin + nodesBegan) : undefined;
    const idle = options.mode === 'threads' ? undefined : heapOf(await collectedReports(runtime));
    const bytesPerNode = (idle === undefined ? (await runtime.residentBytes()) - controlPlaneResident : idle - controlPlaneHeap) / options.nodes;

    const pods = options.objects.reduce((sum, object) => sum + podsOf(object), 0);
    const applying = performance.now();
    const refused: Refusal[] = [];
    const acknowledged: KubernetesObject[] = [];
    const port = runtime.port('load');
    const { faults } = options;
    const watch = faults && new FaultWatch(port, USER, options.nodes, endOfFaults(faults));
    // Who is stopped by one of them hears of the plan later.
    if (faults) runtime.applyFaults(faults).catch(() => undefined);
    const applied = apply(port, options.objects, refused, acknowledged, faults !== undefined, over);
    // What was refused will never run.
    const awaited = (): number => refused.reduce((left, { object }) => left - podsOf(object), pods);
    for (; glance.podsRunning < awaited() && !over(); glance = await glanceAt(runtime)) {
      options.progress({ phase: 'pods', done: glance.podsRunning, of: awaited(), elapsed: elapsed() });
      await pause(LOOK_EVERY);
    }
    await applied;
    let recovered: number | undefined;
    while (watch && recovered === undefined && !over()) {
      options.progress({ phase: 'faults', done: glance.podsRunning, of: pods, elapsed: elapsed() });
      recovered = await watch.look(awaited());
      await pause(LOOK_EVERY);
    }
    const aftermath = await watch?.aftermath(recovered, acknowledged, (await look()).pods?.deleted ?? 0);
    options.progress({ phase: 'settling', done: glance.podsRunning, of: pods, elapsed: elapsed() });
    let seen = await look();
    const lastRunning = seen.pods?.lastRunning;
    const allRunning = (seen.pods?.running ?? 0) >= awaited() && lastRunning !== undefined ? lastRunning - (performance.timeOrigin + applying) : undefined;
    const fromStart = allRunning === undefined || lastRunning === undefined ? undefined : lastRunning - (performance.timeOrigin + began);
    // The tail of a rollout (statuses, Events, endpoints) belongs to the run: it is over when nobody writes any more.
    for (let before = -1; !over() && glance.writes !== before; glance = await glanceAt(runtime)) {
      before = glance.writes;
      await pause(500);
    }
    const loopDelay = Math.max(...seen.hosts.map((host) => host.loopDelay.p99));
    const residentBytes = await runtime.residentBytes();
    seen = combine(await collectedReports(runtime));
    return {
      complete: (allRunning !== undefined || awaited() <= 0) && (aftermath === undefined || (recovered !== undefined && aftermath.lost.length === 0)), pods, refused, incidents, nodesReady, allRunning, fromStart, bytesPerNode,
      heap: { controlPlane: controlPlaneHeap, idle, end: heapOf(seen.hosts) }, loopDelay, residentBytes, threads: runtime.hosts + 1, seen, aftermath,
      began: performance.timeOrigin + began, process: processSamples.stop(),
    };
  } finally {
    processSamples.stop();
    await metrics?.close();
    await runtime.stop('abort');
  }
};

const glanceAt = async (runtime: PlacedRuntime): Promise<Glance> => (await runtime.glance('apiserver')) as Glance;
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Creates all objects, in order but for what waits. */
const apply = async (port: Port, objects: readonly KubernetesObject[], refused: Refusal[], acknowledged: KubernetesObject[], faulty: boolean, over: () => boolean): Promise<void> => {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let object = objects[next++]; object && !over(); object = objects[next++]) {
      const problem = await create(port, object, faulty, over);
      if (problem === undefined) acknowledged.push(object);
      else refused.push({ object, message: problem });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
};

/** What was wrong, if anything. Overload is no refusal, nor where faults are expected is silence: the client waits and tries again, as kubectl does on 429. */
const create = async (port: Port, object: KubernetesObject, faulty: boolean, over: () => boolean): Promise<string | undefined> => {
  const resource = resourceByKind(object.apiVersion, object.kind);
  if (!resource) return `no matches for kind "${object.kind}" in version "${object.apiVersion}"`;
  const namespace = resource.namespaced ? (object.metadata.namespace ?? 'default') : '';
  let isRepeated = false;
  for (;;) {
    const answer: ApiAnswer = await port.request(API, { type: 'create', user: USER, fieldManager: 'naumachia-bench', resource: resource.groupResource, namespace, object }, seconds(60));
    if (answer.type === 'failure') {
      if (answer.reason !== 'overloaded' && (!faulty || over())) return answer.reason;
      isRepeated ||= answer.reason !== 'overloaded';
    } else if (answer.type !== 'status' || answer.status.status === 'Success' || (isRepeated && answer.status.reason === 'AlreadyExists')) return undefined;
    else if (answer.status.code !== 429) return answer.status.message ?? 'refused';
    await pause(milliseconds(50));
  }
};
