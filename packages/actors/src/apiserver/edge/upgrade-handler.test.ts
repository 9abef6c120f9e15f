import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Encoded, type Message } from '@naumachia/core';
import type { Stored } from '../../api/requests.js';
import type { ContainerAttachRequest } from '../../api/kubelet-requests.js';
import { notFound } from '../../api/status.js';
import { openEdge, type Edge } from './edge.js';
import { configMap, FakePort } from './testing/fake-port.js';

let port: FakePort;
let edge: Edge;

beforeEach(async () => {
  port = new FakePort();
  edge = await openEdge(port, { token: 'secret-token' });
});
afterEach(() => edge.close());

const pod = (): Stored => {
  const { header } = configMap('p', 3, 'created');
  const value = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { nodeName: 'n', containers: [{ name: 'c' }] } };
  return Encoded.ofValue(header, value);
};

/** Asks for an upgrade and gives everything that the server sends until it hangs up. */
const upgraded = async (subresource: string, query: string, protocol = 'v5.channel.k8s.io', token = 'secret-token', input = Buffer.alloc(0)): Promise<Buffer> => {
  const { port: listening } = new URL(edge.url);
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: Number(listening), ca: edge.caCertificate, servername: 'localhost' });
  const key = randomBytes(16).toString('base64');
  const offered = protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`];
  const headers = [`Host: x`, `Authorization: Bearer ${token}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, ...offered];
  socket.write(`GET /api/v1/namespaces/default/pods/p/${subresource}?${query} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  socket.write(input);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

const exec = (query: string, protocol?: string, token?: string): Promise<Buffer> => upgraded('exec', query, protocol, token);

/** The payloads of unmasked frames below 126 bytes or with a 16 bit length. */
const payloads = (bytes: Buffer): string[] => {
  const out: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes[at + 1] ?? 0;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const start = at + (short === 126 ? 4 : 2);
    out.push(bytes.subarray(start, start + length).toString('latin1'));
    at = start + length;
  }
  return out;
};

it('a command gives its output, its errors and its exit code as streams', async () => {
  const asked: Message[] = [];
  port.answer = (request) => {
    asked.push(request);
    const exec = { type: 'containerExec', stdout: 'out\n', stderr: 'err\n', exitCode: 3 };
    return request.type === 'get' ? { type: 'object', code: 200, object: pod() } : (exec as never);
  };
  const bytes = await exec('command=ls&command=-l&stdout=true&stderr=true');
  const end = bytes.indexOf('\r\n\r\n');
  expect(bytes.subarray(0, end).toString()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*Sec-WebSocket-Protocol: v5\.channel\.k8s\.io$/);
  const [opened, stderr, stdout, error] = payloads(bytes.subarray(end + 4));
  expect(opened).toBe('\u0001');
  expect([stdout, stderr]).toEqual(['\u0001out\n', '\u0002err\n']);
  expect(error?.startsWith('\u0003')).toBe(true);
  expect(JSON.parse(error?.slice(1) ?? '')).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  expect(asked[1]).toMatchObject({ type: 'containerExec', namespace: 'default', pod: 'p', container: 'c', command: ['ls', '-l'] });
});

it.each([
  ['channel.k8s.io', ['\u0001', '\u0002err\n', '\u0001out\n', '\u0003command terminated with non-zero exit code: exit status 3']],
  ['', ['\u0001', '\u0002err\n', '\u0001out\n', '\u0003command terminated with non-zero exit code: exit status 3']],
  ['base64.channel.k8s.io', ['1', '2ZXJyCg==', '1b3V0Cg==', `3${Buffer.from('command terminated with non-zero exit code: exit status 3').toString('base64')}`]],
])('the protocol %j has streams and errors in its own way', async (protocol, expected) => {
  port.answer = (request) => (request.type === 'get' ? { type: 'object', code: 200, object: pod() } : ({ type: 'containerExec', stdout: 'out\n', stderr: 'err\n', exitCode: 3 } as never));
  const bytes = await exec('command=ls&stdout=true&stderr=true', protocol);
  const end = bytes.indexOf('\r\n\r\n');
  expect(/Sec-WebSocket-Protocol: (.*)/.exec(bytes.toString('latin1', 0, end))?.[1] ?? '').toBe(protocol);
  expect(payloads(bytes.subarray(end + 4)).slice(0, 4)).toEqual(expected);
});

/** A frame of a client, masked with zeros. */
const frame = (...bytes: readonly number[]): Buffer => Buffer.of(0x82, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes);

it('who is attached gives the process input in order, and is told what it prints until it ends', async () => {
  const asked: Message[] = [];
  port.answer = (request) => {
    if (request.type === 'get') return { type: 'object', code: 200, object: pod() };
    asked.push(request);
    const { after, input } = request as unknown as ContainerAttachRequest;
    const reply = { type: 'containerAttach', id: 'abc', position: (after ?? 4) + 1, stdout: input === undefined && after !== undefined ? `line ${after}\n` : '', stderr: after === 5 ? 'oops\n' : '', ended: after === 6 };
    return new Promise((resolve) => setTimeout(() => resolve(reply as never), 20));
  };
  const bytes = await upgraded('attach', 'stdin=true&stdout=true&stderr=true', undefined, undefined, Buffer.concat([frame(0, 104, 105), frame(255, 0)]));
  const sent = payloads(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4));
  expect(sent.slice(0, 5)).toEqual(['\u0001', '\u0001line 5\n', '\u0002oops\n', '\u0001line 6\n', '\u0003{"metadata":{},"status":"Success"}']);
  expect(asked.map((request) => (request as ContainerAttachRequest).input).filter((input) => input !== undefined).map((input) => Buffer.from(input).toString())).toEqual(['hi', '']);
  expect(asked.slice(1).every((request) => (request as ContainerAttachRequest).id === 'abc')).toBe(true);
});

it('who attaches to nothing is refused', async () => {
  port.answer = () => ({ type: 'object', code: 200, object: pod() });
  expect((await upgraded('attach', '')).toString()).toContain('you must specify at least one of stdin, stdout, stderr');
});

it.each([
  ['a pod that is not there', () => (port.answer = () => ({ type: 'status', status: notFound('pods', 'p') })), 'v5.channel.k8s.io', 'secret-token', 404],
  ['an unknown protocol', () => (port.answer = () => ({ type: 'object', code: 200, object: pod() })), 'chat', 'secret-token', 400],
  ['a wrong token', () => {}, 'v5.channel.k8s.io', 'wrong', 401],
])('%s is refused before the upgrade', async (_, prepare, protocol, token, code) => {
  prepare();
  const text = (await exec('command=ls', protocol, token)).toString();
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
  expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({ kind: 'Status', code });
});

it.each([
  ['inside of a WebSocket', 'GET', ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io'], 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io'],
  ['on the bare connection', 'POST', ['Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: portforward.k8s.io'], 'X-Stream-Protocol-Version: portforward.k8s.io'],
])('a client that forwards ports gets SPDY %s', async (_, method, headers, accepted) => {
  port.answer = () => ({ type: 'object', code: 200, object: pod() });
  const { port: listening } = new URL(edge.url);
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: Number(listening), ca: edge.caCertificate, servername: 'localhost' });
  socket.write(`${method} /api/v1/namespaces/default/pods/p/portforward HTTP/1.1\r\n${['Host: x', 'Authorization: Bearer secret-token', 'Connection: Upgrade', ...headers].join('\r\n')}\r\n\r\n`);
  const head = await new Promise<string>((resolve) => socket.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1'))));
  expect(head).toMatch(/^HTTP\/1\.1 101 /);
  expect(head).toContain(accepted);
  socket.destroy();
});
