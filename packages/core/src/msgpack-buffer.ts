import { copyBytes } from './copy-bytes.js';
import { ENCODED_EXTENSION } from './encoded.js';

const INITIAL_BYTES = 1 << 16;
/** A buffer that a large message made grow beyond this is not kept. */
const KEPT_BYTES = 8 << 20;
/** Shorter strings are written by a loop, others by Node: reading strings that are pieced together unit by unit is slow. */
const SHORT_STRING = 24;

/** What `Buffer.write` calls, without its reading of arguments; msgpackr calls it too. */
type WritableBuffer = Buffer & { utf8Write(text: string, at: number): number };

/** The plain parts of msgpack, as msgpackr writes them, in one buffer that is used again and again. */
export class MsgpackBuffer {
  protected bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES) as WritableBuffer;
  #view = viewOf(this.bytes);
  protected at = 0;

  protected begin(): void {
    if (this.bytes.length > KEPT_BYTES) {
      this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES) as WritableBuffer;
      this.#view = viewOf(this.bytes);
    }
    this.at = 0;
  }

  /** Not a Buffer, whose `slice` would not copy. */
  protected written(): Uint8Array {
    return new Uint8Array(this.bytes.buffer, 0, this.at);
  }

  protected arrayHead(length: number): void {
    this.room(5);
    const bytes = this.bytes;
    if (length < 0x10) bytes[this.at++] = 0x90 | length;
    else if (length < 0x10000) {
      bytes[this.at++] = 0xdc;
      bytes[this.at++] = length >> 8;
      bytes[this.at++] = length;
    } else {
      bytes[this.at++] = 0xdd;
      this.#view.setUint32(this.at, length);
      this.at += 4;
    }
  }

  protected encoded(wire: Uint8Array): void {
    const { length } = wire;
    this.room(6 + length);
    const bytes = this.bytes;
    switch (length) {
      case 4:
      case 8:
      case 16:
        bytes[this.at++] = length === 4 ? 0xd6 : length === 8 ? 0xd7 : 0xd8;
        break;
      default:
        if (length < 0x100) {
          bytes[this.at++] = 0xc7;
          bytes[this.at++] = length;
        } else if (length < 0x10000) {
          bytes[this.at++] = 0xc8;
          bytes[this.at++] = length >> 8;
          bytes[this.at++] = length;
        } else {
          bytes[this.at++] = 0xc9;
          this.#view.setUint32(this.at, length);
          this.at += 4;
        }
    }
    bytes[this.at++] = ENCODED_EXTENSION;
    copyBytes(wire, bytes, this.at);
    this.at += length;
  }

  protected binary(value: Uint8Array): void {
    const { length } = value;
    this.room(5 + length);
    const bytes = this.bytes;
    if (length < 0x100) {
      bytes[this.at++] = 0xc4;
      bytes[this.at++] = length;
    } else if (length < 0x10000) {
      bytes[this.at++] = 0xc5;
      bytes[this.at++] = length >> 8;
      bytes[this.at++] = length;
    } else {
      bytes[this.at++] = 0xc6;
      this.#view.setUint32(this.at, length);
      this.at += 4;
    }
    copyBytes(value, bytes, this.at);
    this.at += length;
  }

  protected number(value: number): void {
    this.room(9);
    const bytes = this.bytes;
    if (value >>> 0 === value) {
      if (value < 0x40) bytes[this.at++] = value;
      else if (value < 0x100) {
        bytes[this.at++] = 0xcc;
        bytes[this.at++] = value;
      } else if (value < 0x10000) {
        bytes[this.at++] = 0xcd;
        bytes[this.at++] = value >> 8;
        bytes[this.at++] = value;
      } else {
        bytes[this.at++] = 0xce;
        this.#view.setUint32(this.at, value);
        this.at += 4;
      }
    } else if (value >> 0 === value) {
      if (value >= -0x20) bytes[this.at++] = 0x100 + value;
      else if (value >= -0x80) {
        bytes[this.at++] = 0xd0;
        bytes[this.at++] = value + 0x100;
      } else if (value >= -0x8000) {
        bytes[this.at++] = 0xd1;
        this.#view.setInt16(this.at, value);
        this.at += 2;
      } else {
        bytes[this.at++] = 0xd2;
        this.#view.setInt32(this.at, value);
        this.at += 4;
      }
    } else {
      bytes[this.at++] = 0xcb;
      this.#view.setFloat64(this.at, value);
      this.at += 8;
    }
  }

  protected string(value: string): void {
    const { length } = value;
    this.room(5 + length * 3);
    if (length >= SHORT_STRING) return this.text(value);
    const bytes = this.bytes;
    let at = this.at + 1;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return this.text(value);
      bytes[at++] = unit;
    }
    bytes[this.at] = 0xa0 | length;
    this.at = at;
  }

  /** A string that is long or not ASCII; there is room for it. */
  protected text(value: string): void {
    const units = value.length;
    const bytes = this.bytes;
    // The place is guessed from the number of UTF-16 units, as msgpackr does, and mended if there are more bytes.
    const guess = units < 0x20 ? 1 : units < 0x100 ? 2 : units < 0x10000 ? 3 : 5;
    const length = bytes.utf8Write(value, this.at + guess);
    const head = length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
    if (head !== guess) bytes.copyWithin(this.at + head, this.at + guess, this.at + guess + length);
    if (head === 1) bytes[this.at] = 0xa0 | length;
    else if (head === 2) {
      bytes[this.at] = 0xd9;
      bytes[this.at + 1] = length;
    } else if (head === 3) {
      bytes[this.at] = 0xda;
      bytes[this.at + 1] = length >> 8;
      bytes[this.at + 2] = length;
    } else {
      bytes[this.at] = 0xdb;
      this.#view.setUint32(this.at + 1, length);
    }
    this.at += head + length;
  }

  protected room(bytes: number): void {
    if (this.at + bytes > this.bytes.length) this.grow(bytes);
  }

  protected grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + bytes)) as WritableBuffer;
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
