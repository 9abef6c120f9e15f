/** Maps whose keys people choose (labels, data, resources): `constructor`, `toString` and `__proto__` are keys like all others. */

/** Undefined where the map itself has none, whatever every object of JavaScript has by that name. */
export const valueAt = (map: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

/** The same of texts, and faster: what every object has is none. */
export const textAt = (map: Readonly<Record<string, string>> | undefined, key: string): string | undefined => {
  const found = map?.[key];
  return typeof found === 'string' ? found : undefined;
};
