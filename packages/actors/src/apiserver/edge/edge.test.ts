import { connect, constants } from 'node:http2';
import { X509Certificate } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failure } from '@naumachia/core';
import { createCertificateAuthority } from './certificates.js';
import { openEdge, type Edge } from './edge.js';
import { MAX_BODY_BYTES } from './request-body.js';
import { ask, open } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

let port: FakePort;
let edge: Edge;

beforeEach(async () => {
  port = new FakePort();
  edge = await openEdge(port, { token: 'secret-token' });
});
afterEach(() => edge.close());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

it('shows the revision as resourceVersion and field sets as objects', async () => {
  const stored = configMap('a', 7, 'updated');
  const managedFields = [{ manager: 'm', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: '{"f:data":{}}' }] as const;
  (stored.value as { metadata: object }).metadata = { ...stored.value.metadata, managedFields };
  port.answer = () => ({ type: 'object', code: 200, object: stored });
  const { code, text } = await ask(edge.url, { path: `${CONFIG_MAPS}/a` });
  expect(code).toBe(200);
  const { metadata } = JSON.parse(text) as { metadata: object };
  expect(metadata).toMatchObject({ resourceVersion: '7', managedFields: [{ fieldsV1: { 'f:data': {} } }] });
  expect(text.startsWith('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"')).toBe(true);
});

it('a wrong token is refused, and stands in no answer', async () => {
  const { code, text } = await ask(edge.url, { path: CONFIG_MAPS, headers: { authorization: 'Bearer guess-me' } });
  expect(code).toBe(401);
  expect(text).not.toContain('guess-me');
  expect(port.asked).toEqual([]);
});

it('a token is asked as the administrator, an impersonated user as that user', async () => {
  await ask(edge.url, { path: CONFIG_MAPS });
  await ask(edge.url, { path: CONFIG_MAPS, headers: { 'impersonate-user': 'jane', 'impersonate-group': ['g1', 'g2'] } });
  expect(port.asked.map(({ user }) => user)).toEqual([
    { name: 'admin', uid: 'admin-uid', groups: ['system:masters', 'system:authenticated'] },
    { name: 'jane', groups: ['g1', 'g2', 'system:authenticated'] },
  ]);
});

it('a certificate of another authority makes nobody known', async () => {
  const { key, certificate } = createCertificateAuthority().identify('mallory', ['system:masters']);
  const { code } = await ask(edge.url, { path: CONFIG_MAPS, headers: { authorization: '' }, key, cert: certificate });
  expect(code).toBe(403);
});

it('the serving certificate is signed by the authority that the edge names', async () => {
  const { port: listening } = new URL(edge.url);
  const socket = connectTls({ host: '127.0.0.1', port: Number(listening), ca: edge.caCertificate, servername: 'localhost' });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  expect(socket.authorized).toBe(true);
  expect(new X509Certificate(edge.caCertificate).ca).toBe(true);
  socket.destroy();
});

it('speaks HTTP/2', async () => {
  const session = connect(edge.url, { ca: edge.caCertificate });
  const stream = session.request({ [constants.HTTP2_HEADER_PATH]: CONFIG_MAPS, authorization: 'Bearer secret-token' });
  let text = '';
  for await (const part of stream) text += String(part);
  expect(JSON.parse(text)).toEqual({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] });
  session.close();
});

it('a body over three megabytes is refused and forgotten', async () => {
  const { code, text } = await ask(edge.url, { method: 'POST', path: CONFIG_MAPS }, Buffer.alloc(MAX_BODY_BYTES + 1, 'x'));
  expect(code).toBe(413);
  expect(JSON.parse(text)).toMatchObject({ reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728' });
});

it('a client that stalls in its body holds nobody else up', async () => {
  const stalled = open(edge.url, { method: 'POST', path: CONFIG_MAPS, headers: { 'content-length': 1000 } });
  stalled.response.catch(() => {});
  stalled.request.write('{');
  const { code } = await ask(edge.url, { path: CONFIG_MAPS });
  expect(code).toBe(200);
  stalled.request.destroy();
});

it.each([
  ['overloaded', 429, 'TooManyRequests'],
  ['unavailable', 503, 'ServiceUnavailable'],
  ['no-such-actor', 503, 'ServiceUnavailable'],
  ['deadline-exceeded', 504, 'Timeout'],
] as const)('the failure %s of the runtime becomes a Status with code %i', async (reason, code, expected) => {
  port.answer = () => failure(reason);
  const answer = await ask(edge.url, { path: CONFIG_MAPS });
  expect(answer.code).toBe(code);
  expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', reason: expected });
});

it('a mistake of the server is a Status without a stack trace', async () => {
  port.answer = () => {
    throw new Error('secret detail');
  };
  for (const body of [undefined, '{"metadata":{"name":"a"}}']) {
    const { code, text } = await ask(edge.url, { method: body === undefined ? 'GET' : 'POST', path: CONFIG_MAPS }, body);
    expect(code).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'InternalError' });
    expect(text).not.toContain('secret detail');
  }
});

it.each(['/%', '/api/v1/%zz', '/api/v1/namespaces/%ff/pods'])('the broken path %s is a bad request', async (path) => {
  expect((await ask(edge.url, { path })).code).toBe(400);
});

it('warnings are header lines of their own, each once', async () => {
  port.answer = () => ({ type: 'object', code: 201, object: configMap('a', 1, 'created'), warnings: ['say "hello"', 'say "hello"', 'näh'] });
  const { request, response } = open(edge.url, { method: 'POST', path: CONFIG_MAPS }, JSON.stringify({ metadata: { name: 'a' } }));
  const { rawHeaders } = await response;
  const warnings = rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'warning').map((value) => Buffer.from(value, 'latin1').toString('utf8'));
  expect(warnings).toEqual(['299 - "say \\"hello\\""', '299 - "näh"']);
  request.destroy();
});

it('an unknown field is told to the client and not to the store', async () => {
  port.answer = () => ({ type: 'object', code: 201, object: configMap('a', 1, 'created') });
  const { headers } = await ask(edge.url, { method: 'POST', path: CONFIG_MAPS }, '{"metadata":{"name":"a"},"data":{"k":"1","k":"2"},"nope":1}');
  expect(headers.warning).toBe('299 - "duplicate field \\"data.k\\"", 299 - "unknown field \\"nope\\""');
  expect(port.asked[0]).toMatchObject({ type: 'create', fieldValidation: 'Warn', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: '2' } } });
  expect(port.asked[0]).not.toHaveProperty('object.nope');
});

it('closing ends every connection, watches included', async () => {
  const { response } = open(edge.url, { path: `${CONFIG_MAPS}?watch=true` });
  const stream = await response;
  const ended = new Promise((resolve) => stream.on('close', resolve).on('error', () => {}));
  stream.resume();
  await edge.close();
  await ended;
  edge = await openEdge(port);
});
