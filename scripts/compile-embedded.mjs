// Runs small clusters out of the bundle, on this thread and in virtual time, and keeps what V8 has compiled for them.
import { writeFileSync } from 'node:fs';
import { loadBundle } from '../packages/cli/dist/embedding/bundle.js';

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: nginx, image: nginx }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

const bundle = loadBundle();
if (!bundle) throw new Error('the bundle is older than what it was made of; run the compiler first');
for (const mode of [{}, { mode: 'simulated' }]) {
  const cluster = await bundle.start({ nodes: 3, ...mode });
  await cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } });
  await cluster.waitFor('Pod', 'web', 'Ready');
  await cluster.apply(MANIFESTS);
  await cluster.waitFor('Deployment', 'web', 'Available');
  await cluster.client.delete('Pod', 'web');
  await cluster.waitFor('Pod', 'web', 'deleted');
  await cluster.trace.text();
  await cluster.stop();
}
writeFileSync(new URL('../packages/cli/dist/embedded/cluster.code', import.meta.url), bundle.script.createCachedData());
