import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Port } from '@naumachia/core';
import type { UserInfo } from '../../api/requests.js';
import { administrator, type Identities, type TokenTable } from './authentication.js';
import { certificateAuthority, type KeyAndCertificate, newAuthority } from './certificates.js';
import { answerRequest } from './request-handler.js';
import { serviceAccountTokens } from './service-account-tokens.js';
import { answerUpgrade } from './upgrade-handler.js';

export interface EdgeOptions {
  /** Where to listen. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 picks a free port. Default 0. */
  readonly port?: number;
  /** The administrator's bearer token; without it only client certificates and `tokens` identify anybody. */
  readonly token?: string;
  /** More bearer tokens. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** The authority that signs the serving certificate and is trusted with clients'; default: one of its own. */
  readonly authority?: KeyAndCertificate;
  /** More names and addresses for the serving certificate. */
  readonly hosts?: readonly string[];
}

export interface EdgeInfo {
  readonly url: string;
  /** PEM of the authority that signed the serving certificate. */
  readonly caCertificate: string;
}

/** What is open at the edge; it fits core's `Service`. */
export interface Edge extends EdgeInfo {
  readonly info: EdgeInfo;
  /** Ends every connection, watches included. */
  close(): Promise<void>;
}

/** By which the server is reached on this machine, and from inside of the cluster. */
const SERVED_NAMES = ['127.0.0.1', '::1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '10.96.0.1'];
/** Longer than the 90 s for which Go clients keep an idle connection: the server must not be the one that hangs up. */
const KEEP_ALIVE = 120_000;
const HEADERS_TIMEOUT = 30_000;
/** How long a request may take to arrive; a client that stalls in the middle of its body is cut off. */
const REQUEST_TIMEOUT = 60_000;
const MAX_CONNECTIONS = 10_000;

/**
 * Opens the HTTPS edge of the API server: a client of the actor `apiserver`. Rejects with the
 * listen error if the address is in use or cannot be bound.
 */
export const openEdge = async (port: Port, options: EdgeOptions = {}): Promise<Edge> => {
  const host = options.host ?? '127.0.0.1';
  const { key, certificate } = options.authority ?? newAuthority();
  const authority = certificateAuthority(key, undefined, certificate);
  const names = [...SERVED_NAMES, ...(host === '0.0.0.0' || host === '::' ? [] : [host]), ...(options.hosts ?? [])];
  const serving = authority.serve([...new Set(names)]);
  const tokens: TokenTable = new Map([...(options.tokens ?? []), ...(options.token === undefined ? [] : [[options.token, administrator] as const])]);

  const identities: Identities = { tokens, accounts: serviceAccountTokens() };

  const server = createSecureServer({
    key: serving.key,
    cert: serving.certificate,
    ca: authority.certificate,
    allowHTTP1: true,
    // A certificate is asked for and not demanded: most clients have a token.
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 250 },
  });
  limit(server);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Clients that speak no TLS, hang up in the middle of it, or break the protocol harm nobody but themselves.
  server.on('tlsClientError', () => {});
  server.on('sessionError', () => {});
  server.on('clientError', (_error: Error, socket: TLSSocket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request');
    else socket.destroy();
  });
  server.on('request', (request, response) => {
    void answerRequest(port, identities, request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });

  server.on('checkContinue', (request, response) => {
    continueWhenRead(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    void answerRequest(port, identities, request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void answerUpgrade(port, identities, request, socket, head));

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: bound } = server.address() as AddressInfo;
  const info: EdgeInfo = { url: `https://${host.includes(':') ? `[${host}]` : host}:${bound}`, caCertificate: authority.certificate };
  return {
    ...info,
    info,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};

/** A client that waits before it sends its body is told to go on when somebody wants it, as Go's server does; a refusal spares it. */
const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  const listened = (event: string | symbol): void => {
    if (event !== 'data') return;
    request.off('newListener', listened);
    const goOn = (): void => {
      if (!response.headersSent) response.writeContinue();
    };
    // While the answer before it still holds the connection, Node would put what is written now behind the head of the answer.
    if (response.socket) goOn();
    else response.once('socket', goOn);
  };
  request.on('newListener', listened);
};

/** The limits of HTTP/1 connections; Node's type of the server lacks them. */
const limit = (server: Http2SecureServer): void => {
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE, headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT, maxConnections: MAX_CONNECTIONS });
};
