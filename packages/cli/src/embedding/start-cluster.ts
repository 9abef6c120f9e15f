import { randomBytes } from 'node:crypto';
import { CATALOG, clusterActors, clusterHeap, clusterLinks, clusterNiceness, clusterNodes, clusterPlacement, type ClusterSpec, type KubernetesObject } from '@naumachia/actors';
import { type EdgeInfo, kubeconfig, newAuthority } from '@naumachia/actors/apiserver/edge';
import type { BuiltInKinds } from '@naumachia/actors/api';
import { type Incident, instantOf, type LoadedParts, type Runtime, SIMULATED_LATENCIES, SimulatedRuntime, sweepDecodedValues, ThreadsRuntime, type VirtualClock } from '@naumachia/core';
import { PortClient } from './client.js';
import type { Cluster } from './cluster.js';
import { clusterClock, virtualPassing, wallPassing } from './cluster-clock.js';
import { clusterFaults } from './cluster-faults.js';
import { clusterOf, type ClusterOptions } from './cluster-options.js';
import { clusterTrace } from './cluster-trace.js';
import type { Later } from './live-objects.js';
import { type Manifests, objectsOf } from './manifests.js';
import { waitFor } from './wait-for.js';

/** The module that observes each host. */
const REPORTER = new URL('./trace-reporter.js', import.meta.url).href;
/** Virtual time begins here, so that equal seeds give equal runs whatever the day. */
const EPOCH = instantOf(Date.UTC(2026, 0, 1));
/** How long after a lost link or a restarted API server a watch is resumed, as at the HTTPS edge. */
const RESUME_MS = 200;
/** Virtual or not: nodes that are not ready by then never will be. */
const START_LIMIT = '300s';

/** Starts a cluster; `loaded` is what runs on this thread, if it need not be loaded first. Throws `InvalidCluster`. */
export const startCluster = async (options: ClusterOptions, loaded?: LoadedParts): Promise<Cluster> => {
  const spec = clusterOf(options);
  const running = await (spec.mode === 'simulated' ? SIMULATED : WALL)(spec, { catalog: CATALOG, reporter: REPORTER, ...(loaded && { loaded }), incident: options.onIncident ?? warn });
  try {
    return await ready(spec, running);
  } catch (error) {
    await running.runtime.stop('abort');
    throw error;
  }
};

/** A runtime and how its time goes by. */
interface Running {
  readonly runtime: Runtime;
  readonly clock: VirtualClock | undefined;
  readonly hash: () => string | undefined;
}

type Start = (spec: ClusterSpec, parts: { readonly catalog: string; readonly reporter: string; readonly loaded?: LoadedParts; readonly incident: (incident: Incident) => void }) => Promise<Running>;

const SIMULATED: Start = async (spec, parts) => {
  const runtime = await SimulatedRuntime.create({ ...parts, seed: spec.seed ?? 1, epoch: EPOCH, speed: 0, latencies: [...clusterLinks(spec), ...SIMULATED_LATENCIES] });
  return { runtime, clock: runtime.clock, hash: () => runtime.traceHash };
};

const WALL: Start = async (spec, parts) => {
  const placement = clusterPlacement(spec.mode === 'threads' ? 'threads' : 'packed', spec.hosts);
  const runtime = await ThreadsRuntime.create({ ...parts, seed: spec.seed ?? 1, placement, latencies: clusterLinks(spec), heap: clusterHeap, niceness: clusterNiceness });
  return { runtime, clock: undefined, hash: () => undefined };
};

/** What was asked for (a host that dies of a fault plan) is no news. */
const warn = ({ host, what, detail }: Incident): void => {
  if (what === 'actor-failed' || what === 'gave-up' || what === 'host-wedged') process.emitWarning(`${host}: ${what}: ${detail}`, 'NaumachiaWarning');
};

const ready = async (spec: ClusterSpec, { runtime, clock, hash }: Running): Promise<Cluster> => {
  const authority = newAuthority();
  const token = randomBytes(24).toString('base64url');
  const nodes = clusterNodes(spec).map(({ name }) => name);
  const port = runtime.port('client');
  const start = port.now();
  const passing = clock ? virtualPassing(clock) : wallPassing(port);
  const later: Later = (again) => passing.after(RESUME_MS, again);
  // In virtual time nothing may enter that differs from run to run.
  await runtime.start(clusterActors(clock === undefined ? Object.assign({}, spec, { rootCa: authority.certificate }) : spec));
  const opening = runtime.open('apiserver', 'edge', { token, authority }) as Promise<EdgeInfo>;
  // If the nodes fail first, nobody asks any more whether this did.
  opening.catch(() => {});
  const wait = waitFor(port, later, passing);
  await nodesReady(spec, nodes, wait);
  const { url, caCertificate } = await opening;
  const client = new PortClient(port, later);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      client.close();
      passing.end();
      await runtime.stop('abort');
      // What this thread has decoded of the cluster nobody will read again; whatever belongs to others is decoded again when they need it.
      for (let sweep = 0; sweep < 2; sweep++) sweepDecodedValues();
      // What was closed is gone a turn of the event loop later.
      await new Promise((resolve) => void setImmediate(resolve));
    })());
  return {
    kubeconfig: kubeconfig(url, caCertificate, token), url, client, nodes, seed: spec.seed ?? 1,
    apply: async (...manifests: Manifests[]) => {
      const applied: KubernetesObject[] = [];
      for (const object of manifests.flatMap(objectsOf)) applied.push(await (object.metadata?.name === undefined ? client.create(object) : client.apply(object)));
      return applied;
    },
    waitFor: wait,
    faults: clusterFaults(runtime, () => port.now(), nodes),
    clock: clusterClock(passing),
    trace: clusterTrace(runtime, start, hash),
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

/** Pods can be created once the namespace has its service account, and will run once the nodes are Ready. */
const nodesReady = async ({ controllers }: ClusterSpec, nodes: readonly string[], wait: Cluster['waitFor']): Promise<void> => {
  if (controllers !== 'none') await wait('ServiceAccount', 'default', () => true, { limit: START_LIMIT });
  const isReady = (node: BuiltInKinds['Node']): boolean => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  await wait('Node', {}, (known) => known.length >= nodes.length && known.every(isReady), { limit: START_LIMIT });
};
