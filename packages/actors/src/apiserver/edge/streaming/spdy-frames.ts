/** Frames of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00 and its 3.1), as far as Kubernetes' remote commands and port forwarding use them. */
export type SpdyFrame =
  | { readonly type: 'data'; readonly stream: number; readonly data: Buffer; readonly last: boolean }
  | { readonly type: 'syn-stream'; readonly stream: number; readonly headers: Buffer; readonly last: boolean }
  | { readonly type: 'rst-stream'; readonly stream: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goaway' }
  /** Settings, window updates and replies: nothing to do. */
  | { readonly type: 'ignored' };

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;

const LAST = 0x01;
const HEAD = 8;
const VERSION = 0x8003;
/** RST_STREAM status codes. */
export const REFUSED_STREAM = 3;
export const CANCEL = 5;

/** A frame that claims to be longer is a client that is not one of ours: those send 32 kB at most. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** The first frame of `bytes` and how long it is; `incomplete` if there is more to come, `refused` if this is not SPDY/3. */
export const readSpdyFrame = (bytes: Buffer): { readonly frame: SpdyFrame; readonly length: number } | 'incomplete' | 'refused' => {
  if (bytes.length < HEAD) return 'incomplete';
  const size = bytes.readUIntBE(5, 3);
  if (size > MAX_FRAME_BYTES) return 'refused';
  const isControl = ((bytes[0] ?? 0) & 0x80) !== 0;
  if (isControl && bytes.readUInt16BE(0) !== VERSION) return 'refused';
  const length = HEAD + size;
  if (bytes.length < length) return 'incomplete';
  const last = ((bytes[4] ?? 0) & LAST) !== 0;
  const payload = bytes.subarray(HEAD, length);
  if (!isControl) return { frame: { type: 'data', stream: bytes.readUInt32BE(0), data: payload, last }, length };
  const frame = controlFrame(bytes.readUInt16BE(2), payload, last);
  return frame === undefined ? 'refused' : { frame, length };
};

const controlFrame = (type: number, payload: Buffer, last: boolean): SpdyFrame | undefined => {
  switch (type) {
    case SYN_STREAM:
      return payload.length < 10 ? undefined : { type: 'syn-stream', stream: payload.readUInt32BE(0) & 0x7fff_ffff, headers: payload.subarray(10), last };
    case RST_STREAM:
      return payload.length < 8 ? undefined : { type: 'rst-stream', stream: payload.readUInt32BE(0) & 0x7fff_ffff };
    case PING:
      return payload.length < 4 ? undefined : { type: 'ping', id: payload.readUInt32BE(0) };
    case GOAWAY:
      return { type: 'goaway' };
    default:
      return { type: 'ignored' };
  }
};

export const dataFrame = (stream: number, data: Uint8Array, last: boolean): Buffer => {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(data.length, 4);
  head[4] = last ? LAST : 0;
  return Buffer.concat([head, data]);
};

const control = (type: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(HEAD);
  head.writeUInt16BE(VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
};

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, at) => bytes.writeUInt32BE(number, 4 * at));
  return bytes;
};

export const synReplyFrame = (stream: number, headers: Uint8Array): Buffer => control(SYN_REPLY, Buffer.concat([words(stream), headers]));
export const rstStreamFrame = (stream: number, status: number): Buffer => control(RST_STREAM, words(stream, status));
export const pingFrame = (id: number): Buffer => control(PING, words(id));
