/** Defaults on immutable objects: what is already there stays the same object. */

/** The object with those fields of `defaults` that it lacks (absent, null or, for texts, empty). */
export const fill = <T extends object>(object: T, defaults: Partial<T>): T => {
  let filled: T | undefined;
  for (const field in defaults) {
    const value = object[field];
    if (value !== undefined && value !== null && (value as unknown) !== '') continue;
    filled ??= Object.assign({}, object);
    filled[field] = defaults[field] as T[typeof field];
  }
  return filled ?? object;
};

/** The object with a phase in its status (SetDefaults_PersistentVolume and others). */
export const withPhase = <T extends { readonly status?: { readonly phase?: string } }>(object: T, phase: string): T =>
  (object.status?.phase ?? '') !== '' ? object : Object.assign({}, object, { status: Object.assign({}, object.status, { phase }) });

/** The list with every element as `change` makes it; the same list if none changed. */
export const mapSame = <T>(list: readonly T[], change: (item: T) => T): readonly T[] => {
  let changed: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const next = change(item);
    if (next !== item) changed ??= [...list];
    if (changed !== undefined) changed[i] = next;
  }
  return changed ?? list;
};

/** The object with one field as `change` makes it, if it has that field. */
export const within = <T extends object, F extends keyof T>(object: T, field: F, change: (value: NonNullable<T[F]>) => T[F]): T => {
  const value = object[field];
  if (value === undefined || value === null) return object;
  const next = change(value as NonNullable<T[F]>);
  return next === value ? object : Object.assign({}, object, { [field]: next });
};

/** As `within` for every element of a list. */
export const withinEach = <T extends object, F extends keyof T>(object: T, field: F, change: (item: T[F] extends readonly (infer I)[] | undefined ? I : never) => T[F] extends readonly (infer I)[] | undefined ? I : never): T => {
  const list = object[field] as unknown;
  if (!Array.isArray(list)) return object;
  const next = mapSame(list as readonly (T[F] extends readonly (infer I)[] | undefined ? I : never)[], change);
  return next === list ? object : Object.assign({}, object, { [field]: next });
};
