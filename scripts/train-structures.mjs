// Learns the object shapes that hosts exchange and stores keep, from a small simulated cluster at work, and writes them as the frozen list of
// the codec: packages/actors/src/structures.ts. Run it after a build whenever messages or kinds have changed: node scripts/train-structures.mjs
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Encoded, learnStructures, named, seconds, Simulation } from '@naumachia/core';
import { catalog, clusterActors } from '@naumachia/actors';
import { resourceByKind } from '@naumachia/actors/api';
import { readManifests } from '@naumachia/bench';

const root = fileURLToPath(new URL('..', import.meta.url));
const samples = [];
/** Objects in `Encoded` are packed apart; what is around them is a shape of its own. */
const sample = (value) => {
  samples.push(value);
  visit(value, 0);
};
const visit = (value, depth) => {
  if (typeof value !== 'object' || value === null || depth > 6) return;
  if (value instanceof Encoded) {
    samples.push(value.header, value.value);
    return;
  }
  for (const part of Array.isArray(value) ? value.slice(0, 20) : Object.values(value)) visit(part, depth + 1);
};

const definitions = await Promise.all(Object.values(catalog.actors).map((load) => load()));
/** With recorded delays a pod's status comes in other steps than without any. */
for (const latency of ['recorded', 'none']) {
  const simulation = new Simulation({
    seed: 1,
    definitions,
    onFailure: 'restart',
    observer: {
      posted: (envelope) => sample(envelope.message),
      published: (_owner, _feed, entries) => entries.forEach(sample),
    },
  });
  const disk = Object.getPrototypeOf(simulation.host.diskOf('etcd'));
  const append = disk.append;
  disk.append = function (log, record) {
    sample(record);
    return append.call(this, log, record);
  };
  simulation.start(clusterActors({ nodes: 3, latency, rootCa: 'certificate' }));
  simulation.advance(seconds(20));
  const user = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };
  const api = named('apiserver');
  for (const { object } of readManifests([`${root}/examples`]).manifests) {
    const resource = resourceByKind(object.apiVersion, object.kind);
    const answer = simulation.ask(api, { type: 'create', user, fieldManager: 'kubectl-create', resource: resource.groupResource, namespace: 'default', object });
    if (answer.type === 'status') throw new Error(answer.status.message);
  }
  simulation.advance(seconds(60));
  const pods = simulation.ask(api, { type: 'list', user, resource: 'pods', namespace: 'default' });
  for (const { header } of pods.items.slice(0, 4)) simulation.ask(api, { type: 'delete', user, resource: 'pods', namespace: 'default', name: header.name });
  simulation.advance(seconds(60));
  for (const name of ['hello', 'frontend', 'catalogue']) {
    const patch = { spec: { replicas: 2, template: { spec: { terminationGracePeriodSeconds: 5 } } } };
    simulation.ask(api, { type: 'patch', user, fieldManager: 'kubectl', resource: 'deployments.apps', namespace: 'default', name, patchType: 'merge', patch });
  }
  simulation.advance(seconds(120));
}

// Shapes whose keys are users' words (labels, data) would only fill the list.
const isShape = (keys) => keys.length > 0 && keys.every((key) => /^[A-Za-z$][A-Za-z0-9_$./-]*$/.test(key)) && !USERS.some((word) => keys.includes(word));
const USERS = ['app', 'tier', 'role', 'copy', 'LOG_LEVEL'];
const envelope = { item: 'entries', mirror: 1, entries: [{ revision: 1, keys: [], value: 1 }], revision: 1 };
const counts = new Map();
for (const keys of learnStructures([envelope, { item: 'subscribe', mirror: 1, owner: { actor: '', incarnation: 0 }, feed: '', options: { after: 1 } }, ...samples])) if (isShape(keys)) counts.set(keys.join(), keys);
const lines = [...counts.values()].map((keys) => `  ${JSON.stringify(keys.join(' '))},`);
writeFileSync(
  `${root}/packages/actors/src/structures.ts`,
  `import type { Structure } from '@naumachia/core';\n\n/** Object shapes that hosts exchange and stores keep: the codec's frozen list, written by scripts/train-structures.mjs. */\nexport const structures: readonly Structure[] = [\n${lines.join('\n')}\n].map((keys) => keys.split(' '));\n`,
);
process.stderr.write(`${lines.length} shapes from ${samples.length} samples\n`);
