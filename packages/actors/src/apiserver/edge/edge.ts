import { createSecureServer } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Port, RunView } from '@naumachia/core';
import type { UserInfo } from '../../api/requests.js';
import { administrator, type TokenTable } from './authentication.js';
import { certificateAuthority, type KeyAndCertificate, newAuthority } from './certificates.js';
import { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';
import { connectionOptions, limitConnections } from './connections.js';
import { answerRequest } from './request-handler.js';
import { serviceAccountTokens } from './service-account-tokens.js';
import { newServing } from './serving.js';
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
  /** What differs from DEFAULT_LIMITS. */
  readonly limits?: Partial<EdgeLimits>;
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

/** Of an edge that is opened by itself. */
const ALONE: RunView = { reports: async () => [] };

/**
 * Opens the HTTPS edge of the API server: a client of the actor `apiserver`. Rejects with the
 * listen error if the address is in use or cannot be bound.
 */
export const openEdge = async (port: Port, options: EdgeOptions = {}, run: RunView = ALONE): Promise<Edge> => {
  const host = options.host ?? '127.0.0.1';
  const { key, certificate } = options.authority ?? newAuthority();
  const authority = certificateAuthority(key, undefined, certificate);
  const names = [...SERVED_NAMES, ...(host === '0.0.0.0' || host === '::' ? [] : [host]), ...(options.hosts ?? [])];
  const own = authority.serve([...new Set(names)]);
  const tokens: TokenTable = new Map([...(options.tokens ?? []), ...(options.token === undefined ? [] : [[options.token, administrator] as const])]);

  const limits = Object.assign({}, DEFAULT_LIMITS, options.limits);
  const serving = newServing({ tokens, accounts: serviceAccountTokens() }, limits, run);

  const server = createSecureServer({
    ...connectionOptions(limits),
    key: own.key,
    cert: own.certificate,
    ca: authority.certificate,
    allowHTTP1: true,
    // A certificate is asked for and not demanded: most clients have a token.
    requestCert: true,
    rejectUnauthorized: false,
  });
  const endAll = limitConnections(server, limits);
  server.on('request', (request, response) => {
    void answerRequest(port, serving, request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });

  server.on('checkContinue', (request, response) => {
    continueWhenRead(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    void answerRequest(port, serving, request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void answerUpgrade(port, serving, request, socket, head));

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
        endAll();
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
