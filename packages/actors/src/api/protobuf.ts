import { kindType } from './fields.js';
import type { KubernetesObject } from './object.js';
import { decodeMessage } from './protobuf-decode.js';
import { encodeMessage } from './protobuf-encode.js';
import { TruncatedMessage, partText, readPart, readTag, skipField, wireBytes, wireReader, wireWriter, writePart, writeText, writtenBytes, type WireReader } from './protobuf-wire.js';
import { rebuild } from './table-order.js';

/**
 * `application/vnd.kubernetes.protobuf`: the bytes `k8s\0` and a runtime.Unknown that names the kind and carries the message.
 * kubectl >= 1.32 posts typed objects so, and takes a refusal (415) for a failure.
 */

export const protobufPrefix: Uint8Array = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

export type ProtobufDocument =
  | { readonly type: 'object'; readonly apiVersion: string; readonly kind: string; readonly object: KubernetesObject }
  /** The message says what it is, but no such kind is served. */
  | { readonly type: 'unknown-kind'; readonly apiVersion: string; readonly kind: string }
  /** The message of a kind that is served cannot be read. */
  | { readonly type: 'malformed'; readonly apiVersion: string; readonly kind: string; readonly error: string }
  /** Nor can it be said what it is. In the words of the real serializer. */
  | { readonly type: 'error'; readonly error: string };

/** Reads a body; the object is in table order, as `rebuild` gives it. What it does not say of its kind is taken for what is `wanted`. */
export function readProtobuf(body: Uint8Array, wanted?: { readonly apiVersion: string; readonly kind: string }): ProtobufDocument {
  if (body.length === 0) return { type: 'error', error: 'empty data' };
  if (!protobufPrefix.every((byte, at) => body[at] === byte)) {
    return { type: 'error', error: `provided data does not appear to be a protobuf message, expected prefix [${protobufPrefix.join(' ')}]` };
  }
  if (body.length === protobufPrefix.length) return { type: 'error', error: 'empty body' };
  let envelope: Envelope | undefined;
  try {
    const said = readEnvelope(wireReader(body, protobufPrefix.length));
    envelope = wanted === undefined ? said : Object.assign({}, said, { apiVersion: said.apiVersion || wanted.apiVersion, kind: said.kind || wanted.kind });
    const { apiVersion, kind, raw } = envelope;
    const type = kindType(apiVersion, kind);
    if (type === undefined) return { type: 'unknown-kind', apiVersion, kind };
    const fields = { apiVersion, kind, ...(raw === undefined ? {} : decodeMessage(type, raw)) };
    return { type: 'object', apiVersion, kind, object: rebuild(type, fields).object };
  } catch (error) {
    if (!(error instanceof TruncatedMessage)) throw error;
    return envelope === undefined ? { type: 'error', error: error.message } : { type: 'malformed', apiVersion: envelope.apiVersion, kind: envelope.kind, error: error.message };
  }
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: WireReader | undefined;
}

/** runtime.Unknown: 1 TypeMeta { 1 apiVersion, 2 kind }, 2 raw, 3 contentEncoding, 4 contentType. */
function readEnvelope(reader: WireReader): Envelope {
  let said = { apiVersion: '', kind: '' };
  let raw: WireReader | undefined;
  eachBytesField(reader, 'Unknown', ENVELOPE, (field) => {
    const part = readPart(reader);
    if (field === 'TypeMeta') said = readTypeMeta(part, said);
    else if (field === 'Raw') raw = part;
  });
  return { ...said, raw };
}

const readTypeMeta = (reader: WireReader, said: { readonly apiVersion: string; readonly kind: string }): { readonly apiVersion: string; readonly kind: string } => {
  let { apiVersion, kind } = said;
  eachBytesField(reader, 'TypeMeta', TYPE_META, (field) => {
    const text = partText(readPart(reader));
    if (field === 'Kind') kind = text;
    else apiVersion = text;
  });
  return { apiVersion, kind };
};

/** Go names of the fields, by number. */
const ENVELOPE = ['', 'TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'];
const TYPE_META = ['', 'APIVersion', 'Kind'];

function eachBytesField(reader: WireReader, message: string, names: readonly string[], visit: (field: string) => void): void {
  while (reader.at < reader.end) {
    const { number, wire } = readTag(reader, message);
    const field = names[number];
    if (field === undefined) skipField(reader, wire);
    else if (wire === wireBytes) visit(field);
    else throw new TruncatedMessage(`proto: wrong wireType = ${wire} for field ${field}`);
  }
}

/** The body for an object of a built-in kind, byte for byte as the real server writes it; undefined where the kind has no protobuf form. */
export function writeProtobuf(object: { readonly apiVersion: string; readonly kind: string }): Uint8Array | undefined {
  const type = kindType(object.apiVersion, object.kind);
  if (type === undefined || type.message.length === 0) return undefined;
  const writer = wireWriter();
  writer.bytes.set(protobufPrefix);
  writer.length = protobufPrefix.length;
  writePart(writer, 1, () => {
    writeText(writer, 1, object.apiVersion);
    writeText(writer, 2, object.kind);
  });
  writePart(writer, 2, () => encodeMessage(writer, type, object));
  writeText(writer, 3, '');
  writeText(writer, 4, '');
  return writtenBytes(writer);
}
