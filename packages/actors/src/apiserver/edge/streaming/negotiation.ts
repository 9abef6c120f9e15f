import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, plainError } from '../../../api/status.js';
import { Refusal } from '../request-options.js';
import type { ByteChannel } from './spdy-connection.js';

/** How a client wants to stream: messages of a WebSocket, SPDY frames inside of such messages, or SPDY frames on the bare connection. */
export type Transport =
  | { readonly type: 'websocket'; readonly key: string; readonly protocol: string }
  | { readonly type: 'tunnel'; readonly key: string; readonly protocol: string }
  | { readonly type: 'spdy'; readonly protocol: string };

/** kubectl from 1.31 on puts this before a protocol that shall travel as SPDY inside of a WebSocket. */
const TUNNEL = 'SPDY/3.1+';

const listed = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');

/**
 * Picks the transport and the first of the client's protocols that is spoken here. `messages`: those over WebSockets; `streams`: those over SPDY.
 * Throws a Refusal if there is none; kubectl then tries its next transport.
 */
export const negotiate = ({ headers }: IncomingMessage, messages: readonly string[], streams: readonly string[]): Transport => {
  const upgrade = (headers.upgrade ?? '').toLowerCase();
  if (upgrade === 'spdy/3.1') {
    const offered = listed(headers['x-stream-protocol-version']);
    if (offered.length === 0) throw new Refusal(badRequest(`unable to upgrade: header X-Stream-Protocol-Version does not exist in request with ${Object.keys(headers).length} headers`));
    const protocol = offered.find((one) => streams.includes(one));
    if (protocol === undefined) throw new Refusal(plainError(`unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${streams.join(' ')}]`));
    return { type: 'spdy', protocol };
  }
  const key = headers['sec-websocket-key'];
  if (upgrade !== 'websocket' || key === undefined) throw new Refusal(badRequest('unable to upgrade: missing upgrade headers in request'));
  const offered = listed(headers['sec-websocket-protocol']);
  // Who names no protocol speaks the oldest.
  const plain = offered.length === 0 ? messages.find((one) => one === '') : offered.find((one) => messages.includes(one));
  if (plain !== undefined) return { type: 'websocket', key, protocol: plain };
  const tunnelled = offered.find((one) => one.startsWith(TUNNEL) && streams.includes(one.slice(TUNNEL.length)));
  if (tunnelled !== undefined) return { type: 'tunnel', key, protocol: tunnelled };
  throw new Refusal(badRequest(`unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${[...messages, ...streams.map((one) => TUNNEL + one)].join(' ')}]`));
};

/** Accepts SPDY on the bare connection. */
export const acceptSpdy = (socket: Duplex, protocol: string): ByteChannel => {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
  return {
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    close: () => socket.end(),
  };
};

