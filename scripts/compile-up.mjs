// Runs clusters out of the bundle of `naumachia up` and keeps what V8 has compiled for them: of the main thread (`up`), and of a worker thread (`host`).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOG, clusterActors, clusterHeap, clusterPlacement } from '../packages/actors/dist/index.js';
import { newAuthority } from '../packages/actors/dist/apiserver/edge/index.js';
import { METRICS_REPORTER } from '../packages/actors/dist/metrics/index.js';
import { ThreadsRuntime } from '../packages/core/dist/index.js';
import { loadUpBundle } from '../packages/cli/dist/up-bundle.js';

const target = new URL('../packages/cli/dist/command/', import.meta.url);
const POLL_MS = 50;
const LIMIT_MS = 60_000;
const TOKEN = 'compile';
const PODS = ['one', 'two', 'three'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } }));

const [what] = process.argv.slice(2);
writeFileSync(new URL(`${what}.code`, target), what === 'up' ? await compiledOnMain() : await compiledOnWorker());
process.exit(0);

/** Virtual time: nothing sets V8 up for worker threads, before which a process loads its bundle. */
async function compiledOnMain() {
  const bundle = loadUpBundle();
  if (!bundle) throw new Error('the bundle is older than what it was made of; run the compiler first');
  const folder = mkdtempSync(join(tmpdir(), 'naumachia-compile-'));
  process.env.NAUMACHIA_HOME = folder;
  const kubeconfig = join(folder, 'kubeconfig');
  const ended = bundle.up({ mode: 'simulated', nodes: 3, port: 0, kubeconfig, token: TOKEN, speed: 1 });
  const url = await until(() => /server: (\S+)/.exec(readOrNothing(kubeconfig))?.[1]);
  await use(url);
  process.kill(process.pid, 'SIGINT');
  await ended;
  rmSync(folder, { recursive: true, force: true });
  return bundle.script.createCachedData();
}

/** One worker runs every kind of component, and serves HTTPS. */
async function compiledOnWorker() {
  const worker = new URL('host.cjs', target).href;
  const runtime = await ThreadsRuntime.create({ seed: 1, placement: clusterPlacement('packed', 1), catalog: CATALOG, reporter: METRICS_REPORTER, heap: clusterHeap, build: () => ({ worker }) });
  const authority = newAuthority();
  await runtime.start(clusterActors({ nodes: 3, rootCa: authority.certificate }));
  const { url } = await runtime.open('apiserver', 'edge', { port: 0, token: TOKEN, authority });
  await use(url);
  const compiled = await runtime.open('apiserver', 'compiled-code', {});
  await runtime.stop('abort');
  return compiled;
}

/** What a user does first. */
async function use(url) {
  await until(async () => (await ask(url, 'GET', '/api/v1/namespaces/default/serviceaccounts/default')).code === 200);
  for (const pod of PODS) await ask(url, 'POST', '/api/v1/namespaces/default/pods', pod);
  await until(async () => {
    const { items } = (await ask(url, 'GET', '/api/v1/pods')).body;
    return items.length === PODS.length && items.every(({ status }) => status.phase === 'Running');
  });
  await ask(url, 'GET', '/api');
  await ask(url, 'GET', '/apis');
  await ask(url, 'DELETE', '/api/v1/namespaces/default/pods/one');
}

function ask(url, method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, rejectUnauthorized: false, headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/json', 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ code: response.statusCode, body: JSON.parse(text) }));
    });
    asked.on('error', reject).end(body && JSON.stringify(body));
  });
}

async function until(found) {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not within ${LIMIT_MS / 1000} s: ${found}`);
}

function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
