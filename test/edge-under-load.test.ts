import { type ClientHttp2Session, connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CATALOG, clusterActors } from '@naumachia/actors';
import { ThreadsRuntime } from '@naumachia/core';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * Many clients at once, on real connections. Whatever is asserted is counted in requests and bytes, never in time: a machine that
 * computes something else meanwhile makes this slow, and not wrong.
 */
const ADMIN = 'admin-token-of-this-test';
const MANY = 'token-of-many-clients';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const STREAMS = 100;
const MINUTES = 60_000;
const MB = 1e6;

let runtime: ThreadsRuntime;
let url: string;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  runtime = await ThreadsRuntime.create({ seed: 1, placement: { hosts: 1, kinds: {}, otherwise: 0 }, catalog: CATALOG });
  await runtime.start(clusterActors({ nodes: 0, latency: 'none', controllers: 'none' }));
  const many = { name: 'many', groups: ['system:authenticated'] };
  ({ url } = (await runtime.open('apiserver', 'edge', { token: ADMIN, tokens: new Map([[MANY, many]]), limits: { waitingOfUser: 4000 } })) as { readonly url: string });
}, 2 * MINUTES);

afterAll(async () => {
  for (const session of sessions) session.destroy();
  await runtime.stop('drain');
});

const dial = (): ClientHttp2Session => {
  const session = connect(url, { rejectUnauthorized: false }).on('error', () => {});
  session.setMaxListeners(0);
  sessions.push(session);
  return session;
};

interface Answer {
  readonly code: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const ask = (session: ClientHttp2Session, token: string, path: string, method = 'GET', body?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': method, authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    let code = 0;
    let retryAfter: string | undefined;
    let text = '';
    stream.on('response', (headers) => {
      code = headers[':status'] ?? 0;
      retryAfter = headers['retry-after'] as string | undefined;
    });
    stream.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ code, retryAfter, text })).on('error', reject);
  });

/** The same, again where the machine stood still for so long that a request met its deadline: then what was to be made may be there already. */
const persist: typeof ask = async (session, token, path, method, body) => {
  for (let again = false; ; again = true) {
    const answer = await ask(session, token, path, method, body);
    if (answer.code === 409 && again) return { ...answer, code: 201 };
    if (answer.code !== 504) return answer;
  }
};

const configMap = (name: string, bytes: number, namespace = 'default'): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { k: 'x'.repeat(bytes) } });

it('ten thousand requests at once are each answered, or sent away to come again, and who asks for little has his turn among them', { timeout: 5 * MINUTES }, async () => {
  const REQUESTS = 10_000;
  const clients = Array.from({ length: REQUESTS / STREAMS }, dial);
  const admin = dial();
  expect((await persist(admin, ADMIN, CONFIG_MAPS)).code).toBe(200);
  const refusals = new Set<string>();
  let sent = 0;
  let done = 0;
  const come = async (i: number): Promise<number> => {
    const session = clients[i % clients.length] as ClientHttp2Session;
    for (;;) {
      sent += 1;
      const { code, retryAfter, text } = i % 4 === 0 ? await persist(session, MANY, CONFIG_MAPS, 'POST', configMap(`many-${i}`, 100)) : await persist(session, MANY, `${CONFIG_MAPS}?limit=1`);
      if (code !== 429) {
        done += 1;
        return code;
      }
      refusals.add(`${retryAfter} ${text}`);
      await pause(Number(retryAfter) * 1000 + (i % 4000));
    }
  };
  const all = Array.from({ length: REQUESTS }, (_, i) => come(i));
  expect(sent).toBe(REQUESTS);
  for (let i = 0; i < 5; i++) expect((await persist(admin, ADMIN, `${CONFIG_MAPS}?limit=1`)).code).toBe(200);
  expect(done).toBeLessThan(REQUESTS);
  const codes = await Promise.all(all);
  expect([codes.filter((code) => code === 201).length, codes.filter((code) => code === 200).length]).toEqual([REQUESTS / 4, (REQUESTS * 3) / 4]);
  for (const refusal of refusals) expect(refusal).toBe('1 Too many requests, please try again later.\n');
  const { text } = await persist(admin, ADMIN, CONFIG_MAPS);
  expect((JSON.parse(text) as { items: object[] }).items.length).toBeGreaterThanOrEqual(REQUESTS / 4);
});

/** A watch on a connection of its own that never reads. */
const stall = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = httpsRequest({ hostname, port, path, agent: false, rejectUnauthorized: false, headers: { authorization: `Bearer ${MANY}` } });
    request.on('error', reject).on('response', (response) => resolve(response.on('error', () => {}).pause()));
    request.end();
  });

it('a thousand watches are each told everything, while a hundred of them that stall cost neither them nor the memory', { timeout: 5 * MINUTES }, async () => {
  const READERS = 900;
  const STALLED = 100;
  const CHANGES = 30;
  const admin = dial();
  for (const namespace of ['small', 'large']) expect((await persist(admin, ADMIN, '/api/v1/namespaces', 'POST', JSON.stringify({ metadata: { name: namespace } }))).code).toBe(201);
  const start = (JSON.parse((await persist(admin, ADMIN, CONFIG_MAPS)).text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  const told = new Array<number>(READERS).fill(0);
  const opened = Array.from({ length: READERS }, (_, i) => {
    const session = i % STREAMS === 0 ? dial() : (sessions.at(-1) as ClientHttp2Session);
    const stream = session.request({ ':path': `/api/v1/namespaces/small/configmaps?watch=true&resourceVersion=${start}`, authorization: `Bearer ${MANY}` });
    stream.setEncoding('utf8').on('error', () => {}).on('data', (part: string) => (told[i] = (told[i] ?? 0) + (part.match(/\n/g)?.length ?? 0)));
    return new Promise((resolve) => stream.once('response', resolve));
  });
  await Promise.all(opened);
  const stalled = await Promise.all(Array.from({ length: STALLED }, () => stall(`/api/v1/namespaces/large/configmaps?watch=true&resourceVersion=${start}`)));
  const before = process.memoryUsage.rss();
  for (let i = 0; i < CHANGES; i++) {
    expect((await persist(admin, ADMIN, '/api/v1/namespaces/large/configmaps', 'POST', configMap(`l${i}`, 400_000, 'large'))).code).toBe(201);
    expect((await persist(admin, ADMIN, '/api/v1/namespaces/small/configmaps', 'POST', configMap(`s${i}`, 100, 'small'))).code).toBe(201);
  }
  while (told.some((lines) => lines < CHANGES)) await pause(20);
  expect(new Set(told)).toEqual(new Set([CHANGES]));
  // 12 MB are due to each of those who do not read: 1.2 GB in all.
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MB);
  for (const response of stalled) response.destroy();
});
