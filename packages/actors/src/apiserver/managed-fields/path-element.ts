import type { ApiField } from '../../api/fields.js';

/**
 * The path element of an element of an associative list (fieldpath.PathElement): `k:{...}` with the key fields sorted by name for a
 * list of type `map`, `v:...` for a set. Undefined if a key is missing and has no default: such an element has no place.
 */
export const listElementPath = (field: ApiField, item: unknown): string | undefined => {
  if (field.listType === 'set') return `v:${JSON.stringify(item)}`;
  if (typeof item !== 'object' || item === null) return undefined;
  const keys = sortedKeys(field);
  if (keys.length === 1) {
    const value = (item as Readonly<Record<string, unknown>>)[keys[0] as string];
    if (typeof value === 'string') return pathOfKey(keys[0] as string, value);
  }
  let text = 'k:{';
  let found = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    let value = (item as Readonly<Record<string, unknown>>)[key];
    if (value === undefined) value = defaultOf(field.type.element?.struct?.field.get(key));
    if (value === undefined) continue;
    text += `${found++ === 0 ? '' : ','}"${key}":${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`;
  }
  return found === 0 ? undefined : `${text}}`;
};

/** Texts of elements with one key, by key and value: most lists are keyed by a name or type, of which there are few. */
const paths = new Map<string, Map<string, string>>();
const MOST_PATHS = 4096;

const pathOfKey = (key: string, value: string): string => {
  let known = paths.get(key);
  if (known === undefined) paths.set(key, (known = new Map()));
  let path = known.get(value);
  if (path === undefined) {
    path = `k:{"${key}":${quote(value)}}`;
    if (known.size >= MOST_PATHS) known.clear();
    known.set(value, path);
  }
  return path;
};

/** OpenAPI gives every key that is no pointer its zero as default; the tables leave such defaults out. */
const defaultOf = (key: ApiField | undefined): unknown => key?.default ?? (key === undefined || key.pointer ? undefined : ZEROS[key.type.scalar ?? '']);

const ZEROS: Readonly<Record<string, unknown>> = { string: '', int32: 0, int64: 0 };

const sorted = new WeakMap<readonly string[], readonly string[]>();
const sortedKeys = (field: ApiField): readonly string[] => {
  const keys = field.listMapKeys;
  if (keys.length < 2) return keys;
  let result = sorted.get(keys);
  if (result === undefined) {
    result = [...keys].sort();
    sorted.set(keys, result);
  }
  return result;
};

// Names, addresses and paths hardly ever need escapes; JSON.stringify of a short string costs five times as much as a look at it.
const quote = (text: string): string => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c || code > 0x7e) return JSON.stringify(text);
  }
  return `"${text}"`;
};
