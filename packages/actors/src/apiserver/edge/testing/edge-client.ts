import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';

export interface PlainAnswer {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** One HTTPS request to an edge, each on a connection of its own. */
export const open = (url: string, options: RequestOptions, body?: string | Buffer): { readonly request: ClientRequest; readonly response: Promise<IncomingMessage> } => {
  const { hostname, port } = new URL(url);
  const headers = { authorization: 'Bearer secret-token', ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body), 'content-type': 'application/json' }), ...(options.headers as object) };
  const request = httpsRequest({ hostname, port, agent: false, rejectUnauthorized: false, ...options, headers });
  const response = new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject));
  if (body !== undefined) request.end(body);
  else if ((options.method ?? 'GET') === 'GET' || options.method === 'DELETE') request.end();
  return { request, response };
};

export const ask = async (url: string, options: RequestOptions, body?: string | Buffer): Promise<PlainAnswer> => {
  const response = await open(url, options, body).response;
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += String(part);
  return { code: response.statusCode ?? 0, headers: response.headers, text };
};

/** The lines of a stream, one at a time; undefined at its end. */
export const linesOf = (response: IncomingMessage): (() => Promise<string | undefined>) => {
  const iterator = response[Symbol.asyncIterator]();
  let rest = '';
  return async () => {
    for (;;) {
      const at = rest.indexOf('\n');
      if (at >= 0) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 1);
        return line;
      }
      const { value, done } = (await iterator.next()) as IteratorResult<Buffer>;
      if (done === true) return undefined;
      rest += value.toString();
    }
  };
};
