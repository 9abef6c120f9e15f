import { setAt } from '@naumachia/core';
import { valueAt } from '../../api/chosen-keys.js';

type Fields = Readonly<Record<string, unknown>>;

/** A JSON merge patch (RFC 7386). What the patch does not name stays the same object. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const original: Fields = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Fields) : {};
  let result: Record<string, unknown> | undefined;
  for (const key in patch) {
    const value = (patch as Fields)[key];
    const before = valueAt(result ?? original, key);
    if (value === null) {
      if (before === undefined) continue;
      result ??= { ...original };
      delete result[key];
      continue;
    }
    const merged = mergePatch(before, value);
    if (merged === before && Object.hasOwn(original, key)) continue;
    result ??= { ...original };
    setAt(result, key, merged);
  }
  return result ?? original;
};
