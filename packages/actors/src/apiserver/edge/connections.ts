import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EdgeLimits } from './limits.js';

/** How long a client that was refused may still read why (rstAvoidanceDelay of Go's server). */
export const LINGER = 500;
/** Clients are given their answer (504) before their connection is cut off. */
const CUT_OFF_AFTER = 1.5;
const CHECKED_EVERY = 30_000;

/** What of the limits Node keeps for HTTP/2 and TLS. Small writes go at once, as Go's server sends them: Node sees to that for HTTP/2 only, and output of a command or events of a watch would wait for what follows them. */
export const connectionOptions = (limits: EdgeLimits): object => ({
  noDelay: true,
  settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headerBytes },
  handshakeTimeout: limits.headersTimeout,
});

/** Holds connections to their limits; clients that break the protocol, or off in the middle of it, harm nobody but themselves. Returns what ends them all. */
export const limitConnections = (server: Http2SecureServer, limits: EdgeLimits): (() => void) => {
  // Of HTTP/1; Node's type of the server lacks them.
  Object.assign(server, {
    maxHeaderSize: limits.headerBytes,
    keepAliveTimeout: limits.idleTimeout,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout * CUT_OFF_AFTER,
    connectionsCheckingInterval: Math.min(CHECKED_EVERY, limits.headersTimeout / 2),
    maxConnections: limits.connections,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  server.on('sessionError', () => {});
  server.on('clientError', (error: Error & { readonly code?: string }, socket: TLSSocket) => refuse(socket, error.code));
  server.on('session', (session) => endWhenIdle(session, limits));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

/** What Go's server says to what is no request (net/http conn.serve). A URL that is too long is a header that is too large to it. */
const refuse = (socket: TLSSocket, code: string | undefined): void => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
  setTimeout(() => socket.destroy(), LINGER).unref();
};

/** Closes an HTTP/2 connection on which nothing is open for long. */
const endWhenIdle = (session: ServerHttp2Session, { idleTimeout }: EdgeLimits): void => {
  let open = 0;
  const rest = (): NodeJS.Timeout => setTimeout(() => session.close(), idleTimeout).unref();
  let idle = rest();
  session.on('stream', (stream) => {
    open += 1;
    clearTimeout(idle);
    stream.once('close', () => {
      open -= 1;
      if (open === 0 && !session.closed) idle = rest();
    });
  });
  session.once('close', () => clearTimeout(idle));
};
