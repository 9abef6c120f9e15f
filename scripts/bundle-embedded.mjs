// Bundles what a cluster on its caller's own thread is made of, with what V8 has compiled of it in a cluster at work: see
// packages/cli/src/embedding/bundle.ts, which loads it. Runs after the compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled, dist } from './bundle-packages.mjs';

const target = join(dist('cli'), 'embedded');
const from = (name, path) => JSON.stringify(join(dist(name), path));

const text = await bundled({
  source: `
    import { startCluster as start } from ${from('cli', 'embedding/start-cluster.js')};
    import { catalog } from ${from('actors', 'catalog.js')};
    import { reporter } from ${from('cli', 'embedding/trace-reporter.js')};
    export const startCluster = (options) => start(options, { catalog, reporter });
  `,
  // Errors are shared with who loads the bundle.
  shared: { 'naumachia/errors': join(dist('cli'), 'embedding/errors.js') },
});
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'cluster.js'), text);

// In a process of its own: what is compiled depends on the settings of V8, which must be those of a process that has just begun.
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('compile-embedded.mjs', import.meta.url))], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
if (status !== 0) process.stderr.write('embedded clusters will compile their code themselves\n');
