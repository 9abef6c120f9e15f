import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Failure } from '@naumachia/core';
import type { KubernetesObject } from '../../api/object.js';
import type { Status, UserInfo } from '../../api/requests.js';
import { serviceUnavailable, timeout, tooManyRequests } from '../../api/status.js';
import { CONTENT_TYPES, JSON_OBJECT, type Representation } from './media-types.js';
import { encodeRepresentation } from './representation.js';
import type { Serving } from './serving.js';
import { wroteTo } from './unread-output.js';

/** One HTTP request and its answer. HTTP/2 has the same interface by Node's compatibility layer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Anonymous until the request is authenticated. */
  user: UserInfo;
  /** Set once the Accept header is understood; JSON before. */
  representation: Representation;
  /** What it shares with all other requests. */
  readonly serving: Serving;
  /** Warnings for the client, one header line each (RFC 7234, 5.5). */
  readonly warnings: string[];
}

/** What an answer consists of: the JSON, and the object where another format than JSON may be asked for. */
export interface Answer {
  readonly code: number;
  readonly json: string;
  /** With its resourceVersion; absent for what has no protobuf form. */
  readonly object?: () => KubernetesObject;
}

export const sendAnswer = (exchange: Exchange, answer: Answer): void => {
  const { representation } = exchange;
  const body = encodeRepresentation(answer, representation);
  if (body === undefined) {
    // What has no protobuf form (custom resources, tables) is answered as JSON, which every client reads.
    send(exchange, answer.code, CONTENT_TYPES.json, answer.json);
    return;
  }
  send(exchange, answer.code, CONTENT_TYPES[representation.format], body);
};

/** A refusal, or the Status of a deletion. It is never shown as a Table. */
export const sendStatus = (exchange: Exchange, status: Status): void => {
  const seconds = status.details?.retryAfterSeconds;
  if (seconds !== undefined) exchange.response.setHeader('retry-after', String(seconds));
  const format = exchange.representation.format;
  const representation = format === 'json' ? JSON_OBJECT : Object.assign({}, JSON_OBJECT, { format });
  sendAnswer(Object.assign({}, exchange, { representation }), { code: status.code ?? 200, json: JSON.stringify(status), object: () => status as unknown as KubernetesObject });
};

export const sendText = (exchange: Exchange, code: number, text: string): void => {
  exchange.response.setHeader('x-content-type-options', 'nosniff');
  send(exchange, code, 'text/plain; charset=utf-8', text);
};

export const pageNotFound = (exchange: Exchange): void => sendText(exchange, 404, '404 page not found\n');

export const send = ({ request, response, warnings, serving }: Exchange, code: number, contentType: string, body: string | Uint8Array): void => {
  if (response.headersSent || isGone(response)) return;
  writeWarnings(response, warnings);
  response.statusCode = code;
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-cache, private');
  // As bytes: Node would write a string together with the headers as UTF-8, and encode what stands in them once more.
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.setHeader('content-length', bytes.byteLength);
  // A client that stops reading in the middle of an answer does not keep it in memory for ever.
  response.setTimeout(serving.limits.unreadTimeout, () => response.destroy());
  response.end(request.method === 'HEAD' ? undefined : bytes);
  wroteTo(serving.unread, response, bytes.byteLength);
};

/** Whether nobody will read what is written any more. Node's HTTP/2 responses know it of their stream only. */
export const isGone = (response: ServerResponse): boolean =>
  response.destroyed || (response as unknown as { readonly stream?: { readonly destroyed: boolean } }).stream?.destroyed === true;

/** Whether a client has more to read than a socket holds. Node's HTTP/2 responses, too, know it of their stream only. */
export const mustDrain = (response: ServerResponse): boolean =>
  (response as unknown as { readonly stream?: { readonly writableNeedDrain: boolean } }).stream?.writableNeedDrain ?? response.writableNeedDrain;

/** Until a client has read what it was sent, or is gone. */
export const drained = (response: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

export const writeWarnings = (response: ServerResponse, warnings: readonly string[]): void => {
  if (warnings.length > 0) response.setHeader('warning', [...new Set(warnings)].map((text) => `299 - "${headerText(text)}"`));
};

/** Quotes are escaped, and what a header cannot carry is replaced. */
const headerText = (text: string): string => {
  // oxlint-disable-next-line no-control-regex
  const escaped = text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ').replaceAll(/["\\]/g, '\\$&');
  // Header bytes are written as Latin-1: UTF-8 bytes one by one give what Go sends.
  return Buffer.from(escaped, 'utf8').toString('latin1');
};

/** What the runtime answered in the API server's place. */
export const statusOfFailure = ({ reason }: Failure): Status => {
  switch (reason) {
    case 'overloaded':
      return tooManyRequests('too many requests, please try again later', 1);
    case 'deadline-exceeded':
      return timeout('request did not complete within the allotted timeout', 0);
    case 'unavailable':
    case 'no-such-actor':
      return serviceUnavailable('the server is currently unable to handle the request');
  }
};
