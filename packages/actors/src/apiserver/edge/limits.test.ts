import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import type { ApiReply } from '../../api/requests.js';
import { openEdge, type Edge } from './edge.js';
import type { EdgeLimits } from './limits.js';
import { ask, linesOf, open } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const KIB = 1024;
const MIB = 1024 * KIB;

let edge: Edge;
afterEach(() => edge.close());

const serve = async (limits: Partial<EdgeLimits>): Promise<FakePort> => {
  const port = new FakePort();
  const jane = { name: 'jane', groups: ['system:authenticated'] };
  edge = await openEdge(port, { token: 'secret-token', tokens: new Map([['janes-token', jane]]), limits });
  return port;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(5);
};

/** A bare connection, and everything that comes back until the server ends it. */
const dial = async (): Promise<{ readonly tcp: Socket; readonly socket: TLSSocket; readonly all: Promise<string> }> => {
  const { port } = new URL(edge.url);
  const tcp = connectTcp(Number(port), '127.0.0.1').on('error', () => {});
  const socket = connectTls({ socket: tcp, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }).on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  return { tcp, socket, all: new Promise((resolve) => socket.once('close', () => resolve(text))) };
};

const head = (more: string, path = CONFIG_MAPS, method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer secret-token\r\n${more}`;
const TOO_LARGE = 'HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n431 Request Header Fields Too Large';

it('headers and URLs over one megabyte are answered 431 as by Go, and those below are read', async () => {
  await serve({});
  const long = 'x'.repeat(MIB);
  for (const request of [head(`x-long: ${long}\r\n\r\n`), head('\r\n', `${CONFIG_MAPS}?x=${long}`)]) {
    const { socket, all } = await dial();
    socket.write(request);
    expect(await all).toBe(TOO_LARGE);
  }
  expect((await ask(edge.url, { path: CONFIG_MAPS, headers: { 'x-long': 'x'.repeat(900 * KIB) } })).code).toBe(200);
  expect((await ask(edge.url, { path: `${CONFIG_MAPS}?labelSelector=${'x'.repeat(900 * KIB)}` })).code).toBe(200);
});

it('a client that never ends its headers is hung up on', async () => {
  await serve({ headersTimeout: 200 });
  const { socket, all } = await dial();
  socket.write('GET /api HTTP/1.1\r\nhost: localhost\r\n');
  const slow = setInterval(() => socket.writable && socket.write('x: 1\r\n'), 50);
  expect(await all).toBe('');
  clearInterval(slow);
});

it('a body that does not arrive in time is answered 504, over HTTP/1 and HTTP/2', async () => {
  const port = await serve({ requestTimeout: 300 });
  const timedOut = { reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout', code: 504 };
  const { socket, all } = await dial();
  socket.write(head('content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"meta', CONFIG_MAPS, 'POST'));
  const answer = await all;
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject(timedOut);

  const session = connectHttp2(edge.url, { ca: edge.caCertificate });
  const stream = session.request({ [constants.HTTP2_HEADER_PATH]: CONFIG_MAPS, [constants.HTTP2_HEADER_METHOD]: 'POST', authorization: 'Bearer secret-token', 'content-type': 'application/json' });
  stream.on('error', () => {});
  stream.write('{"meta');
  let text = '';
  stream.on('data', (part) => (text += String(part)));
  await new Promise((resolve) => stream.once('close', resolve));
  expect(JSON.parse(text)).toMatchObject(timedOut);
  session.close();
  expect(port.asked).toEqual([]);
});

it('an HTTP/2 connection is closed when nothing is asked on it, and not while something is', async () => {
  await serve({ idleTimeout: 300 });
  const session = connectHttp2(edge.url, { ca: edge.caCertificate });
  const began = performance.now();
  const stream = session.request({ [constants.HTTP2_HEADER_PATH]: `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`, authorization: 'Bearer secret-token' });
  const codes: number[] = [];
  stream.on('response', ({ ':status': code }) => codes.push(code ?? 0)).resume();
  await new Promise((resolve) => session.once('close', resolve));
  expect(codes).toEqual([200]);
  expect(performance.now() - began).toBeGreaterThan(1000);
});

it('bodies that stall make room for those that do not', async () => {
  const port = await serve({ bodyBytes: 5 * MIB });
  port.answer = () => ({ type: 'object', code: 201, object: configMap('a', 1, 'created') });
  const stalled = Array.from({ length: 4 }, () => {
    const { request, response } = open(edge.url, { method: 'POST', path: CONFIG_MAPS, headers: { 'content-type': 'application/json', 'content-length': 3 * MIB } });
    request.write('x'.repeat(2 * MIB));
    return { request, code: response.then(({ statusCode, headers }) => [statusCode, headers['retry-after']]) };
  });
  for (const { code } of stalled) code.catch(() => {});
  expect(await stalled[0]?.code).toEqual([429, '1']);
  expect(await stalled[1]?.code).toEqual([429, '1']);
  const body = JSON.stringify({ metadata: { name: 'a' }, data: { k: 'x'.repeat(2 * MIB) } });
  for (let i = 0; i < 5; i++) expect((await ask(edge.url, { method: 'POST', path: CONFIG_MAPS }, body)).code).toBe(201);
  for (const { request } of stalled) request.destroy();
});

it('who asks for more than can be waited for is answered 429 as by the real server, and nobody else is held up', async () => {
  const port = await serve({ seats: 4, waitingOfUser: 10 });
  const held: (() => void)[] = [];
  port.answer = () => new Promise<ApiReply>((resolve) => held.push(() => resolve({ type: 'list', revision: 1, items: [] })));
  const refused: unknown[] = [];
  const jane = { path: CONFIG_MAPS, headers: { authorization: 'Bearer janes-token' } };
  const ofJane = Array.from({ length: 30 }, async () => {
    const { code, headers, text } = await ask(edge.url, jane);
    if (code !== 200) refused.push([code, headers['retry-after'], headers['content-type'], text]);
    return code;
  });
  await until(() => refused.length === 16);
  expect(new Set(refused.map((each) => JSON.stringify(each)))).toEqual(new Set(['[429,"1","text/plain; charset=utf-8","Too many requests, please try again later.\\n"]']));
  expect(port.asked.length).toBe(4);
  const ofAdmin = Array.from({ length: 20 }, () => ask(edge.url, { path: CONFIG_MAPS }));
  // What needs no seat is answered at any time.
  expect((await ask(edge.url, { path: '/healthz' })).code).toBe(200);
  let most = 0;
  const release = setInterval(() => {
    most = Math.max(most, held.length);
    for (const each of held.splice(0)) each();
  }, 5);
  expect((await Promise.all(ofAdmin)).map(({ code }) => code)).toEqual(Array.from({ length: 20 }, () => 200));
  expect((await Promise.all(ofJane)).filter((code) => code === 200).length).toBe(14);
  clearInterval(release);
  expect(most).toBe(4);
});

it('clients that disconnect at any moment leave nothing behind', async () => {
  const port = await serve({ seats: 3, waiting: 1000 });
  let slow = true;
  port.answer = async () => {
    if (slow) await pause(2);
    return { type: 'list', revision: 1, items: Array.from({ length: 5 }, (_, i) => configMap(`c${i}`, 1, 'created', {}, { k: 'x'.repeat(10 * KIB) })) };
  };
  const requests = [head('\r\n'), head('content-type: application/json\r\ncontent-length: 100000\r\n\r\n{', CONFIG_MAPS, 'POST'), head('\r\n', `${CONFIG_MAPS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`), head('x: ')];
  await Promise.all(
    Array.from({ length: 120 }, async (_, i) => {
      const { tcp, socket, all } = await dial();
      socket.write(requests[i % requests.length] ?? '');
      await pause((i * 7) % 90);
      if (i % 2 === 0) socket.destroy();
      else tcp.resetAndDestroy();
      await all;
    }),
  );
  slow = false;
  expect((await ask(edge.url, { path: CONFIG_MAPS })).code).toBe(200);
  await until(() => port.following.every(({ stopped }) => stopped));
  expect(port.following.length).toBeGreaterThan(0);
});

/** Watches of one object; nobody reads them yet. */
const watches = (count: number): Promise<IncomingMessage[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { request, response } = open(edge.url, { path: `${CONFIG_MAPS}?watch=true&resourceVersion=1` });
      request.on('error', () => {});
      return (await response).on('error', () => {});
    }),
  );

const revisionOf = (line: string | undefined): number => Number((JSON.parse(line ?? '{}') as { object?: { metadata?: { resourceVersion?: string } } }).object?.metadata?.resourceVersion);

it('watchers that read nothing keep their place and nothing else, cost the others nothing, and miss nothing once they read', async () => {
  const port = await serve({ unreadTimeout: 3_600_000 });
  const readers = (await watches(5)).map(linesOf);
  const idle = await watches(30);
  await until(() => port.following.length === 35);
  const data = { k: 'x'.repeat(200 * KIB) };
  const revisions = Array.from({ length: 60 }, (_, i) => i + 2);
  const before = process.memoryUsage().external;
  for (const revision of revisions) {
    port.publish(configMap('a', revision, 'updated', {}, data));
    for (const next of readers) expect(revisionOf(await next())).toBe(revision);
  }
  // Of the 360 megabytes that wait for those who do not read.
  expect(process.memoryUsage().external - before).toBeLessThan(120 * MIB);
  const next = linesOf(idle[0] as IncomingMessage);
  for (const revision of revisions) expect(revisionOf(await next())).toBe(revision);
});

it('a watcher that does not read for long is cut off, and one to whom nothing is due is not', async () => {
  const port = await serve({ unreadTimeout: 200 });
  const stalled = await watches(10);
  const other = open(edge.url, { path: '/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=1&fieldSelector=metadata.name%3Db' });
  const next = linesOf(await other.response);
  await until(() => port.following.length === 11);
  let revision = 1;
  while (port.following.filter(({ stopped }) => !stopped).length > 1) {
    port.publish(configMap('a', ++revision, 'updated', {}, { k: 'x'.repeat(1000 * KIB) }));
    await pause(5);
  }
  await pause(400);
  port.publish(configMap('b', ++revision, 'created'));
  expect(revisionOf(await next())).toBe(revision);
  for (const stream of stalled) stream.destroy();
  other.request.destroy();
});
