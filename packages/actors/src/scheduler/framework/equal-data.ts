/** Equality of plain data whatever the order of fields; nothing, an empty list and an empty map are equal (apimachinery `Semantic.DeepEqual`). */
export const equalData = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!equalData((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  return true;
};

const isEmpty = (value: unknown): boolean => {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
};
