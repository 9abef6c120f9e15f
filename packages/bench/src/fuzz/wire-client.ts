import { connect, type TLSSocket } from 'node:tls';
import type { PlainRequest } from './corpus.js';

/** What came back; `code` 0: the server hung up without an answer. `streaming`: it went on when we had enough. */
export interface WireAnswer {
  readonly code: number;
  readonly body: Buffer;
  readonly type: string;
  readonly streaming: boolean;
}

/** A stream that has answered is left after this long, ms. */
const ENOUGH = 1500;
/** No answer at all: something hangs. Counted in ticks, so that a machine that stood still is not taken for a server that does. */
const SILENT_TICKS = 30;
const TICK = 1000;
const CONTINUE = 100;

/** Writes requests as they are, however wrong: Node's own client would refuse most of them. One connection, which is made anew when it ends. */
export class WireClient {
  readonly #host: string;
  readonly #port: number;
  #socket: TLSSocket | undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  async ask(request: PlainRequest, token: string): Promise<WireAnswer> {
    const reused = this.#socket?.writable === true;
    const answer = await this.#send(request, token);
    // A connection that was kept may end just when it is used again, and every client tries again then.
    return answer.code === 0 && reused ? this.#send(request, token) : answer;
  }

  async #send(request: PlainRequest, token: string): Promise<WireAnswer> {
    const socket = await this.#connected();
    const { method, path, query, headers, body } = request;
    const lines = [`${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1`];
    const all = { host: 'localhost', authorization: `Bearer ${token}`, ...headers, ...(body !== undefined && { 'content-length': String(body.length) }) };
    for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`);
    const answer = new Promise<WireAnswer>((resolve) => this.#read(socket, method === 'HEAD', resolve));
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]));
    return answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connected(): Promise<TLSSocket> {
    if (this.#socket?.writable === true) return Promise.resolve(this.#socket);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#host, port: this.#port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, () => {
        socket.off('error', reject);
        // What breaks shows as an end without an answer.
        socket.on('error', () => {});
        this.#socket = socket;
        resolve(socket);
      });
      socket.once('error', reject);
      socket.setNoDelay(true);
    });
  }

  #read(socket: TLSSocket, head: boolean, done: (answer: WireAnswer) => void): void {
    let bytes: Buffer = Buffer.alloc(0);
    let code = 0;
    let type = '';
    const parts: Buffer[] = [];
    let mode: 'head' | 'length' | 'chunks' | 'close' = 'head';
    let left = 0;
    const finish = (streaming: boolean, reusable: boolean): void => {
      clearTimeout(patience);
      clearInterval(silence);
      socket.off('data', take);
      socket.off('close', closed);
      if (!reusable) {
        socket.destroy();
        if (this.#socket === socket) this.#socket = undefined;
      }
      done({ code, body: Buffer.concat(parts), type, streaming });
    };
    const closed = (): void => finish(false, false);
    let ticks = 0;
    const silence = setInterval(() => {
      if (++ticks > SILENT_TICKS) closed();
    }, TICK);
    let patience: NodeJS.Timeout | undefined;
    const parse = (): void => {
      for (;;) {
        if (mode === 'head') {
          const end = bytes.indexOf('\r\n\r\n');
          if (end < 0) return;
          const text = bytes.subarray(0, end).toString('latin1');
          bytes = bytes.subarray(end + 4);
          code = Number(text.slice(9, 12));
          if (code === CONTINUE) continue;
          type = /^content-type: *(.*)$/im.exec(text)?.[1] ?? '';
          const length = /^content-length: *(\d+)/im.exec(text)?.[1];
          clearTimeout(patience);
          patience = setTimeout(() => finish(true, false), ENOUGH);
          // An upgraded connection speaks something else from here on.
          if (code === 101) return finish(true, false);
          if (head || code === 204 || code === 304) return finish(false, !/^connection: *close/im.test(text));
          mode = /^transfer-encoding: *chunked/im.test(text) ? 'chunks' : length === undefined ? 'close' : 'length';
          left = Number(length ?? 0);
        } else if (mode === 'length') {
          parts.push(bytes.subarray(0, left));
          left -= Math.min(left, bytes.length);
          bytes = Buffer.alloc(0);
          if (left === 0) finish(false, true);
          return;
        } else if (mode === 'chunks') {
          const line = bytes.indexOf('\r\n');
          if (line < 0) return;
          const size = Number.parseInt(bytes.subarray(0, line).toString('latin1'), 16);
          if (bytes.length < line + 4 + size) return;
          parts.push(bytes.subarray(line + 2, line + 2 + size));
          bytes = bytes.subarray(line + 4 + size);
          if (size === 0) return finish(false, true);
        } else {
          parts.push(bytes);
          bytes = Buffer.alloc(0);
          return;
        }
      }
    };
    const take = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      parse();
    };
    socket.on('data', take);
    socket.once('close', closed);
  }
}
