import type { ApiType, ScalarName, ValueType } from './fields.js';
import { goQuote } from './go-text.js';
import { elementName, goTypeName } from './go-type-name.js';
import { readQuantity } from './quantity.js';
import { isBase64 } from './table-order.js';
import { canonicalMicroTime, canonicalTime, timeError } from './time-format.js';

/**
 * Says what a strict decoder of the real server would say of an object, in the order of the document. Only objects that `rebuild` did not
 * find clean, or whose text had duplicate keys, come here: it may be slow.
 */

/** Keys that a JSON text gave more than once, by the object that holds them: `after` of its keys stood before the repetition. */
export type DuplicateKeys = ReadonlyMap<object, readonly { readonly key: string; readonly after: number }[]>;

export interface DecodeReport {
  /** `unknown field "spec.nope"`, `duplicate field "data.a"`: warnings, or refusals if the client asks for strict validation. */
  readonly strict: readonly string[];
  /** The error that no setting forgives, if there is one: a value of the wrong type. */
  readonly error: string | undefined;
}

interface Walk {
  readonly strict: string[];
  readonly duplicates: DuplicateKeys | undefined;
  /** JSON names from the root, without indices: what Go's type errors show. */
  readonly fields: string[];
  /** Go name of the struct whose field is read. */
  struct: string;
  error: string | undefined;
}

/** Errors of types with a decoder of their own end the decoding at once, and win over what was found before. */
class DecodingEnded extends Error {}

export function reportDecoding(type: ApiType, input: unknown, duplicates?: DuplicateKeys): DecodeReport {
  const walk: Walk = { strict: [], duplicates, fields: [], struct: type.goName, error: undefined };
  try {
    walkStruct(walk, type, input, '');
  } catch (ended) {
    if (!(ended instanceof DecodingEnded)) throw ended;
    return { strict: walk.strict, error: ended.message };
  }
  return { strict: walk.strict, error: walk.error };
}

function walkStruct(walk: Walk, type: ApiType, value: unknown, path: string): void {
  if (value === null || value === undefined || type.union !== undefined) return;
  if (typeof value !== 'object' || Array.isArray(value)) {
    saveTypeError(walk, value, type.goType);
    return;
  }
  const outer = walk.struct;
  eachKey(walk, value, path, (key, given, at) => {
    const field = type.field.get(key);
    if (field === undefined) {
      walk.strict.push(`unknown field ${goQuote(at)}`);
      return;
    }
    walk.struct = type.goName;
    walk.fields.push(...field.within, key);
    walkValue(walk, field.type, given, at, () => goTypeName(type.name, key));
    walk.fields.length -= field.within.length + 1;
    walk.struct = outer;
  });
}

function eachKey(walk: Walk, value: object, path: string, visit: (key: string, given: unknown, at: string) => void): void {
  const repeated = walk.duplicates?.get(value) ?? [];
  let count = 0;
  let reported = 0;
  const reportUpTo = (limit: number): void => {
    for (let next = repeated[reported]; next !== undefined && next.after <= limit; next = repeated[++reported]) {
      walk.strict.push(`duplicate field ${goQuote(path === '' ? next.key : `${path}.${next.key}`)}`);
    }
  };
  for (const [key, given] of Object.entries(value)) {
    reportUpTo(count);
    visit(key, given, path === '' ? key : `${path}.${key}`);
    count++;
  }
  reportUpTo(Infinity);
}

/** `named` gives Go's own name of the type, if it has one. */
function walkValue(walk: Walk, type: ValueType, value: unknown, path: string, named: () => string | undefined): void {
  if (value === null || value === undefined) return;
  switch (type.kind) {
    case 'struct':
      walkStruct(walk, type.struct, value, path);
      return;
    case 'list':
      if (!Array.isArray(value)) saveTypeError(walk, value, named() ?? goTypeOf(type));
      else value.forEach((element, index) => walkValue(walk, type.element, element, `${path}[${index}]`, () => elementName(named())));
      return;
    case 'map':
      if (typeof value !== 'object' || Array.isArray(value)) saveTypeError(walk, value, named() ?? goTypeOf(type));
      else eachKey(walk, value, path, (_key, given, at) => walkValue(walk, type.element, given, at, () => elementName(named())));
      return;
    case 'scalar':
      walkScalar(walk, type.scalar, value, named);
  }
}

function walkScalar(walk: Walk, name: ScalarName, value: unknown, named: () => string | undefined): void {
  switch (name) {
    case 'string':
      if (typeof value !== 'string') saveTypeError(walk, value, named() ?? 'string');
      return;
    case 'bool':
      if (typeof value !== 'boolean') saveTypeError(walk, value, 'bool');
      return;
    case 'int32':
    case 'int64':
    case 'float64':
      walkNumber(walk, name, value);
      return;
    case 'bytes':
      if (typeof value !== 'string') saveTypeError(walk, value, '[]uint8');
      else if (!isBase64(value)) walk.error ??= `illegal base64 data at input byte ${badBase64At(value)}`;
      return;
    case 'Quantity':
      refuseQuantity(value);
      return;
    case 'Time':
    case 'MicroTime':
      refuseTime(name, value);
      return;
    case 'Duration':
      if (typeof value !== 'string') throw new DecodingEnded(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
      return;
    case 'IntOrString':
      if (typeof value === 'string' || (typeof value === 'number' && (value | 0) === value)) return;
      throw new DecodingEnded(`json: cannot unmarshal ${shownNumber(value)} into Go value of type int32`);
    case 'FieldsV1':
    case 'RawExtension':
    case 'JSON':
    case 'any':
  }
}

function walkNumber(walk: Walk, name: 'int32' | 'int64' | 'float64', value: unknown): void {
  if (typeof value !== 'number') saveTypeError(walk, value, name);
  else if (name !== 'float64' && (!Number.isInteger(value) || (name === 'int32' && (value | 0) !== value))) saveTypeError(walk, value, name, shownNumber(value));
}

function refuseQuantity(value: unknown): void {
  const read = readQuantity(typeof value === 'string' || typeof value === 'number' ? String(value) : '?');
  if ('error' in read) throw new DecodingEnded(read.error);
}

/** What the decoder of such a type says of a value, where it is one with a decoder of its own. */
export function customError(name: ScalarName, value: unknown): string | undefined {
  const walk: Walk = { strict: [], duplicates: undefined, fields: [], struct: '', error: undefined };
  try {
    walkScalar(walk, name, value, () => undefined);
  } catch (ended) {
    if (ended instanceof DecodingEnded) return ended.message;
    throw ended;
  }
  return undefined;
}

function refuseTime(name: 'Time' | 'MicroTime', value: unknown): void {
  if (typeof value !== 'string') throw new DecodingEnded(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
  const micro = name === 'MicroTime';
  if ((micro ? canonicalMicroTime(value) : canonicalTime(value)) === undefined) throw new DecodingEnded(timeError(value, micro));
}

function saveTypeError(walk: Walk, value: unknown, goType: string, kind = jsonKind(value)): void {
  walk.error ??= `json: cannot unmarshal ${kind} into Go struct field ${walk.struct}.${walk.fields.join('.')} of type ${goType}`;
}

/** How Go's errors name the type of a JSON value. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const shownNumber = (value: unknown): string => (typeof value === 'number' ? `number ${value}` : jsonKind(value));

const goScalars: Readonly<Record<ScalarName, string>> = {
  string: 'string', bool: 'bool', int32: 'int32', int64: 'int64', float64: 'float64', bytes: '[]uint8', Time: 'v1.Time', MicroTime: 'v1.MicroTime',
  Duration: 'v1.Duration', Quantity: 'resource.Quantity', IntOrString: 'intstr.IntOrString', JSON: 'v1.JSON', any: 'interface {}', RawExtension: 'runtime.RawExtension', FieldsV1: 'v1.FieldsV1',
};

/** A type as Go prints it: `[]v1.Container`, `map[string]string`. */
export function goTypeOf(type: ValueType): string {
  switch (type.kind) {
    case 'scalar':
      return goScalars[type.scalar];
    case 'struct':
      return type.struct.goType;
    case 'list':
      return `[]${goTypeOf(type.element)}`;
    case 'map':
      return `map[string]${goTypeOf(type.element)}`;
  }
}

function badBase64At(text: string): number {
  const found = text.search(/[^A-Za-z0-9+/=]/);
  return found >= 0 ? found : text.length - (text.length % 4 === 0 ? 1 : text.length % 4);
}

