import { setAt } from '@naumachia/core';
import { encodeBase64 } from './base64.js';
import type { ApiType, MessagePart, ScalarName, ValueType } from './fields.js';
import { formatGoDuration } from './go-duration.js';
import { partBytes, partText, readFloat64, readPart, readTag, readVarint, skipField, wireBytes, wireFixed64, wireVarint, type WireReader, TruncatedMessage } from './protobuf-wire.js';

type Fields = Record<string, unknown>;

const numbered = new WeakMap<ApiType, ReadonlyMap<number, MessagePart>>();

function partsOf(type: ApiType): ReadonlyMap<number, MessagePart> {
  let parts = numbered.get(type);
  if (parts === undefined) {
    parts = new Map(type.message.map((part) => [part.number, part]));
    numbered.set(type, parts);
  }
  return parts;
}

/** The fields of a message by their JSON names; unknown ones are skipped, as gogo's decoders do. Zero values still stand in it. */
export function decodeMessage(type: ApiType, reader: WireReader, into: Fields = {}): Fields {
  const parts = partsOf(type);
  while (reader.at < reader.end) {
    const { number, wire } = readTag(reader, type.goName);
    const part = parts.get(number);
    if (part === undefined) {
      skipField(reader, wire);
      continue;
    }
    if (!fits(part, wire)) throw new TruncatedMessage(`proto: wrong wireType = ${wire} for field ${part.embedded === undefined ? goFieldName(part.field.name) : part.embedded.goName}`);
    if (part.embedded !== undefined) decodeMessage(part.embedded, readPart(reader), into);
    else decodeField(part.field.name, part.field.type, reader, wire, into);
  }
  return into;
}

/** Whether a field may come in this form: lists of numbers come one by one or packed. */
function fits({ embedded, field }: MessagePart, wire: number): boolean {
  if (embedded !== undefined) return wire === wireBytes;
  const { type } = field;
  if (type.kind === 'list' && isNumber(type.element)) return wire === wireVarint || wire === wireBytes;
  if (type.kind !== 'scalar') return wire === wireBytes;
  return wire === (isNumber(type) ? wireVarint : type.scalar === 'float64' ? wireFixed64 : wireBytes);
}

/** Abbreviations at the beginning of names, which Go writes in capitals. */
const ABBREVIATIONS = /^(uid|api|ip|url|dns|tty|gce|nfs|iscsi|rbd|fc|csi|aws|http|tcp|grpc|tls|fs|se|id|os|qos)(?=[A-Z]|$)/;

/** `podIP` -> `PodIP`, `apiVersion` -> `APIVersion`: the Go field of a JSON name. */
const goFieldName = (name: string): string => (name === 'metadata' ? 'ObjectMeta' : ABBREVIATIONS.test(name) ? name.replace(ABBREVIATIONS, (found) => found.toUpperCase()) : name.charAt(0).toUpperCase() + name.slice(1));

function decodeField(name: string, type: ValueType, reader: WireReader, wire: number, into: Fields): void {
  switch (type.kind) {
    case 'scalar':
      into[name] = decodeScalar(type.scalar, reader, wire);
      return;
    case 'struct':
      into[name] = decodeStruct(type.struct, readPart(reader));
      return;
    case 'map': {
      const entries = (into[name] ??= {}) as Fields;
      decodeEntry(type.element, readPart(reader), entries);
      return;
    }
    case 'list': {
      const list = (into[name] ??= []) as unknown[];
      if (type.wrapped) list.push(...decodeWrapped(readPart(reader)));
      else if (wire === wireBytes && isNumber(type.element)) decodePacked(readPart(reader), list);
      else list.push(decodeValue(type.element, reader, wire));
    }
  }
}

function decodeValue(type: ValueType, reader: WireReader, wire: number): unknown {
  switch (type.kind) {
    case 'scalar':
      return decodeScalar(type.scalar, reader, wire);
    case 'struct':
      return decodeStruct(type.struct, readPart(reader));
    case 'list':
      return decodeWrapped(readPart(reader));
    case 'map':
      throw new Error('protobuf has no map of maps');
  }
}

function decodeStruct(type: ApiType, reader: WireReader): unknown {
  return type.union === undefined ? decodeMessage(type, reader) : decodeUnion(type, type.union, reader);
}

const isNumber = (type: ValueType): boolean => type.scalar === 'int32' || type.scalar === 'int64' || type.scalar === 'bool';

function decodePacked(reader: WireReader, list: unknown[]): void {
  while (reader.at < reader.end) list.push(readVarint(reader));
}

/** A named list of strings: a message whose field 1 repeats. */
function decodeWrapped(reader: WireReader): string[] {
  const list: string[] = [];
  eachField(reader, (number, wire) => {
    if (number === 1 && wire === wireBytes) list.push(partText(readPart(reader)));
    else skipField(reader, wire);
  });
  return list;
}

function decodeEntry(element: ValueType, reader: WireReader, entries: Fields): void {
  let key = '';
  let value: unknown;
  eachField(reader, (number, wire) => {
    if (number === 1) key = partText(readPart(reader));
    else if (number === 2) value = decodeValue(element, reader, wire);
    else skipField(reader, wire);
  });
  setAt(entries, key, value ?? (element.scalar === 'string' ? '' : element.kind === 'struct' ? {} : null));
}

/** The three types of apiextensions that are a schema (field 1, or 2 of a bool) or something simpler. */
function decodeUnion(type: ApiType, union: NonNullable<ApiType['union']>, reader: WireReader): unknown {
  const schema = type.unionSchema;
  if (schema === undefined) throw new Error(`${type.name} has no schema type`);
  let found: unknown;
  const list: unknown[] = [];
  let allowed = false;
  eachField(reader, (number, wire) => {
    if (wire === wireVarint) allowed = readVarint(reader) !== 0;
    else if (number === (union === 'bool' ? 2 : 1)) found = decodeMessage(schema, readPart(reader));
    else if (union === 'array') list.push(decodeMessage(schema, readPart(reader)));
    else if (union === 'string-array') list.push(partText(readPart(reader)));
    else skipField(reader, wire);
  });
  return found ?? (union === 'bool' ? allowed : list);
}

function eachField(reader: WireReader, visit: (number: number, wire: number) => void): void {
  while (reader.at < reader.end) {
    const tag = readVarint(reader);
    visit(Math.floor(tag / 8), tag & 7);
  }
}

function decodeScalar(name: ScalarName, reader: WireReader, wire: number): unknown {
  if (wire === wireVarint) {
    const value = readVarint(reader);
    return name === 'bool' ? value !== 0 : value;
  }
  if (wire === wireFixed64) return readFloat64(reader);
  const part = readPart(reader);
  switch (name) {
    case 'bytes':
      return encodeBase64(partBytes(part));
    case 'Time':
    case 'MicroTime':
      return decodeTime(part, name === 'MicroTime');
    case 'Duration':
      return formatGoDuration(numbersOf(part)[0]);
    case 'Quantity':
      return textOf(part, 1) || '0';
    case 'IntOrString': {
      const at = part.at;
      const [kind, number] = numbersOf(part);
      return kind === 0 ? number : textOf(Object.assign({}, part, { at }), 3);
    }
    case 'FieldsV1':
      return textOf(part, 1);
    case 'RawExtension':
    case 'JSON':
      return jsonOf(textOf(part, 1));
    case 'string':
    case 'any':
      return partText(part);
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
      return null;
  }
}

/** An object that the sender encoded as something else than JSON cannot be shown. */
function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Fields 1 and 2 of a message of numbers. */
function numbersOf(reader: WireReader): [number, number] {
  const numbers: [number, number] = [0, 0];
  eachField(reader, (number, wire) => {
    if (wire === wireVarint && (number === 1 || number === 2)) numbers[number - 1 === 0 ? 0 : 1] = readVarint(reader);
    else skipField(reader, wire);
  });
  return numbers;
}

function textOf(reader: WireReader, wanted: number): string {
  let text = '';
  eachField(reader, (number, wire) => {
    if (wire === wireBytes && number === wanted) text = partText(readPart(reader));
    else skipField(reader, wire);
  });
  return text;
}

/** Of the years 0 and 9999, as Unix time. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** Seconds and nanoseconds; an empty message is Go's zero time, which JSON writes as null. */
function decodeTime(reader: WireReader, micro: boolean): string | null {
  if (reader.at === reader.end) return null;
  const [seconds, nanos] = numbersOf(reader);
  // Years that have not four digits cannot be written in RFC 3339.
  if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND)) throw new TruncatedMessage('Time.UnmarshalProtobuf: year outside of range [0,9999]');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`;
}
