/** The wire format of protobuf, as far as the API needs it: varints, 64-bit floats and length-delimited fields. */

export class TruncatedMessage extends Error {}

export interface WireReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly end: number;
}

export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
const wireGroup = 3;
const wireGroupEnd = 4;
export const wireFixed32 = 5;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function wireReader(bytes: Uint8Array, start = 0, end = bytes.length): WireReader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: start, end };
}

/** A signed 64-bit number; beyond 2^53 the nearest that JavaScript has. */
export function readVarint(reader: WireReader): number {
  let low = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = nextByte(reader);
    // The bytes from the 50th bit on may carry a sign: take them exactly.
    if (shift === 2 ** 49) return readLongVarint(reader, low, byte);
    low += (byte & 0x7f) * shift;
    if (byte < 0x80) return low;
  }
}

function readLongVarint(reader: WireReader, low: number, first: number): number {
  let value = BigInt(low);
  let byte = first;
  for (let shift = 49n; shift < 70n; shift += 7n) {
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    byte = nextByte(reader);
  }
  throw new TruncatedMessage('proto: integer overflow');
}

function nextByte(reader: WireReader): number {
  const byte = reader.at < reader.end ? reader.bytes[reader.at] : undefined;
  if (byte === undefined) throw new TruncatedMessage('unexpected EOF');
  reader.at++;
  return byte;
}

/** The part of a length-delimited field, over the same bytes. */
export function readPart(reader: WireReader): WireReader {
  const length = readVarint(reader);
  const start = reader.at;
  if (length < 0) throw new TruncatedMessage('proto: negative length found during unmarshaling');
  if (start + length > reader.end) throw new TruncatedMessage('unexpected EOF');
  reader.at = start + length;
  return { bytes: reader.bytes, view: reader.view, at: start, end: reader.at };
}

export const partBytes = (part: WireReader): Uint8Array => part.bytes.subarray(part.at, part.end);
export const partText = (part: WireReader): string => decoder.decode(partBytes(part));

export function readFloat64(reader: WireReader): number {
  if (reader.at + 8 > reader.end) throw new TruncatedMessage('unexpected EOF');
  const value = reader.view.getFloat64(reader.at, true);
  reader.at += 8;
  return value;
}

/** The tag of the next field of a message, as its generated decoder would take it. */
export function readTag(reader: WireReader, message: string): { readonly number: number; readonly wire: number } {
  const tag = readVarint(reader);
  const number = Math.floor(tag / 8) | 0;
  const wire = tag & 7;
  if (wire === wireGroupEnd) throw new TruncatedMessage(`proto: ${message}: wiretype end group for non-group`);
  if (number <= 0) throw new TruncatedMessage(`proto: ${message}: illegal tag ${number} (wire type ${tag})`);
  return { number, wire };
}

/** Passes over a field that nobody knows: a group with all that is in it. */
export function skipField(reader: WireReader, wire: number): void {
  let open = 0;
  for (let next = wire; ; next = readVarint(reader) & 7) {
    if (next === wireGroup) open++;
    else if (next === wireGroupEnd) open--;
    else skipValue(reader, next);
    if (open === 0) return;
  }
}

function skipValue(reader: WireReader, wire: number): void {
  switch (wire) {
    case wireVarint:
      readVarint(reader);
      return;
    case wireFixed64:
      readFloat64(reader);
      return;
    case wireBytes:
      readPart(reader);
      return;
    case wireFixed32:
      reader.at += 4;
      if (reader.at <= reader.end) return;
      throw new TruncatedMessage('unexpected EOF');
    default:
      throw new TruncatedMessage(`proto: illegal wireType ${wire}`);
  }
}

/** Bytes that grow. Messages inside messages are written in place and their length is put before them afterwards. */
export interface WireWriter {
  bytes: Uint8Array;
  length: number;
}

export const wireWriter = (): WireWriter => ({ bytes: new Uint8Array(1024), length: 0 });
export const writtenBytes = (writer: WireWriter): Uint8Array => writer.bytes.slice(0, writer.length);

function reserve(writer: WireWriter, count: number): void {
  if (writer.length + count <= writer.bytes.length) return;
  const larger = new Uint8Array(Math.max(writer.bytes.length * 2, writer.length + count));
  larger.set(writer.bytes.subarray(0, writer.length));
  writer.bytes = larger;
}

export function writeVarint(writer: WireWriter, value: number): void {
  reserve(writer, 10);
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) writer.bytes[writer.length++] = Number(rest & 0x7fn) | 0x80;
    writer.bytes[writer.length++] = Number(rest);
    return;
  }
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) writer.bytes[writer.length++] = (rest % 128) | 0x80;
  writer.bytes[writer.length++] = rest;
}

export function writeTag(writer: WireWriter, number: number, wire: number): void {
  writeVarint(writer, number * 8 + wire);
}

export function writeBytes(writer: WireWriter, number: number, bytes: Uint8Array): void {
  writeTag(writer, number, wireBytes);
  writeVarint(writer, bytes.length);
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

export function writeText(writer: WireWriter, number: number, text: string): void {
  writeBytes(writer, number, encoder.encode(text));
}

export function writeFloat64(writer: WireWriter, number: number, value: number): void {
  writeTag(writer, number, wireFixed64);
  reserve(writer, 8);
  new DataView(writer.bytes.buffer, writer.bytes.byteOffset).setFloat64(writer.length, value, true);
  writer.length += 8;
}

/** A field whose content `write` adds. */
export function writePart(writer: WireWriter, number: number, write: () => void): void {
  writeTag(writer, number, wireBytes);
  const start = writer.length;
  write();
  const length = writer.length - start;
  let prefix = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) prefix++;
  reserve(writer, prefix);
  writer.bytes.copyWithin(start + prefix, start, writer.length);
  writer.length = start;
  writeVarint(writer, length);
  writer.length = start + prefix + length;
}
