import { Agent } from 'node:https';
import { expect, it } from 'vitest';
import { notFound } from '../../api/status.js';
import { openEdge } from './edge.js';
import { ask } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

const REQUESTS = 4000;
const SEED = 20_261_121;

const PATHS = [
  '/api/v1/namespaces/default/configmaps', '/api/v1/namespaces/default/configmaps/a', '/api/v1/namespaces/default/pods/p/log', '/api/v1/namespaces/default/pods/p/exec',
  '/apis/apps/v1/namespaces/default/deployments/d/scale', '/apis/events.k8s.io/v1/events', '/apis/autoscaling/v1/horizontalpodautoscalers', '/api/v1/nodes/n/proxy/x',
  '/openapi/v3', '/openapi/v3/api/v1', '/openapi/v2', '/apis', '/api', '/version', '/healthz', '/metrics', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
];
const QUERIES = ['limit', 'continue', 'labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'dryRun', 'pretty', 'fieldManager', 'includeObject', 'gracePeriodSeconds', 'timeoutSeconds=1&watch'];
const VALUES = ['x', '1', '-1', 'true', '', '%', 'a in (b', '%00', 'metadata.name=x', '99999999999999999999', 'a'.repeat(300)];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const TYPES = [
  'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/merge-patch+json', 'application/json-patch+json', 'application/strategic-merge-patch+json',
  'application/apply-patch+yaml', 'text/plain', ';;,', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/yaml;q=x,*/*',
];
const BODIES = [
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"l":"1"}},"data":{"k":"v"}}', '[{"op":"add","path":"/data/x","value":"y"}]', 'a: [1, {b: &x c, d: *x}]\n---\n', 'k8s\0\n\x0c\n\x02v1\x12\x06Status', '',
];
const BITS = ['null', '[]', '{}', '1e999', '"\\ud800"', '__proto__', '{"a":', '\0', '"', '&a [*a]', '\xff'];
/** What the real server may answer to something of this kind; anything else is a defect. */
const DOCUMENTED = new Set([200, 201, 204, 304, 400, 404, 405, 406, 409, 413, 415, 422, 500, 501, 503, 504]);

it(`${REQUESTS} mutated requests are answered with documented codes, and never with a stack trace`, async () => {
  let state = SEED;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const mutated = (text: string): string => {
    let out = text;
    for (let i = below(3); i > 0; i--) {
      const at = below(out.length + 1);
      out = `${out.slice(0, at)}${pick(BITS)}${out.slice(at + below(6))}`;
    }
    return out;
  };
  const port = new FakePort();
  port.answer = ({ type, resource }) => {
    if (type === 'list') return { type: 'list', revision: 5, items: resource === 'configmaps' ? [configMap('a', 3, 'created')] : [] };
    return resource === 'configmaps' ? { type: 'object', code: 200, object: configMap('a', 4, 'updated') } : { type: 'status', status: notFound(resource, 'a') };
  };
  const edge = await openEdge(port, { token: 'secret-token' });
  const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });
  const wrong: string[] = [];
  const one = async (): Promise<void> => {
    const query = below(2) === 0 ? '' : `?${pick(QUERIES)}=${encodeURIComponent(pick(VALUES))}`;
    const path = (below(4) === 0 ? mutated(pick(PATHS)) : pick(PATHS)).replaceAll(/[^!-~]|[#?]/g, '%');
    const method = pick(METHODS);
    const body = method === 'GET' || method === 'OPTIONS' ? undefined : Buffer.from(mutated(pick(BODIES)), 'latin1');
    const headers = { 'content-type': pick(TYPES), accept: pick(TYPES) };
    const target = `${path.startsWith('/') ? path : `/${path}`}${query}`;
    const { code, text } = await ask(edge.url, { method, path: target, headers, agent }, body ?? '');
    if (!DOCUMENTED.has(code) || /\n\s+at |InternalError/.test(text)) wrong.push(`${method} ${target} ${JSON.stringify(headers)} ${body?.toString('latin1')}: ${code} ${text.slice(0, 200)}`);
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < REQUESTS / 8; i++) await one();
    }),
  );
  agent.destroy();
  await edge.close();
  expect(wrong).toEqual([]);
});
