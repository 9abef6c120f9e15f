import { constants, createDeflate } from 'node:zlib';
import { SPDY_DICTIONARY } from '../streaming/spdy-dictionary.js';
import type { ByteChannel } from '../streaming/spdy-connection.js';

/** What a server sent on one stream. */
export interface HeardStream {
  replied: boolean;
  refused: boolean;
  ended: boolean;
  data: string;
}

/** The client's side of SPDY/3.1 for tests: writes frames as moby/spdystream does, and takes apart what comes back. */
export class SpdyClient implements ByteChannel {
  readonly heard = new Map<number, HeardStream>();
  readonly pings: number[] = [];
  closed = false;
  private readonly deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH } as Parameters<typeof createDeflate>[0]);
  private bytes = Buffer.alloc(0);

  send(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    while (this.bytes.length >= 8 && this.bytes.length >= 8 + this.bytes.readUIntBE(5, 3)) {
      const length = 8 + this.bytes.readUIntBE(5, 3);
      this.take(this.bytes.subarray(0, length));
      this.bytes = this.bytes.subarray(length);
    }
  }

  close(): void {
    this.closed = true;
  }

  stream(id: number): HeardStream {
    const known = this.heard.get(id) ?? { replied: false, refused: false, ended: false, data: '' };
    this.heard.set(id, known);
    return known;
  }

  /** The frame that opens a stream. */
  async open(id: number, headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const parts: Buffer[] = [word(Object.keys(headers).length)];
    for (const [name, value] of Object.entries(headers)) parts.push(word(name.length), Buffer.from(name), word(value.length), Buffer.from(value));
    const block = await new Promise<Buffer>((resolve) => this.deflate.write(Buffer.concat(parts), () => resolve(this.deflate.read() as Buffer)));
    return control(1, Buffer.concat([word(id), word(0), Buffer.alloc(2), block]));
  }

  private take(frame: Buffer): void {
    const last = (frame[4] ?? 0) === 1;
    if ((frame[0] ?? 0) < 0x80) {
      const stream = this.stream(frame.readUInt32BE(0));
      stream.data += frame.subarray(8).toString();
      stream.ended ||= last;
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case 2:
        this.stream(frame.readUInt32BE(8)).replied = true;
        return;
      case 3:
        this.stream(frame.readUInt32BE(8)).refused = true;
        return;
      case 6:
        this.pings.push(frame.readUInt32BE(8));
    }
  }
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
};

export const control = (type: number, payload: Buffer): Buffer => Buffer.concat([Buffer.of(0x80, 3, 0, type), word(payload.length), payload]);
export const data = (id: number, text: string, last = false): Buffer => Buffer.concat([word(id), Buffer.of(last ? 1 : 0), word(text.length).subarray(1), Buffer.from(text)]);
export const ping = (id: number): Buffer => control(6, word(id));
