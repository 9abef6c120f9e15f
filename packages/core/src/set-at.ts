/** Gives a map of data a key. A plain assignment to `__proto__` would change the prototype, and so would `Object.assign`; a spread copies it. */
export const setAt = (map: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
};
