// Bundles what the workers of nodes load: of some hundred small modules each of four hundred workers would load its own copies one by
// one, which costs several times as much as all else that a worker does to start. Runs after the compiler; whoever runs the compiler
// alone works with the modules themselves (packages/bench/src/load/node-host-build.ts leaves an old bundle alone).
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (relative) => fileURLToPath(new URL(`../packages/${relative}`, import.meta.url));
const target = path('bench/dist/hosts');
rmSync(target, { recursive: true, force: true });
const bundle = await rolldown({
  input: { 'host-worker': path('core/dist/runtime/threads/host-worker.js'), catalog: path('actors/dist/catalog.js'), reporter: path('bench/dist/measure/reporter.js') },
  platform: 'node',
  logLevel: 'silent',
  // Nodes run these; what is named in the catalog besides is loaded from where it is, if ever.
  external: (id) => /\/actors\/dist\/(?:etcd|apiserver|scheduler|controllers)\//.test(id) || /^\.\/(?:etcd|apiserver|scheduler|controllers)\//.test(id),
});
// Names stay: flows and errors are told apart by theirs.
await bundle.write({ dir: target, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name].js', minify: { compress: false, mangle: false, codegen: true } });
await bundle.close();
