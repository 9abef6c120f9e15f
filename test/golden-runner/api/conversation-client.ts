import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Json } from './json.js';

/** The headers that a recording keeps. */
const KEPT_HEADERS = ['content-type', 'warning', 'www-authenticate', 'retry-after', 'location'];

/** Long enough for a machine that does something else for a while. */
const ANSWER_LIMIT_MS = 240_000;

export interface ConversationRequest {
  readonly method: string;
  readonly path: string;
  /** null removes one that would be sent by default. */
  readonly headers: Readonly<Record<string, string | null>>;
  readonly body: string | Buffer | undefined;
}

export type KeptHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface ConversationAnswer {
  readonly status: number;
  readonly headers: KeptHeaders;
  readonly body: Buffer;
}

export interface WatchedStream {
  readonly status: number;
  readonly headers: KeptHeaders;
  /** The body, if it is no stream of events. */
  readonly text: string;
  readonly ended: boolean;
  /** The next event; undefined at the end, or if none comes in time. */
  next(ms: number): Promise<Json | undefined>;
  close(): void;
}

/** Sends requests as the recorder did: the same user agent, the administrator's token, JSON unless a step says otherwise. */
export class ConversationClient {
  readonly #url: URL;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });

  constructor(url: string, token: string) {
    this.#url = new URL(url);
    this.#token = token;
  }

  close(): void {
    this.#agent.destroy();
  }

  async request(request: ConversationRequest): Promise<ConversationAnswer> {
    const response = await this.#start(request);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { status: response.statusCode ?? 0, headers: keptHeaders(response), body: Buffer.concat(parts) };
  }

  async watch(request: ConversationRequest): Promise<WatchedStream> {
    const response = await this.#start(request);
    const stream = { status: response.statusCode ?? 0, headers: keptHeaders(response), text: '', ended: false };
    const queue: Json[] = [];
    let wake = (): void => {};
    const end = (): void => {
      stream.ended = true;
      wake();
    };
    if (stream.status !== 200) {
      for await (const part of response) stream.text += String(part);
      end();
    } else {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        rest += text;
        for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
          const event = JSON.parse(rest.slice(0, at)) as Json;
          rest = rest.slice(at + 1);
          if (!isPeriodicBookmark(event)) queue.push(event);
        }
        wake();
      });
      response.on('end', end).on('error', end).on('close', end);
    }
    const next = async (ms: number): Promise<Json | undefined> => {
      const until = Date.now() + ms;
      while (queue.length === 0 && !stream.ended && Date.now() < until) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, until - Date.now());
        });
      }
      return queue.shift();
    };
    return Object.assign(stream, { next, close: () => void response.destroy() });
  }

  #start({ method, path, headers, body }: ConversationRequest): Promise<IncomingMessage> {
    const all: Record<string, string | number> = { 'user-agent': 'conversation/1.0', accept: 'application/json', authorization: `Bearer ${this.#token}` };
    if (body !== undefined && method !== 'GET') all['content-type'] = 'application/json';
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) delete all[name.toLowerCase()];
      else all[name.toLowerCase()] = value;
    }
    if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
    const options: RequestOptions = { method, path, headers: all, agent: this.#agent, hostname: this.#url.hostname, port: this.#url.port, timeout: ANSWER_LIMIT_MS };
    const send = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const request = httpsRequest(options, resolve);
        // The server may have closed a connection that was idle for long, just as the next request was written to it.
        request.on('error', (error: NodeJS.ErrnoException) => (request.reusedSocket && error.code === 'ECONNRESET' ? send().then(resolve, reject) : reject(error)));
        request.on('timeout', () => request.destroy(new Error(`no answer in ${ANSWER_LIMIT_MS / 1000} s`)));
        request.end(body);
      });
    return send();
  }
}

const isPeriodicBookmark = (event: Json): boolean => {
  const { type, object } = event as { readonly type?: string; readonly object?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } } };
  return type === 'BOOKMARK' && object?.metadata?.annotations?.['k8s.io/initial-events-end'] === undefined;
};

const keptHeaders = (response: IncomingMessage): KeptHeaders => {
  const kept: Record<string, string | string[]> = {};
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i]?.toLowerCase() ?? '';
    const value = response.rawHeaders[i + 1] ?? '';
    if (!KEPT_HEADERS.includes(name)) continue;
    if (name === 'warning') ((kept.warning ??= []) as string[]).push(value);
    else kept[name] = value;
  }
  return kept;
};
