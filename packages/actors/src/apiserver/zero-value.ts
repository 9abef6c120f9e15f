import type { ApiField, ApiType } from '../api/fields.js';

/**
 * The JSON of a Go struct that nobody has filled: fields that the encoder never leaves out, and embedded structs. managedFields of a
 * new object are its differences from this, which is why `status: {}` belongs to nobody.
 */
export const zeroValue = (type: ApiType): Readonly<Record<string, unknown>> => {
  let zero = zeros.get(type);
  if (zero === undefined) {
    const fields: Record<string, unknown> = {};
    for (const field of type.fields) {
      const value = zeroOfField(field);
      if (value !== undefined) fields[field.name] = value;
    }
    zero = fields;
    zeros.set(type, zero);
  }
  return zero;
};

const zeros = new WeakMap<ApiType, Readonly<Record<string, unknown>>>();

/** What the encoder writes for a field that was never set: undefined if it leaves it out. */
export const zeroOfField = (field: ApiField): unknown => {
  const { type } = field;
  if (field.pointer) return field.omit === 'never' ? null : undefined;
  switch (type.kind) {
    case 'list':
    case 'map':
      return field.omit === 'never' ? null : undefined;
    case 'struct':
      return field.omit === 'zero' ? undefined : zeroValue(type.struct);
    case 'scalar':
      switch (type.scalar) {
        // Go structs: omitempty does not leave them out.
        case 'Time':
        case 'MicroTime':
          return field.omit === 'zero' ? undefined : null;
        case 'Quantity':
          return field.omit === 'zero' ? undefined : '0';
        case 'IntOrString':
          return field.omit === 'zero' ? undefined : 0;
        case 'Duration':
          return field.omit === 'zero' ? undefined : '0s';
        case 'JSON':
        case 'any':
        case 'RawExtension':
        case 'FieldsV1':
          return field.omit === 'never' ? null : undefined;
        case 'string':
          return field.omit === 'never' ? '' : undefined;
        case 'bytes':
          return field.omit === 'never' ? null : undefined;
        case 'bool':
          return field.omit === 'never' ? false : undefined;
        case 'int32':
        case 'int64':
        case 'float64':
          return field.omit === 'never' ? 0 : undefined;
      }
  }
};
