type Fields = Readonly<Record<string, unknown>>;

/** Equality of JSON values, whatever the order of keys. */
export const deepEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  let count = 0;
  for (const key in a) {
    if ((a as Fields)[key] === undefined) continue;
    count++;
    if (!deepEqual((a as Fields)[key], (b as Fields)[key])) return false;
  }
  for (const key in b) if ((b as Fields)[key] !== undefined) count--;
  return count === 0;
};

/** Whether two values of plain data are the same down to the order of their keys: nobody could tell their bytes apart. */
export const isAlike = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!isAlike(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (others[i] !== key || !isAlike((a as Fields)[key], (b as Fields)[key])) return false;
  }
  return true;
};
