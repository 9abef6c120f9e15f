import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PodPortReply, PodPortRequest } from '../../../api/kubelet-requests.js';
import { FakePort } from '../testing/fake-port.js';
import { control, data, ping, SpdyClient } from '../testing/spdy-client.js';
import { portForwardConnection } from './port-forward.js';
import type { SpdyConnection } from './spdy-connection.js';

let client: SpdyClient;
let connection: SpdyConnection;
let answer: (request: PodPortRequest) => PodPortReply;

beforeEach(() => {
  const port = new FakePort();
  port.answer = (request) => answer(request as unknown as PodPortRequest) as never;
  client = new SpdyClient();
  connection = portForwardConnection(port, { node: 'n', namespace: 'default', pod: 'p' }, client);
});
afterEach(() => connection.ended());

const echo = (request: PodPortRequest): PodPortReply => ({ type: 'podPort', consumed: request.received.length, answer: Buffer.from(`${request.port}:${Buffer.from(request.received).toString()}`), close: false });
const pair = async (port: string, first = 1): Promise<void> => {
  connection.receive(await client.open(first, { streamtype: 'error', port, requestid: String(first) }));
  connection.receive(await client.open(first + 2, { streamtype: 'data', port, requestid: String(first) }));
};

test('what a client sends on a pair of streams reaches the port, and the answer comes back on the data stream', async () => {
  answer = (request) => (request.received.length === 0 ? { type: 'podPort', consumed: 0, answer: Buffer.alloc(0), close: false } : echo(request));
  await pair('80');
  connection.receive(data(3, 'GET'));
  await vi.waitFor(() => expect(client.stream(3).data).toBe('80:GET'));
  expect([client.stream(1).replied, client.stream(3).replied, client.stream(3).ended]).toEqual([true, true, false]);
  connection.receive(data(3, '', true));
  await vi.waitFor(() => expect([client.stream(1).ended, client.stream(3).ended, client.stream(1).data]).toEqual([true, true, '']));
});

test('what the program does not consume is sent again with what follows', async () => {
  const seen: string[] = [];
  answer = ({ received }) => {
    const text = Buffer.from(received).toString();
    seen.push(text);
    return { type: 'podPort', consumed: text.endsWith('.') ? text.length : 0, answer: Buffer.alloc(0), close: text.endsWith('.') };
  };
  await pair('80');
  connection.receive(data(3, 'a'));
  await vi.waitFor(() => expect(seen.at(-1)).toBe('a'));
  connection.receive(data(3, 'b.'));
  await vi.waitFor(() => expect(client.stream(3).ended).toBe(true));
  expect(seen.at(-1)).toBe('ab.');
});

test('a port on which nobody listens is told on the error stream, and the connection stays', async () => {
  answer = (request) => (request.port === 81 ? { type: 'refused', sandbox: 'box', error: 'connection refused' } : echo(request));
  await pair('81');
  await vi.waitFor(() => expect(client.stream(1)).toMatchObject({ ended: true, data: 'error forwarding port 81 to pod box, uid : connection refused' }));
  await pair('80', 5);
  await vi.waitFor(() => expect(client.stream(7).data).toBe('80:'));
  expect(client.closed).toBe(false);
});

test('streams without a port, of another type, or of a pair that is complete are refused', async () => {
  answer = echo;
  connection.receive(await client.open(1, { streamtype: 'data' }));
  connection.receive(await client.open(3, { streamtype: 'data', port: '0' }));
  connection.receive(await client.open(5, { streamtype: 'other', port: '80' }));
  connection.receive(await client.open(7, { streamtype: 'data', port: '80', requestid: '1' }));
  connection.receive(await client.open(9, { streamtype: 'data', port: '80', requestid: '1' }));
  await vi.waitFor(() => expect(client.stream(9).refused).toBe(true));
  expect([1, 3, 5, 7].map((id) => client.stream(id).refused)).toEqual([true, true, true, false]);
});

test('a ping is answered, also when it comes in pieces', async () => {
  for (const byte of ping(7)) connection.receive(Buffer.of(byte));
  await vi.waitFor(() => expect(client.pings).toEqual([7]));
});

test.each([
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a frame that claims to be huge', Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
  ['headers that are not compressed', control(1, Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.from('port: 80')]))],
  ['a goodbye', control(7, Buffer.alloc(8))],
])('%s ends the connection', async (_, bytes) => {
  connection.receive(bytes);
  await vi.waitFor(() => expect(client.closed).toBe(true));
});
