// Runs a small cluster out of the bundle of a packed load's worker threads, through what nodes do in a load, and keeps what V8 has compiled for it. In a process of
// its own: what is compiled depends on the settings of V8, which must be those of every later run.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CATALOG, clusterActors, clusterHeap, clusterPlacement } from '../packages/actors/dist/index.js';
import { resourceByKind } from '../packages/actors/dist/api/index.js';
import { pause, readManifests, REPORTER, scale, USER } from '../packages/bench/dist/index.js';
import { named, ThreadsRuntime } from '../packages/core/dist/index.js';

const NODES = 3;
const PODS = 24;
const SERVICES = 6;
const LIMIT_MS = 60_000;

const hosts = new URL('../packages/bench/dist/hosts/', import.meta.url);
const runtime = await ThreadsRuntime.create({
  seed: 1, placement: clusterPlacement('packed', 1), catalog: CATALOG, reporter: REPORTER, heap: clusterHeap, build: () => ({ worker: new URL('packed.cjs', hosts).href }),
});
const until = Date.now() + LIMIT_MS;
const reach = async (what, enough) => {
  while (!enough(await runtime.glance('apiserver'))) {
    if (Date.now() > until) throw new Error(`${what} in ${LIMIT_MS / 1000} s`);
    await pause(50);
  }
};
await runtime.start(clusterActors({ nodes: NODES, latency: 'none' }));
await reach('the nodes did not become Ready', ({ nodesReady }) => nodesReady === NODES);
const port = runtime.port('load');
const { manifests } = readManifests([fileURLToPath(new URL('../examples', import.meta.url))]);
for (const object of scale(manifests.map((manifest) => manifest.object), PODS, SERVICES)) {
  const { groupResource, namespaced } = resourceByKind(object.apiVersion, object.kind);
  const namespace = namespaced ? (object.metadata.namespace ?? 'default') : '';
  await port.request(named('apiserver'), { type: 'create', user: USER, fieldManager: 'naumachia-bench', resource: groupResource, namespace, object });
}
await reach('the pods did not run', ({ podsRunning }) => podsRunning >= PODS);
await runtime.reports();
writeFileSync(new URL('packed.code', hosts), await runtime.open('apiserver', 'compiled-code', {}));
await runtime.stop('abort');
process.exit(0);
