import { valueAt } from '../../api/chosen-keys.js';
import { deepEqual } from '../equality.js';

/** An operation of RFC 6902, as it came. */
export interface JsonPatchOperation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

type Path = readonly string[];
type Fields = Readonly<Record<string, unknown>>;

/** Marks an operation that cannot be carried out: the server answers such a patch without naming why. */
const REFUSED: unique symbol = Symbol('refused');

export type JsonPatchResult = { readonly type: 'patched'; readonly value: unknown } | { readonly type: 'refused' };

/**
 * Applies a JSON patch as the API server does (evanphx/json-patch v4, which is laxer than the RFC: `replace`, `move` and `copy` of a
 * key that a map lacks succeed, a negative index counts from the end). What is not touched stays the same object.
 */
export const jsonPatch = (target: unknown, operations: readonly (JsonPatchOperation | null)[]): JsonPatchResult => {
  let value: unknown = target;
  for (const operation of operations) {
    value = applyOne(value, operation);
    if (value === REFUSED) return { type: 'refused' };
  }
  return { type: 'patched', value };
};

const applyOne = (target: unknown, operation: JsonPatchOperation | null): unknown => {
  if (operation === null) return REFUSED;
  const path = parsePointer(operation.path);
  if (path === undefined || (path.length === 0 && operation.op !== 'replace' && operation.op !== 'test')) return REFUSED;
  switch (operation.op) {
    case 'add':
      return change(target, path, 'add', 'value' in operation ? operation.value : null);
    case 'replace':
      return change(target, path, 'replace', 'value' in operation ? operation.value : null);
    case 'remove':
      return change(target, path, 'remove', undefined);
    case 'test': {
      const found = lookUp(target, path);
      const wanted = operation.value ?? null;
      return (found === undefined ? wanted === null : found !== REFUSED && deepEqual(found, wanted)) ? target : REFUSED;
    }
    case 'move':
    case 'copy': {
      const from = parsePointer(operation.from);
      if (from === undefined || from.length === 0) return REFUSED;
      const found = lookUp(target, from);
      if (found === REFUSED) return REFUSED;
      const rest = operation.op === 'move' ? change(target, from, 'remove', undefined) : target;
      return rest === REFUSED ? REFUSED : change(rest, path, 'add', found === undefined ? null : found);
    }
    default:
      return REFUSED;
  }
};

/** `/a/b~1c` -> ['a', 'b/c']; a first part without slash before it is dropped, as the library does, if there is another. The whole is `[]`. */
const parsePointer = (pointer: unknown): Path | undefined => {
  if (typeof pointer !== 'string') return undefined;
  if (pointer === '') return [];
  if (!pointer.includes('/')) return undefined;
  return pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const indexIn = (list: readonly unknown[], part: string, past: boolean): number => {
  if (part === '-' && past) return list.length;
  if (!/^-?\d+$/.test(part)) return -1;
  const index = Number(part);
  const most = past ? list.length : list.length - 1;
  const at = index < 0 ? index + list.length + (past ? 1 : 0) : index;
  return at >= 0 && at <= most ? at : -1;
};

const lookUp = (target: unknown, path: Path): unknown => {
  let value = target;
  for (let i = 0; i < path.length; i++) {
    const part = path[i] as string;
    if (Array.isArray(value)) {
      const at = indexIn(value, part, false);
      if (at < 0) return REFUSED;
      value = value[at];
    } else if (isFields(value)) {
      value = valueAt(value, part);
      if (value === undefined && i < path.length - 1) return REFUSED;
    } else return REFUSED;
  }
  return value;
};

const change = (target: unknown, path: Path, how: 'add' | 'replace' | 'remove', value: unknown): unknown => {
  const part = path[0];
  if (part === undefined) return how === 'remove' ? REFUSED : value;
  const rest = path.slice(1);
  if (Array.isArray(target)) {
    const at = indexIn(target, part, how === 'add' && rest.length === 0);
    if (at < 0) return REFUSED;
    const list = [...target];
    if (rest.length > 0) {
      const inner = change(list[at], rest, how, value);
      if (inner === REFUSED) return REFUSED;
      list[at] = inner;
    } else if (how === 'add') list.splice(at, 0, value);
    else if (how === 'replace') list[at] = value;
    else list.splice(at, 1);
    return list;
  }
  if (!isFields(target)) return REFUSED;
  if (rest.length > 0) {
    const before = valueAt(target, part);
    if (before === undefined) return REFUSED;
    const inner = change(before, rest, how, value);
    return inner === REFUSED ? REFUSED : { ...target, [part]: inner };
  }
  if (how !== 'remove') return { ...target, [part]: value };
  if (!Object.hasOwn(target, part)) return REFUSED;
  const { [part]: _, ...kept } = target;
  return kept;
};
