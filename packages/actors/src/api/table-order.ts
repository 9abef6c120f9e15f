import type { ApiField, ApiType, ScalarName, ValueType } from './fields.js';
import type { KubernetesObject } from './object.js';
import { readQuantity } from './quantity.js';
import { canonicalMicroTime, canonicalTime } from './time-format.js';

/**
 * Rebuilds objects as Go's structs would carry them: fields in the order of the tables, unknown ones dropped, zero values left out or
 * written as the encoder of the real server does, quantities and times in canonical form. Every object that enters the cluster passes
 * through here, so that those of a kind have few shapes and the codec's structures fit.
 */

export interface Rebuilt {
  readonly object: KubernetesObject;
  /** False if something was dropped that is no field, or has the wrong type: `decode-report.ts` says what. */
  readonly clean: boolean;
}

let clean = true;

/** The object in table order. Maps and untyped parts are shared with `input`, which must not change afterwards. */
export function rebuild(type: ApiType, input: unknown): Rebuilt {
  clean = true;
  const object = structOf(type, input) as KubernetesObject;
  return { object, clean };
}

/** A part of an object in table order, as `rebuild`: `rebuildPart(apiType('core.v1.PodSpec'), spec)`. */
export function rebuildPart(type: ApiType, input: unknown): { readonly value: unknown; readonly clean: boolean } {
  clean = true;
  const value = structOf(type, input);
  return { value, clean };
}

/** Lists and maps that were given without elements. A symbol: it is copied along with a struct, and neither stored nor compared. */
const GIVEN_EMPTY = Symbol('given empty');
interface Emptied {
  [GIVEN_EMPTY]?: readonly string[];
}

/** Whether a list or map that is absent from a struct was given as `[]` or `{}`: the store keeps no difference, messages about what was sent do. */
export const wasGivenEmpty = (struct: object | undefined, field: string): boolean => (struct as Emptied | undefined)?.[GIVEN_EMPTY]?.includes(field) === true;

const isEmptyCollection = (type: ValueType, given: unknown): boolean =>
  type.kind === 'list' ? Array.isArray(given) && given.length === 0 : type.kind === 'map' && isObject(given) && Object.keys(given).length === 0;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const noFields: Readonly<Record<string, unknown>> = {};

function structOf(type: ApiType, value: unknown): unknown {
  if (type.unionSchema !== undefined) return unionOf(type.unionSchema, value);
  let input = noFields;
  if (isObject(value)) input = value;
  else if (value !== undefined && value !== null) clean = false;
  const out: Record<string, unknown> = {};
  const { fields } = type;
  let known = 0;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as ApiField;
    const given = input[field.name];
    if (given === undefined) {
      if (field.absent !== 'omitted') out[field.name] = field.absent === 'zero' ? field.zero : structOf(field.type.struct as ApiType, undefined);
      continue;
    }
    known++;
    const read = valueOf(field, given);
    if (read !== undefined) out[field.name] = read;
    else if (isEmptyCollection(field.type, given)) (out as Emptied)[GIVEN_EMPTY] = [...((out as Emptied)[GIVEN_EMPTY] ?? []), field.name];
  }
  if (clean) for (const key in input) if (--known < 0 || input[key] === undefined) clean = isKnown(type, input);
  return out;
}

/** A schema, a list of schemas, or something simpler. Go reads them by a decoder of their own, which reports nothing. */
function unionOf(schema: ApiType, value: unknown): unknown {
  const before = clean;
  const rebuilt: unknown = Array.isArray(value) ? value.map((element: unknown) => (isObject(element) ? structOf(schema, element) : element)) : isObject(value) ? structOf(schema, value) : value ?? null;
  clean = before;
  return rebuilt;
}

/** The rare way: an undefined value counts as absent. */
function isKnown(type: ApiType, input: Readonly<Record<string, unknown>>): boolean {
  for (const key in input) if (input[key] !== undefined && !type.field.has(key)) return false;
  return true;
}

/** What is written for a field that was given; undefined to leave it out. */
function valueOf(field: ApiField, given: unknown): unknown {
  const { type } = field;
  if (given !== null) {
    const value = readValue(type, given);
    if (value === undefined) return absentValue(field);
    if (field.pointer || type.kind === 'struct' || field.omit !== 'empty') return value;
    // omitempty: zero numbers, false and empty texts are dropped; structs with a form of their own never are.
    return value === '' || value === false || (value === 0 && type.scalar !== 'IntOrString') ? undefined : value;
  }
  return absentValue(field);
}

function absentValue(field: ApiField): unknown {
  return field.absent === 'omitted' ? undefined : field.absent === 'zero' ? field.zero : structOf(field.type.struct as ApiType, undefined);
}

/** Undefined for what reads as nothing: wrong types, and lists and maps without elements (the store keeps no difference to absent ones). */
function readValue(type: ValueType, given: unknown): unknown {
  switch (type.kind) {
    case 'scalar':
      return scalarOf(type.scalar, given);
    case 'struct':
      return structOf(type.struct, given);
    case 'list':
      return listOf(type.element, given);
    case 'map':
      return mapOf(type.element, given);
  }
}

function listOf(element: ValueType, given: unknown): unknown {
  if (!Array.isArray(given)) {
    clean = false;
    return undefined;
  }
  if (given.length === 0) return undefined;
  const out: unknown[] = [];
  for (let i = 0; i < given.length; i++) {
    const value: unknown = given[i];
    out.push(element.kind === 'struct' ? structOf(element.struct, value) : (value === null ? undefined : readValue(element, value)) ?? zeroOf(element));
  }
  return out;
}

function mapOf(element: ValueType, given: unknown): unknown {
  if (!isObject(given)) {
    clean = false;
    return undefined;
  }
  let entries = 0;
  let rebuilt: Record<string, unknown> | undefined;
  for (const key in given) {
    entries++;
    const value = given[key];
    if (element.scalar === 'string' && typeof value === 'string') continue;
    const read = (value === null ? undefined : readValue(element, value)) ?? zeroOf(element);
    if (read === value) continue;
    rebuilt ??= { ...given };
    rebuilt[key] = read;
  }
  return entries === 0 ? undefined : rebuilt ?? given;
}

function zeroOf(element: ValueType): unknown {
  switch (element.kind) {
    case 'struct':
      return structOf(element.struct, undefined);
    case 'scalar':
      return scalarZeros[element.scalar];
    case 'list':
    case 'map':
      return null;
  }
}

const scalarZeros: Readonly<Record<ScalarName, unknown>> = {
  string: '', bool: false, int32: 0, int64: 0, float64: 0, bytes: null, any: null,
  Time: null, MicroTime: null, Duration: '0s', Quantity: '0', IntOrString: 0, JSON: null, RawExtension: null, FieldsV1: null,
};

/** The scalar in canonical form, or undefined (and the object is not clean) if it is not of its type. */
export function scalarOf(name: ScalarName, given: unknown): unknown {
  switch (name) {
    case 'string':
    case 'Duration':
      if (typeof given === 'string') return given;
      break;
    case 'bool':
      if (typeof given === 'boolean') return given;
      break;
    case 'int32':
      if (typeof given === 'number' && (given | 0) === given) return given;
      break;
    case 'int64':
      if (typeof given === 'number' && Number.isInteger(given)) return given;
      break;
    case 'float64':
      if (typeof given === 'number') return given;
      break;
    case 'IntOrString':
      if (typeof given === 'string' || (typeof given === 'number' && (given | 0) === given)) return given;
      break;
    case 'Quantity':
      if (typeof given === 'string' || typeof given === 'number') {
        const read = readQuantity(typeof given === 'string' ? given : String(given));
        if ('text' in read) return read.text;
      }
      break;
    case 'Time':
    case 'MicroTime':
      if (typeof given === 'string') {
        const text = name === 'Time' ? canonicalTime(given) : canonicalMicroTime(given);
        if (text !== undefined) return text;
      }
      break;
    case 'bytes':
      if (typeof given === 'string' && isBase64(given)) return given === '' ? undefined : given;
      break;
    case 'FieldsV1':
      return typeof given === 'string' ? given : JSON.stringify(given);
    case 'RawExtension':
    case 'JSON':
    case 'any':
      return given;
  }
  clean = false;
  return undefined;
}

/** Letters, digits, `+` and `/` in groups of four, padded; a line break would need to be taken out first, as Go does. */
export function isBase64(text: string): boolean {
  const { length } = text;
  if (length % 4 !== 0) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  for (let i = 0; i < length - padding; i++) {
    const c = text.charCodeAt(i);
    const letter = c | 0x20;
    if (!((letter >= 0x61 && letter <= 0x7a) || (c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2f)) return false;
  }
  return true;
}
