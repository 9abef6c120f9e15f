import { decodeBase64 } from './base64.js';
import type { ApiType, ScalarName, ValueType } from './fields.js';
import { parseGoDuration } from './go-duration.js';
import { wireVarint, writeBytes, writeFloat64, writePart, writeTag, writeText, writeVarint, type WireWriter } from './protobuf-wire.js';
import { parseTime } from './time-format.js';

type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/** Writes a message as gogo's encoders of Kubernetes do: ascending numbers, what is no pointer always, maps in the order of their keys. */
export function encodeMessage(writer: WireWriter, type: ApiType, fields: Fields): void {
  for (const { number, field, embedded } of type.message) {
    if (embedded !== undefined) {
      writePart(writer, number, () => encodeMessage(writer, embedded, fields));
      continue;
    }
    const value = fields[field.name] ?? undefined;
    if (value !== undefined) encodeValue(writer, number, field.type, value);
    else if (!field.pointer) encodeZero(writer, number, field.type);
  }
}

function encodeValue(writer: WireWriter, number: number, type: ValueType, value: unknown): void {
  switch (type.kind) {
    case 'scalar':
      encodeScalar(writer, number, type.scalar, value);
      return;
    case 'struct':
      writePart(writer, number, () => encodeStruct(writer, type.struct, value));
      return;
    case 'list': {
      const list = value as readonly unknown[];
      if (type.wrapped) writePart(writer, number, () => list.forEach((element) => encodeValue(writer, 1, type.element, element)));
      else for (const element of list) encodeValue(writer, number, type.element, element);
      return;
    }
    case 'map':
      for (const key of Object.keys(value as Fields).sort()) {
        writePart(writer, number, () => {
          writeText(writer, 1, key);
          encodeValue(writer, 2, type.element, (value as Fields)[key] ?? (type.element.kind === 'list' ? [] : ''));
        });
      }
  }
}

/** What gogo writes for a value that is not there: numbers and texts as zero, structs as empty messages of zeros, lists, maps and bytes not at all. */
function encodeZero(writer: WireWriter, number: number, type: ValueType): void {
  if (type.kind === 'struct') writePart(writer, number, () => encodeStruct(writer, type.struct, undefined));
  else if (type.kind === 'scalar' && type.scalar !== 'bytes') encodeScalar(writer, number, type.scalar, undefined);
}

function encodeStruct(writer: WireWriter, type: ApiType, value: unknown): void {
  if (type.union !== undefined) encodeUnion(writer, type, type.union, value);
  else encodeMessage(writer, type, (value ?? {}) as Fields);
}

function encodeUnion(writer: WireWriter, type: ApiType, union: NonNullable<ApiType['union']>, value: unknown): void {
  const schema = type.unionSchema;
  if (schema === undefined) throw new Error(`${type.name} has no schema type`);
  const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (union === 'bool') {
    writeTag(writer, 1, wireVarint);
    // A schema counts as allowed, as UnmarshalJSON of JSONSchemaPropsOrBool sets it.
    writeVarint(writer, isSchema || value === true ? 1 : 0);
  }
  if (isSchema) writePart(writer, union === 'bool' ? 2 : 1, () => encodeMessage(writer, schema, value as Fields));
  if (!Array.isArray(value)) return;
  for (const element of value as readonly unknown[]) {
    if (typeof element === 'string') writeText(writer, 2, element);
    else writePart(writer, 2, () => encodeMessage(writer, schema, element as Fields));
  }
}

function encodeScalar(writer: WireWriter, number: number, name: ScalarName, value: unknown): void {
  switch (name) {
    case 'string':
      writeText(writer, number, typeof value === 'string' ? value : '');
      return;
    case 'bool':
      writeTag(writer, number, wireVarint);
      writeVarint(writer, value === true ? 1 : 0);
      return;
    case 'int32':
    case 'int64':
      writeTag(writer, number, wireVarint);
      writeVarint(writer, typeof value === 'number' ? value : 0);
      return;
    case 'float64':
      writeFloat64(writer, number, typeof value === 'number' ? value : 0);
      return;
    case 'bytes':
      writeBytes(writer, number, decodeBase64(typeof value === 'string' ? value : ''));
      return;
    case 'Time':
    case 'MicroTime':
      writePart(writer, number, () => encodeTime(writer, value));
      return;
    case 'Duration':
      writePart(writer, number, () => writeNumber(writer, 1, typeof value === 'string' ? (parseGoDuration(value) ?? 0) : 0));
      return;
    case 'Quantity':
      writePart(writer, number, () => writeText(writer, 1, typeof value === 'string' ? value : '0'));
      return;
    case 'IntOrString':
      writePart(writer, number, () => {
        writeNumber(writer, 1, typeof value === 'string' ? 1 : 0);
        writeNumber(writer, 2, typeof value === 'number' ? value : 0);
        writeText(writer, 3, typeof value === 'string' ? value : '');
      });
      return;
    case 'FieldsV1':
      writePart(writer, number, () => writeBytes(writer, 1, encoder.encode(typeof value === 'string' ? value : JSON.stringify(value))));
      return;
    case 'RawExtension':
    case 'JSON':
    case 'any':
      writePart(writer, number, () => {
        if (value !== undefined && value !== null) writeText(writer, 1, JSON.stringify(value));
      });
  }
}

function writeNumber(writer: WireWriter, number: number, value: number): void {
  writeTag(writer, number, wireVarint);
  writeVarint(writer, value);
}

function encodeTime(writer: WireWriter, value: unknown): void {
  const instant = typeof value === 'string' ? parseTime(value) : undefined;
  if (instant === undefined || typeof value !== 'string') return;
  writeNumber(writer, 1, Math.floor(instant / 1000));
  const fraction = /\.(\d{6})/.exec(value)?.[1] ?? '0';
  writeNumber(writer, 2, Number(fraction) * 1000);
}
