interface Named {
  readonly type?: string;
  readonly name?: string;
}

const isNamed = (item: unknown): item is Named => typeof item === 'object' && item !== null && !Array.isArray(item) && (((item as Named).type ?? '') !== '' || ((item as Named).name ?? '') !== '');

/** The leaves of a value by path: `a.b[X].c` is the element of list `b` with type or name `X`. Other lists are leaves, as are empty objects. */
export const flat = (value: unknown, path = '', into: Record<string, unknown> = {}): Record<string, unknown> => {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isNamed)) for (const item of value as readonly Named[]) flat(item, `${path}[${item.type ?? item.name ?? ''}]`, into);
    else into[path] = value;
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path}.${key}`, into);
  } else into[path] = value;
  return into;
};

/** The leaves that differ. */
export const changes = (before: unknown, after: unknown): { set?: Record<string, unknown>; unset?: string[] } => {
  const a = flat(before);
  const b = flat(after);
  const set: Record<string, unknown> = {};
  for (const key of Object.keys(b)) if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) set[key] = b[key];
  const unset = Object.keys(a).filter((key) => !(key in b));
  return { ...(Object.keys(set).length > 0 && { set }), ...(unset.length > 0 && { unset }) };
};
