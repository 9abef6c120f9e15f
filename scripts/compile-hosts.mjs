// Runs a small cluster with a thread for each component, through what nodes do in a load, and fetches what V8 has compiled for it.
import { fileURLToPath } from 'node:url';

const NODES = 2;
const PODS = 24;
const SERVICES = 6;
const LIMIT_MS = 180_000;

const dist = (folder) => import(new URL(`../packages/${folder}/index.js`, import.meta.url).href);

/** Of these actors, by kind of component. The settings of V8 are those of every later run, or what is compiled here would not suit it. */
export async function compileInUse(components) {
  const [{ named, ThreadsRuntime }, actors, { resourceByKind }, bench] = await Promise.all(['core/dist', 'actors/dist', 'actors/dist/api', 'bench/dist'].map(dist));
  const build = bench.nodeHostBuild();
  if (!build) throw new Error('the bundles are older than what they were made of; run the compiler first');
  const runtime = await ThreadsRuntime.create({
    seed: 1, placement: actors.clusterPlacement('threads'), catalog: actors.CATALOG, reporter: bench.REPORTER, heap: actors.clusterHeap, build,
    incident: ({ host, what, detail }) => process.stderr.write(`${host}: ${what}: ${detail}\n`),
  });
  const until = Date.now() + LIMIT_MS;
  const reach = async (what, enough) => {
    while (!enough(await runtime.glance('apiserver'))) {
      if (Date.now() > until) throw new Error(`${what} in ${LIMIT_MS / 1000} s`);
      await bench.pause(50);
    }
  };
  try {
    await runtime.start(actors.clusterActors({ nodes: NODES, latency: 'none' }));
    await reach('the nodes did not become Ready', ({ nodesReady }) => nodesReady === NODES);
    const port = runtime.port('load');
    const { manifests } = bench.readManifests([fileURLToPath(new URL('../examples', import.meta.url))]);
    for (const object of bench.scale(manifests.map((manifest) => manifest.object), PODS, SERVICES)) {
      const { groupResource, namespaced } = resourceByKind(object.apiVersion, object.kind);
      await port.request(named('apiserver'), {
        type: 'create', user: bench.USER, fieldManager: 'naumachia-bench', resource: groupResource, namespace: namespaced ? (object.metadata.namespace ?? 'default') : '', object,
      });
    }
    await reach('the pods did not run', ({ podsRunning }) => podsRunning >= PODS);
    await bench.pause(1500);
    await runtime.reports();
    return Object.fromEntries(await Promise.all(components.map(async (actor) => [actor.replace(/\/.*/, ''), await runtime.open(actor, 'compiled-code', {})])));
  } finally {
    await runtime.stop('abort');
  }
}
