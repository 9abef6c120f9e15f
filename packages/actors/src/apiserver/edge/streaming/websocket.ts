import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** The server's side of RFC 6455, as far as streams of Kubernetes need it: whole messages out, frames in. */
export interface WebSocket {
  /** Sends a binary message, or one of text. */
  send(message: Uint8Array | string): void;
  close(code: number): void;
  readonly open: boolean;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
/** A client that sends more in one frame is cut off. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** And one that sends a message of more frames, too. */
const MAX_FRAMES = 64;

/** Accepts an upgrade with one of the protocols that the client offered, or none (`''`). `received` gets what it sends, message by message. */
export const acceptWebSocket = (socket: Duplex, key: string, protocol: string, received: (message: Buffer) => void, ended: () => void = () => {}): WebSocket => {
  const accept = createHash('sha1').update(key + GUID).digest('base64');
  const chosen = protocol === '' ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`);
  let buffered = Buffer.alloc(0);
  /** The frames of a message that has more to come. */
  let begun: Buffer[] = [];
  let open = true;
  const over = (): void => {
    open = false;
    ended();
  };
  const frame = (opcode: number, payload: Uint8Array): void => {
    if (open && !socket.destroyed) socket.write(Buffer.concat([frameHead(opcode, payload.length), payload]));
  };
  const close = (code: number): void => {
    if (!open) return;
    frame(CLOSE, Buffer.of(code >> 8, code & 0xff));
    open = false;
    socket.end();
    ended();
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    if (open) over();
  });
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const parsed = readFrame(buffered);
      if (parsed === 'incomplete') return;
      if (parsed === 'refused') {
        socket.destroy();
        return;
      }
      buffered = buffered.subarray(parsed.length);
      if (parsed.opcode === CLOSE) close(1000);
      else if (parsed.opcode === PING) frame(PONG, parsed.payload);
      else if (parsed.opcode < CLOSE) {
        begun.push(parsed.payload);
        if (!parsed.last && begun.length > MAX_FRAMES) {
          socket.destroy();
          return;
        }
        if (!parsed.last) continue;
        const message = begun.length === 1 ? parsed.payload : Buffer.concat(begun);
        begun = [];
        received(message);
      }
    }
  });
  return {
    send: (message) => (typeof message === 'string' ? frame(TEXT, Buffer.from(message)) : frame(BINARY, message)),
    close,
    get open() {
      return open;
    },
  };
};

const frameHead = (opcode: number, length: number): Buffer => {
  if (length < 126) return Buffer.of(0x80 | opcode, length);
  if (length < 0x1_0000) return Buffer.of(0x80 | opcode, 126, length >> 8, length & 0xff);
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
};

interface Frame {
  readonly opcode: number;
  /** Of its message. */
  readonly last: boolean;
  readonly payload: Buffer;
  /** Of the whole frame, in bytes. */
  readonly length: number;
}

const readFrame = (bytes: Buffer): Frame | 'incomplete' | 'refused' => {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < 2) return 'incomplete';
  // Clients always mask what they send.
  if ((second & 0x80) === 0) return 'refused';
  let at = 2;
  let length = second & 0x7f;
  if (length === 126) {
    if (bytes.length < 4) return 'incomplete';
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return 'incomplete';
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (length > MAX_FRAME_BYTES) return 'refused';
  if (bytes.length < at + 4 + length) return 'incomplete';
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { opcode: first & 0x0f, last: (first & 0x80) !== 0, payload, length: at + 4 + length };
};
