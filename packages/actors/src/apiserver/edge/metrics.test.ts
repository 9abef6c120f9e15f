import { connect as connectTls } from 'node:tls';
import type { HostReport } from '@naumachia/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseExposition, type Scraped, valueAt } from '../../machinery/metrics/testing/parse.js';
import { openEdge, type Edge } from './edge.js';
import { ask, open } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

let port: FakePort;
let edge: Edge;

const counted = { metric: { name: 'apiserver_request_total', type: 'counter', help: 'x', stability: 'STABLE', labels: ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component', 'code'] }, samples: [{ labels: ['LIST', '', '', 'v1', 'configmaps', '', 'namespace', 'apiserver', '200'], value: 40 }] };
const report = (observed: unknown): HostReport => ({ host: 'host-0', actors: 0, heapBytes: 0, cpuSeconds: 0, loopDelay: { p99: 0, max: 0 }, observed });

beforeEach(async () => {
  port = new FakePort();
  edge = await openEdge(port, { token: 'secret-token' }, { reports: async () => [report({ metrics: [counted] }), report(undefined)] });
});
afterEach(() => edge.close());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const scrape = async (): Promise<Map<string, Scraped>> => {
  const { code, text, headers } = await ask(edge.url, { path: '/metrics' });
  expect([code, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return parseExposition(text);
};
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('nobody who may not read them is shown the metrics', async () => {
  expect((await ask(edge.url, { path: '/metrics', headers: { authorization: '' } })).code).toBe(403);
});

it('counts requests by verb, resource, scope and code, together with what components have asked for', async () => {
  port.answer = (request) => (request.type === 'list' ? { type: 'list', revision: 1, items: [] } : { type: 'object', code: request.type === 'create' ? 201 : 200, object: configMap('a', 7, 'updated') });
  await ask(edge.url, { path: CONFIG_MAPS });
  await ask(edge.url, { path: '/api/v1/configmaps' });
  await ask(edge.url, { path: `${CONFIG_MAPS}/a` });
  await ask(edge.url, { path: `${CONFIG_MAPS}?dryRun=All`, method: 'POST' }, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }));
  await ask(edge.url, { path: `${CONFIG_MAPS}/a?fieldManager=me`, method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' } }, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }));
  await ask(edge.url, { path: CONFIG_MAPS, headers: { authorization: 'Bearer guess-me' } });
  const seen = await scrape();
  const total = (labels: Record<string, string>): number | undefined => valueAt(seen, 'apiserver_request_total', { resource: 'configmaps', group: '', version: 'v1', component: 'apiserver', ...labels });
  expect(total({ verb: 'LIST', scope: 'namespace', code: '200' })).toBe(41);
  expect(total({ verb: 'LIST', scope: 'namespace', code: '401' })).toBe(1);
  expect(total({ verb: 'LIST', scope: 'cluster' })).toBe(1);
  expect(total({ verb: 'GET', scope: 'resource' })).toBe(1);
  expect(total({ verb: 'POST', scope: 'resource', code: '201', dry_run: 'All' })).toBe(1);
  expect(total({ verb: 'APPLY', scope: 'resource' })).toBe(1);
  expect(valueAt(seen, 'apiserver_request_duration_seconds_count', { verb: 'GET', resource: 'configmaps' })).toBe(1);
  expect(valueAt(seen, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(valueAt(seen, 'kubernetes_build_info', { major: '1', minor: '36' })).toBe(1);
});

it('what is no resource is counted by its path, and nobody makes series of their own with paths that are not there', async () => {
  for (const path of ['/readyz', '/readyz/ping', '/openapi/v3/apis/apps/v1', '/api/v1/namespaces/default/guesses', '/nowhere/at/all', '/nowhere/else']) await ask(edge.url, { path });
  const seen = await scrape();
  const lines = seen.get('apiserver_request_total')?.lines.filter(({ labels }) => labels['resource'] === '') ?? [];
  expect(new Set(lines.map(({ labels }) => labels['subresource']))).toEqual(new Set(['/readyz', '/openapi/v3', '/api', '']));
  expect(valueAt(seen, 'apiserver_request_total', { subresource: '/readyz', code: '200', component: '', scope: '' })).toBe(2);
  expect(valueAt(seen, 'apiserver_request_total', { subresource: '', resource: '', code: '404' })).toBe(2);
});

it('a watch is open until it ends, and counted then', async () => {
  const { request, response } = open(edge.url, { path: `${CONFIG_MAPS}?watch=true&resourceVersion=5` });
  await response;
  const watches = { verb: 'WATCH', resource: 'configmaps' };
  const during = await scrape();
  expect(valueAt(during, 'apiserver_longrunning_requests', watches)).toBe(1);
  expect(valueAt(during, 'apiserver_request_total', watches)).toBeUndefined();
  request.destroy();
  await until(async () => valueAt(await scrape(), 'apiserver_request_total', { ...watches, code: '200' }) === 1);
  expect(valueAt(await scrape(), 'apiserver_longrunning_requests', watches)).toBeUndefined();
});

it('a connection that was refused another protocol is counted with the code of its refusal', async () => {
  const { port: listening } = new URL(edge.url);
  const socket = connectTls({ host: '127.0.0.1', port: Number(listening), rejectUnauthorized: false });
  socket.on('error', () => {});
  socket.write('POST /api/v1/namespaces/default/pods/a/attach HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret-token\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(valueAt(await scrape(), 'apiserver_request_total', { verb: 'CONNECT', resource: 'pods', subresource: 'attach' })).toBe(1);
});
