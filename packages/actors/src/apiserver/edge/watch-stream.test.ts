import { connect } from 'node:http2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEdge, type Edge } from './edge.js';
import { linesOf, open } from './testing/edge-client.js';
import { configMap, FakePort } from './testing/fake-port.js';

let port: FakePort;
let edge: Edge;

beforeEach(async () => {
  port = new FakePort();
  edge = await openEdge(port, { token: 'secret-token' });
});
afterEach(() => edge.close());

const watch = async (query: string, headers: Record<string, string> = {}) => {
  const { request, response } = open(edge.url, { path: `/api/v1/namespaces/default/configmaps?watch=true${query}`, headers });
  const stream = await response;
  const next = linesOf(stream);
  return {
    stream,
    close: () => request.destroy(),
    event: async (): Promise<{ type: string; object: Record<string, never> } | undefined> => {
      const line = await next();
      return line === undefined ? undefined : (JSON.parse(line) as never);
    },
  };
};

const following = async (count = 1): Promise<void> => {
  while (port.following.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
};

const brief = (event: { type: string; object: { metadata?: { name?: string; resourceVersion?: string; labels?: object } } } | undefined): unknown =>
  event === undefined ? undefined : [event.type, event.object.metadata?.name, event.object.metadata?.resourceVersion];

it('follows the feed from the asked revision', async () => {
  const { event, close } = await watch('&resourceVersion=5');
  await following();
  expect(port.following[0]).toMatchObject({ feed: 'configmaps', options: { after: 5 } });
  port.publish(configMap('a', 6, 'created'), configMap('a', 7, 'updated'), configMap('a', 8, 'deleted'));
  expect([brief(await event()), brief(await event()), brief(await event())]).toEqual([
    ['ADDED', 'a', '6'],
    ['MODIFIED', 'a', '7'],
    ['DELETED', 'a', '8'],
  ]);
  expect(port.asked).toEqual([]);
  close();
});

it('sends what exists first, then the bookmark that ends it, then what changes', async () => {
  port.answer = () => ({ type: 'list', revision: 9, items: [configMap('a', 3, 'created'), configMap('b', 4, 'created')] });
  const { event, close } = await watch('&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true');
  expect([brief(await event()), brief(await event())]).toEqual([['ADDED', 'a', '3'], ['ADDED', 'b', '4']]);
  expect(await event()).toEqual({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } } } });
  await following();
  expect(port.following[0]?.options.after).toBe(9);
  close();
});

it('an object that enters the selection is added, one that leaves it is deleted as it last was', async () => {
  port.answer = () => ({ type: 'list', revision: 5, items: [configMap('old', 2, 'created', { in: 'yes' })] });
  const { event, close } = await watch('&resourceVersion=5&labelSelector=in%3Dyes');
  await following();
  port.publish(configMap('a', 6, 'created', { in: 'no' }), configMap('a', 7, 'updated', { in: 'yes' }), configMap('a', 8, 'updated', { in: 'yes', more: '1' }), configMap('a', 9, 'updated', { in: 'no' }), configMap('a', 10, 'deleted', { in: 'no' }));
  port.publish(configMap('old', 11, 'updated'));
  expect([brief(await event()), brief(await event())]).toEqual([['ADDED', 'a', '7'], ['MODIFIED', 'a', '8']]);
  expect(await event()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'a', resourceVersion: '9', labels: { in: 'yes', more: '1' } } } });
  expect(await event()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'old', resourceVersion: '11', labels: { in: 'yes' } } } });
  close();
});

it('a revision that is gone is told as 410 in the stream, which then ends', async () => {
  const { event } = await watch('&resourceVersion=5');
  await following();
  port.following[0]?.follower.ended({ subscription: 1, feed: 'configmaps', reason: 'gone' });
  expect(await event()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  expect(await event()).toBeUndefined();
});

it('a lost link is resumed after the last revision without the client noticing', async () => {
  const { event, close } = await watch('&resourceVersion=5');
  await following();
  port.publish(configMap('a', 6, 'created'));
  port.following[0]?.follower.ended({ subscription: 1, feed: 'configmaps', reason: 'reset' });
  await following(2);
  expect(port.following[1]?.options.after).toBe(6);
  expect(brief(await event())).toEqual(['ADDED', 'a', '6']);
  close();
});

it('timeoutSeconds ends the stream in order', async () => {
  const { event } = await watch('&resourceVersion=5&timeoutSeconds=1');
  expect(await event()).toBeUndefined();
  expect(port.following[0]?.stopped).toBe(true);
});

it('a client that goes is no longer followed for', async () => {
  const { close } = await watch('&resourceVersion=5');
  await following();
  close();
  while (!port.following[0]?.stopped) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(port.following[0]?.stopped).toBe(true);
});

it.each(['while it follows', 'while it is still sent what exists'])('a client of HTTP/2 that goes %s is no longer followed for', async (when) => {
  const items = Array.from({ length: 40 }, (_, i) => configMap(`big-${i}`, i + 1, 'created', undefined, { big: 'x'.repeat(400_000) }));
  if (when !== 'while it follows') port.answer = () => ({ type: 'list', revision: 40, items });
  const session = connect(edge.url, { ca: edge.caCertificate });
  const stream = session.request({ ':path': '/api/v1/namespaces/default/configmaps?watch=true', authorization: 'Bearer secret-token' });
  await new Promise((resolve) => stream.once('response', resolve));
  if (when === 'while it follows') await following();
  stream.close();
  session.destroy();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(port.following.every(({ stopped }) => stopped)).toBe(true);
});

it('a client that does not read is cut off', async () => {
  const { stream } = await watch('&resourceVersion=5');
  await following();
  stream.pause();
  stream.on('error', () => {});
  const data = { big: 'x'.repeat(500_000) };
  for (let revision = 6; revision < 120 && !port.following[0]?.stopped; revision++) {
    port.publish(configMap('a', revision, 'updated', undefined, data));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(port.following[0]?.stopped).toBe(true);
});

it('a client of HTTP/2 that does not read is cut off too', async () => {
  const session = connect(edge.url, { ca: edge.caCertificate });
  const stream = session.request({ ':path': '/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=5', authorization: 'Bearer secret-token' });
  stream.on('error', () => {});
  await following();
  const data = { big: 'x'.repeat(500_000) };
  for (let revision = 6; revision < 120 && !port.following[0]?.stopped; revision++) {
    port.publish(configMap('a', revision, 'updated', undefined, data));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(port.following[0]?.stopped).toBe(true);
  session.destroy();
});

it('a Table watch names its columns once', async () => {
  const { event, close } = await watch('&resourceVersion=5', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  await following();
  port.publish(configMap('a', 6, 'created', undefined, { k: 'v' }), configMap('a', 7, 'updated', undefined, { k: 'v', l: 'w' }));
  const first = await event();
  expect(first?.object).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, '10m'] }] });
  expect((first?.object as { columnDefinitions: readonly unknown[] } | undefined)?.columnDefinitions).toHaveLength(3);
  expect((await event())?.object).toMatchObject({ columnDefinitions: null, rows: [{ cells: ['a', 2, '10m'] }] });
  close();
});
