// Bundles what a cluster on its caller's own thread is made of, with what V8 has compiled of it in a cluster at work: see
// packages/cli/src/embedding/bundle.ts, which loads it. Runs after the compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const dist = (name) => join(packages, name, 'dist');
const target = join(dist('cli'), 'embedded');
const ENTRY = '\0entry';
/** Errors are shared with who loads the bundle. */
const SHARED = 'naumachia/errors';
const NAMES = { core: '@naumachia/core', actors: '@naumachia/actors', bench: '@naumachia/bench' };

const source = `
  import { startCluster as start } from ${JSON.stringify(join(dist('cli'), 'embedding/start-cluster.js'))};
  import { catalog } from ${JSON.stringify(join(dist('actors'), 'catalog.js'))};
  import { reporter } from ${JSON.stringify(join(dist('cli'), 'embedding/trace-reporter.js'))};
  export const startCluster = (options) => start(options, { catalog, reporter });
`;

const built = await rolldown({
  input: ENTRY,
  platform: 'node',
  logLevel: 'silent',
  // Reading strings natively takes longer to load than a cluster of a test ever gains.
  resolve: { alias: { msgpackr: join(dirname(createRequire(join(packages, 'core/package.json')).resolve('msgpackr')), '../index.js') } },
  plugins: [
    { name: 'entry', resolveId: (id) => (id === ENTRY ? id : null), load: (id) => (id === ENTRY ? source : null) },
    { name: 'shared', resolveId: (id, importer) => (importer !== undefined && join(dirname(importer), id) === join(dist('cli'), 'embedding/errors.js') ? { id: SHARED, external: true } : null) },
    { name: 'urls', transform: (code, id) => (code.includes('import.meta.url') ? code.replaceAll('import.meta.url', `urlOf(${JSON.stringify(nameOf(id))})`) : null) },
  ],
});
// Names stay: flows and errors are told apart by theirs.
const { output } = await built.generate({ format: 'cjs', codeSplitting: false, minify: { compress: false, mangle: false, codegen: true } });
await built.close();
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
// Node reads a text of such characters without decoding it.
const text = output[0].code.replaceAll(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
writeFileSync(join(target, 'cluster.js'), `(function(require,exports,urlOf){${text}\n})`);

// In a process of its own: what is compiled depends on the settings of V8, which must be those of a process that has just begun.
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('compile-embedded.mjs', import.meta.url))], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
if (status !== 0) process.stderr.write('embedded clusters will compile their code themselves\n');

/** `@naumachia/actors/cluster.js`: a module of ours, by its place in the compiled package. */
function nameOf(path) {
  const [folder, , ...rest] = relative(packages, path).split(sep);
  if (NAMES[folder] === undefined && folder !== 'cli') throw new Error(`${path} wants to know where it is, and would not be there any more`);
  return [NAMES[folder] ?? 'naumachia/cli', ...rest].join('/');
}
