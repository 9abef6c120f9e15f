// Bundles what the worker threads of a load start from: one file for those of a packed cluster and of a control plane, and for nodes in
// threads mode one for each kind: of some hundred small modules each of four hundred workers would load its own copies one by one.
// Beside each bundle goes what V8 has compiled of it in a cluster at work (its code cache), as compiling anew what all the others have
// compiled takes a worker longer than all else that it does to start. Runs after the compiler; whoever runs the compiler alone works with
// the modules themselves (packages/bench/src/load/node-host-build.ts leaves old bundles alone).
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundled, dist } from './bundle-packages.mjs';
import { compileInUse } from './compile-hosts.mjs';

const [{ Codec }, { structures }] = await Promise.all(['core/dist/index.js', 'actors/dist/structures.js'].map((file) => import(new URL(`../packages/${file}`, import.meta.url).href)));
const codecId = new Codec(structures).id;
const KINDS = { kubelet: 'kubelet', 'kube-proxy': 'kubeProxy' };
/** In threads mode each of them has a worker of its own, with the packed bundle and code of its own. */
const CONTROL_PLANE = ['etcd', 'apiserver', 'controller-manager', 'scheduler'];

const path = (relative) => fileURLToPath(new URL(`../packages/${relative}`, import.meta.url));
const target = path('bench/dist/hosts');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [kind, name] of Object.entries(KINDS)) {
  await bundle(kind, name);
  writeFileSync(`${target}/${kind}.cjs`, entryOf(kind));
}
writeFileSync(`${target}/packed.js`, await packedBundle());
writeFileSync(`${target}/packed.cjs`, entryOfPacked());
try {
  for (const [kind, compiled] of Object.entries(await compileInUse([...Object.keys(KINDS).map((kind) => `${kind}/node-1`), ...CONTROL_PLANE]))) writeFileSync(`${target}/${kind}.code`, compiled);
} catch (error) {
  process.stderr.write(`workers of a thread each will compile their code themselves: ${error.message}\n`);
}
// In a process of its own: what is compiled depends on the settings of V8, which are others where there are few threads.
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('compile-packed.mjs', import.meta.url))], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
if (status !== 0) process.stderr.write('workers of packed loads will compile their code themselves\n');

/** Every kind of component, each made when its first actor starts, and the reporters of loads. */
function packedBundle() {
  const from = (name, file) => JSON.stringify(join(dist(name), file));
  return bundled({
    source: `
      import { catalog } from ${from('actors', 'catalog.js')};
      import { serveHost } from ${from('core', 'runtime/workers/serve-host.js')};
      export const serve = async (reporter, services) => {
        const reporterOf = async () => {
          if (reporter.endsWith('/metered-reporter.js')) return (await import(${from('bench', 'measure/metered-reporter.js')})).reporter();
          return (await import(${from('bench', 'measure/reporter.js')})).reporter();
        };
        serveHost({ ...catalog, services: { ...catalog.services, ...services } }, reporter === undefined ? undefined : await reporterOf());
      };
    `,
    shared: {},
  });
}

/** What a worker of a packed load, or of a control plane, is started with. The settings of V8 that the code is for depend on how many threads there are. */
function entryOfPacked() {
  return `'use strict';
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
const { workerData } = require('node:worker_threads');
if (workerData.compact) globalThis.gc?.();
const filename = __dirname + '/packed.js';
const text = readFileSync(filename, 'latin1');
const compiled = (name) => {
  try {
    return readFileSync(__dirname + '/' + name + '.code');
  } catch {}
};
const scriptWith = (name) => new Script(text, { filename, cachedData: compiled(name) });
let script = scriptWith(workerData.name.startsWith('host-') ? 'packed' : workerData.name);
if (script.cachedDataRejected) script = scriptWith('packed');
const urlOf = (module) => {
  const [scope, name, ...path] = module.split('/');
  return new URL(path.join('/'), new URL('./', pathToFileURL(require.resolve(scope + '/' + name)))).href;
};
const bundle = {};
script.runInThisContext()(require, bundle, urlOf);
bundle.serve(workerData.reporter, { 'compiled-code': async () => async () => ({ info: script.createCachedData(), close: async () => undefined }) });
`;
}

async function bundle(kind, name) {
  const entry = `\0${kind}`;
  const source = `
    import { serveHost } from ${JSON.stringify(path('core/dist/runtime/workers/serve-host.js'))};
    import { ${name} } from ${JSON.stringify(path(`actors/dist/${kind}/${kind}.js`))};
    import { structures } from ${JSON.stringify(path('actors/dist/structures.js'))};
    import { reporter } from ${JSON.stringify(path('bench/dist/measure/reporter.js'))};
    import { reporter as metered } from ${JSON.stringify(path('bench/dist/measure/metered-reporter.js'))};
    import { reporter as metrics } from ${JSON.stringify(path('actors/dist/metrics/reporter.js'))};
    import { workerData } from 'node:worker_threads';
    const services = { 'compiled-code': async () => async () => ({ info: compiledCode(), close: async () => undefined }) };
    const reporterOf = (url) => {
      if (url === undefined) return undefined;
      return url.endsWith('/actors/dist/metrics/reporter.js') ? metrics() : url.endsWith('/metered-reporter.js') ? metered() : reporter();
    };
    serveHost({ actors: { ${JSON.stringify(kind)}: async () => ${name} }, services, structures, codecId: ${JSON.stringify(codecId)} }, reporterOf(workerData.reporter));
  `;
  const built = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    // Reading strings natively takes a worker longer to load than it ever gains.
    resolve: { alias: { msgpackr: join(dirname(createRequire(path('core/package.json')).resolve('msgpackr')), '../index.js') } },
    plugins: [
      { name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? source : null) },
      // Where modules are is the main thread's to know; a bundle has left them.
      { name: 'urls', transform: (code, id) => (id.endsWith('/metrics/index.js') ? code.replaceAll('import.meta.url', "'file:///'") : null) },
      // msgpackr makes a function for each shape that it reads for the third time. Most threads read few of many shapes.
      { name: 'later', transform: (code, id) => (id.endsWith('/msgpackr/unpack.js') ? code.replace('inlineObjectReadThreshold = 2;', 'inlineObjectReadThreshold = 16;') : null) },
    ],
  });
  // Names stay: flows and errors are told apart by theirs.
  const { output } = await built.generate({ format: 'cjs', codeSplitting: false, minify: { compress: false, mangle: { keepNames: true }, codegen: true } });
  await built.close();
  // Node reads a text of such characters without decoding it.
  const text = output[0].code.replaceAll(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  writeFileSync(`${target}/${kind}.js`, `(function(require,exports,compiledCode){${text}\n})`);
}

/** What a worker is started with: runs the bundle with the code that is compiled already, if there is some and it suits this V8 and its flags. */
function entryOf(kind) {
  return `'use strict';
const { Script } = require('node:vm');
const { workerData } = require('node:worker_threads');
if (workerData.compact) globalThis.gc?.();
const [text, code] = workerData.files;
const script = new Script(Buffer.from(text).latin1Slice(), { filename: __dirname + '/${kind}.js', cachedData: code && Buffer.from(code) });
script.runInThisContext()(require, {}, () => script.createCachedData());
`;
}
