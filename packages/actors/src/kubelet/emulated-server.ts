import type { Instant } from '@naumachia/core';

/** The ports on which the programs of known images listen; others listen on none. */
export const portsOf = (program: string): readonly number[] => PORTS[program] ?? NO_PORTS;

const NO_PORTS: readonly number[] = [];
const PORTS: Readonly<Record<string, readonly number[]>> = {
  nginx: [80],
  'nginx-slim': [80],
  httpd: [80],
  echoserver: [8080],
  'echo-server': [8080],
  agnhost: [8080],
  'hello-app': [8080],
  'kubernetes-bootcamp': [8080],
};

export interface ServerAnswer {
  readonly consumed: number;
  readonly answer: Uint8Array;
  readonly close: boolean;
}

/** Larger heads are refused, as net/http of Go does (DefaultMaxHeaderBytes, here as one number with the body that is kept for it). */
const MAX_REQUEST_BYTES = 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');
const NOTHING: ServerAnswer = { consumed: 0, answer: new Uint8Array(), close: false };

/** What an emulated HTTP server answers to the first request in `received`, if that is complete: its host's name, whatever is asked. */
export const answerHttp = (received: Uint8Array, hostname: string, now: Instant): ServerAnswer => {
  const text = decoder.decode(received);
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return received.length > MAX_REQUEST_BYTES ? badRequest(received.length) : NOTHING;
  const [first = '', ...headers] = text.slice(0, end).split('\r\n');
  const line = /^([A-Z]+) \S+ HTTP\/1\.([01])$/.exec(first);
  if (line === null) return badRequest(received.length);
  const header = (name: string): string | undefined => headers.find((candidate) => candidate.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim();
  const consumed = end + 4 + (Number(header('content-length') ?? '0') || 0);
  if (consumed > MAX_REQUEST_BYTES) return badRequest(received.length);
  if (received.length < consumed) return NOTHING;
  const close = line[2] === '0' || header('connection')?.toLowerCase() === 'close';
  const body = `hello from ${hostname}\n`;
  const head = `HTTP/1.1 200 OK\r\n${close ? 'Connection: close\r\n' : ''}Date: ${new Date(now).toUTCString()}\r\nContent-Length: ${encoder.encode(body).length}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`;
  return { consumed, answer: encoder.encode(line[1] === 'HEAD' ? head : head + body), close };
};

const badRequest = (consumed: number): ServerAnswer => ({
  consumed,
  answer: encoder.encode('HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request'),
  close: true,
});
