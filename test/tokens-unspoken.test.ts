import { readFileSync } from 'node:fs';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShell, type Shell, type Started, until } from './naumachia-command.js';

/**
 * Tokens are never printed, logged or answered: everything that a running cluster prints and everything that it answers is searched for them,
 * while they are sent in every place where a client may put one, right and wrong.
 */
const SECRET = 'the-administrators-secret-token';
const GUESS = 'a-guess-that-is-a-secret-elsewhere';

let shell: Shell;
let cluster: Started;
let url: URL;
const said: string[] = [];

beforeAll(async () => {
  shell = openShell();
  cluster = shell.start('up', '--nodes', '1', '--port', '0', '--token', SECRET);
  await until(() => /https:\/\/\S+/.test(cluster.seen.out));
  url = new URL(/https:\/\/[^\s"']+/.exec(cluster.seen.out)?.[0] ?? '');
}, 120_000);
afterAll(() => shell.close(), 120_000);

const ask = (options: RequestOptions, body?: string): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const request = httpsRequest({ host: url.hostname, port: url.port, agent: false, rejectUnauthorized: false, ...options });
    request.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
        said.push(JSON.stringify(response.rawHeaders), text);
        resolve({ code: response.statusCode ?? 0, text });
      });
    });
    request.end(body);
  });

/** Bytes as they are, and what comes back until the server hangs up. */
const raw = (bytes: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, () => socket.end(bytes));
    socket.setEncoding('utf8').on('data', (part: string) => said.push(part)).on('error', () => {}).on('close', () => resolve());
  });

it('no token stands in anything that is printed or answered', { timeout: 180_000 }, async () => {
  const as = (authorization: string): RequestOptions['headers'] => ({ authorization });
  const admin = as(`Bearer ${SECRET}`);
  const JSON_TYPE = { 'content-type': 'application/json' };
  const mint = (): Promise<{ readonly code: number; readonly text: string }> =>
    ask({ method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts/default/token', headers: { ...admin, ...JSON_TYPE } }, JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }));
  // A new cluster has its accounts after a moment.
  let minted = await mint();
  while (minted.code === 404) minted = await mint();
  expect(minted.code).toBe(201);
  // The one answer in which a token belongs.
  said.length = 0;
  const ofAccount = (JSON.parse(minted.text) as { status: { token: string } }).status.token;
  const tokens = [SECRET, GUESS, ofAccount, `${ofAccount.slice(0, -4)}AAAA`];
  const paths = ['/', '/api', '/healthz', '/metrics', '/api/v1/pods', '/api/v1/pods?watch=true&resourceVersion=x', '/api/v1/namespaces/default/pods/none', '/apis/no/v1/such', '/openapi/v2?x=1', '/debug/pprof', '/%', '/api/v1/namespaces/default/pods/p/exec?command=ls'];
  for (const token of tokens) {
    for (const path of paths) for (const scheme of ['Bearer', 'bearer', 'Basic', '']) await ask({ path, headers: as(`${scheme} ${token}`.trim()) });
    for (const body of ['{', '[]', '{"metadata":{"name":"A_B"}}', '{"metadata":{"name":"x"},"data":{"k":1}}', '{"kind":"Pod"}']) await ask({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', headers: { ...as(`Bearer ${token}`), ...JSON_TYPE } }, body);
    await ask({ path: '/api/v1/pods', headers: { ...as(`Bearer ${token}`), 'impersonate-user': 'system:admin', 'impersonate-group': 'a' } });
    await ask({ path: '/api/v1/pods', headers: { ...as(`Bearer ${token}`), 'impersonate-group': 'a' } });
    await ask({ path: '/api/v1/pods', headers: { ...as(`Bearer ${token}`), upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-protocol': `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}` } }).catch(() => undefined);
    for (const line of [`Authorization: Bearer ${token}\r\nbroken`, `Authorization: Bearer ${token}\u0001`, `Authorization: Bearer ${token}\r\nContent-Length: -1`, `Authorization : Bearer ${token}`, `Authorization: Bearer ${token}\r\nTransfer-Encoding: nonsense`]) await raw(`GET /api HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`);
    await raw(`BREW /${token.slice(0, 3)} HTCPCP/1.0\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  }
  const { code } = await ask({ path: '/api/v1/nodes', headers: admin });
  expect(code).toBe(200);
  // What the commands beside it say; the kubeconfig is where the token belongs.
  for (const args of [['get', 'clusters'], ['get', 'clusters', '-o', 'json'], ['kubeconfig', 'nothing'], ['down', 'nothing']]) {
    const { out, err } = await shell.run(...args);
    said.push(out, err);
  }
  expect(readFileSync(shell.kubeconfig, 'utf8')).toContain(SECRET);
  cluster.child.kill('SIGINT');
  const { out, err } = await cluster.ended;
  said.push(out, err);
  expect(said.length).toBeGreaterThan(400);
  const everything = said.join('\n');
  for (const token of tokens) {
    expect(everything.includes(token)).toBe(false);
    expect(everything.includes(Buffer.from(token).toString('base64'))).toBe(false);
  }
});
