import { constants, createInflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.js';

/** Header names are in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** Reads the header blocks of one connection: they are one compressed stream, so each is read after the one before it. */
export interface HeaderReader {
  /** Rejects for what is not a header block. */
  read(block: Buffer): Promise<SpdyHeaders>;
  close(): void;
}

/** What one header block may hold; a block that inflates to more never ends, and neither does its reader's memory grow. */
const MAX_HEADER_BYTES = 64 * 1024;

export const headerReader = (): HeaderReader => {
  const inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH, readableHighWaterMark: MAX_HEADER_BYTES } as Parameters<typeof createInflate>[0]);
  return {
    read: (block) =>
      new Promise((resolve, reject) => {
        inflate.once('error', reject);
        inflate.write(block, () => {
          inflate.off('error', reject);
          const bytes = inflate.read() as Buffer | null;
          const headers = bytes === null ? undefined : parseHeaders(bytes);
          if (headers === undefined) reject(new Error('not a SPDY header block'));
          else resolve(headers);
        });
      }),
    close: () => inflate.destroy(),
  };
};

/** A count, then names and values with their lengths before them. */
const parseHeaders = (bytes: Buffer): SpdyHeaders | undefined => {
  let at = 0;
  const number = (): number => {
    if (at + 4 > bytes.length) return -1;
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (): string | undefined => {
    const length = number();
    if (length < 0 || at + length > bytes.length) return undefined;
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left !== 0; left--) {
    const name = text();
    const value = text();
    if (left < 0 || name === undefined || value === undefined) return undefined;
    headers.set(name.toLowerCase(), value);
  }
  return headers;
};

/** RFC 1950: deflate, a preset dictionary, and its Adler-32. */
const ZLIB_HEAD = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);

/** A stored block of four zero bytes (no headers), and an empty one: only that makes Go's reader hand out what it has. */
const NO_HEADERS = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** Empty header blocks, as replies to streams have: stored, not compressed, as the format allows. `first`: of the connection. */
export const emptyHeaders = (first: boolean): Buffer => (first ? Buffer.concat([ZLIB_HEAD, NO_HEADERS]) : NO_HEADERS);
