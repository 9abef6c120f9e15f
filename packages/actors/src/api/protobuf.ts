import { kindType } from './fields.js';
import type { KubernetesObject } from './object.js';
import { decodeMessage } from './protobuf-decode.js';
import { encodeMessage } from './protobuf-encode.js';
import { TruncatedMessage, partText, readPart, readVarint, skipField, wireReader, wireWriter, writePart, writeText, writtenBytes, type WireReader } from './protobuf-wire.js';
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
  /** In the words of the real serializer. */
  | { readonly type: 'error'; readonly error: string };

/** Reads a body; the object is in table order, as `rebuild` gives it. */
export function readProtobuf(body: Uint8Array): ProtobufDocument {
  if (body.length === 0) return { type: 'error', error: 'empty data' };
  if (!protobufPrefix.every((byte, at) => body[at] === byte)) {
    return { type: 'error', error: `provided data does not appear to be a protobuf message, expected prefix [${protobufPrefix.join(' ')}]` };
  }
  if (body.length === protobufPrefix.length) return { type: 'error', error: 'empty body' };
  try {
    const { apiVersion, kind, raw } = readEnvelope(wireReader(body, protobufPrefix.length));
    const type = kindType(apiVersion, kind);
    if (type === undefined) return { type: 'unknown-kind', apiVersion, kind };
    const fields = { apiVersion, kind, ...(raw === undefined ? {} : decodeMessage(type, raw)) };
    return { type: 'object', apiVersion, kind, object: rebuild(type, fields).object };
  } catch (error) {
    if (error instanceof TruncatedMessage) return { type: 'error', error: error.message };
    throw error;
  }
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: WireReader | undefined;
}

/** runtime.Unknown: 1 TypeMeta { 1 apiVersion, 2 kind }, 2 raw, 3 contentEncoding, 4 contentType. */
function readEnvelope(reader: WireReader): Envelope {
  let apiVersion = '';
  let kind = '';
  let raw: WireReader | undefined;
  while (reader.at < reader.end) {
    const tag = readVarint(reader);
    if (tag === 0x12) raw = readPart(reader);
    else if (tag === 0x0a) {
      const meta = readPart(reader);
      while (meta.at < meta.end) {
        const inner = readVarint(meta);
        if (inner === 0x0a) apiVersion = partText(readPart(meta));
        else if (inner === 0x12) kind = partText(readPart(meta));
        else skipField(meta, inner & 7);
      }
    } else skipField(reader, tag & 7);
  }
  return { apiVersion, kind, raw };
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
