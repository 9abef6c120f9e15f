// Bundles `naumachia up`: what runs on the main thread and what its worker threads load, in one file (packages/cli/src/up-bundle.ts), with what V8 has compiled of it
// in clusters at work. Runs after the compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled, dist } from './bundle-packages.mjs';

const target = join(dist('cli'), 'command');
const from = (name, path) => JSON.stringify(join(dist(name), path));

const text = await bundled({
  source: `
    import { up as start } from ${from('cli', 'up-command.js')};
    import { catalog } from ${from('actors', 'catalog.js')};
    import { reporter } from ${from('actors', 'metrics/reporter.js')};
    export { serveHost } from ${from('core', 'runtime/workers/serve-host.js')};
    export { catalog, reporter };
    export const up = (flags) => start(flags, { loaded: { catalog, reporter }, host: { worker: urlOf('naumachia/cli/command/host.cjs') } });
  `,
  shared: { 'naumachia/exit-codes': join(dist('cli'), 'exit-codes.js') },
});
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'up.js'), text);
writeFileSync(join(target, 'host.cjs'), entryOfHosts());

// In processes of their own: what is compiled depends on the settings of V8, which must be those of every later run. Those of worker threads are others.
for (const what of ['up', 'host']) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('compile-up.mjs', import.meta.url)), what], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
  if (status !== 0) process.stderr.write(`naumachia up will compile its code itself (${what})\n`);
}

/** What a worker is started with. */
function entryOfHosts() {
  return `'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
const { workerData } = require('node:worker_threads');
const file = __dirname + '/up.js';
let cachedData;
try {
  cachedData = readFileSync(__dirname + '/host.code');
} catch {}
const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
const found = createRequire(__dirname + '/../main.js');
const urlOf = (module) => {
  const [scope, name, ...path] = module.split('/');
  return new URL(path.join('/'), scope === 'naumachia' ? pathToFileURL(__dirname + '/../') : new URL('./', pathToFileURL(found.resolve(scope + '/' + name)))).href;
};
const bundle = {};
script.runInThisContext()((id) => (id === 'naumachia/exit-codes' ? { CommandFailed: Error, UsageError: Error } : found(id)), bundle, urlOf);
const { catalog, reporter, serveHost } = bundle;
const services = { ...catalog.services, 'compiled-code': async () => async () => ({ info: script.createCachedData(), close: async () => undefined }) };
serveHost({ ...catalog, services }, workerData.reporter === undefined ? undefined : reporter());
`;
}
