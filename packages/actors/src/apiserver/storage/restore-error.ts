import { customError } from '../../api/decode-report.js';
import type { ApiType, ScalarName, ValueType } from '../../api/fields.js';
import { isInt64 } from '../../api/go-text.js';
import { elementName, goTypeName } from '../../api/go-type-name.js';

/**
 * Why the result of a strategic merge patch is no object of its type, in the words of runtime.DefaultUnstructuredConverter of
 * apimachinery, which reads fields in the order of the struct and stops at the first that it cannot read; undefined: it is one.
 */
export const restoreError = (type: ApiType, value: unknown): string | undefined => ofStruct(type, value);

type Fields = Readonly<Record<string, unknown>>;

/** The kind of a JSON value as reflect names it. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'object') return 'map';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : isInt64(value as number) ? 'int64' : 'float64';
};

const ofStruct = (type: ApiType, value: unknown): string | undefined => {
  if (value === null || value === undefined || type.union !== undefined) return undefined;
  if (kindOf(value) !== 'map') return `cannot restore struct from: ${kindOf(value)}`;
  return first(type.fields, ({ name, type: field }) => ofValue(field, (value as Fields)[name], () => goTypeName(type.name, name)));
};

const ofValue = (type: ValueType, value: unknown, named: () => string | undefined): string | undefined => {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case 'struct':
      return ofStruct(type.struct, value);
    case 'list':
      return Array.isArray(value) ? first(value, (item) => ofValue(type.element, item, () => elementName(named()))) : `cannot restore slice from ${kindOf(value)}`;
    case 'map':
      return kindOf(value) === 'map' ? first(Object.values(value), (item) => ofValue(type.element, item, () => elementName(named()))) : `cannot restore map from ${kindOf(value)}`;
    case 'scalar':
      return ofScalar(type.scalar, value, named);
  }
};

const ofScalar = (name: ScalarName, value: unknown, named: () => string | undefined): string | undefined => {
  const kind = kindOf(value);
  switch (name) {
    case 'string':
      // Go would make a character of a number.
      return kind === 'string' ? undefined : kind === 'int64' ? `cannot convert int64 to ${named() ?? 'string'}` : 'unrecognized type: string';
    case 'bool':
      return kind === 'bool' ? undefined : 'unrecognized type: bool';
    case 'int32':
    case 'int64':
      return kind === 'int64' ? undefined : kind === 'float64' ? `cannot convert float64 to ${name}` : `unrecognized type: ${name}`;
    case 'float64':
      return typeof value === 'number' ? undefined : `unrecognized type: ${name}`;
    case 'bytes':
      return kind === 'string' || kind === 'slice' ? undefined : `cannot restore slice from ${kind}`;
    default:
      return customError(name, value);
  }
};

const first = <T>(items: readonly T[], error: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = error(item);
    if (found !== undefined) return found;
  }
  return undefined;
};
