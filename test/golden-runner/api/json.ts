import { isDeepStrictEqual } from 'node:util';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

export const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a dotted path. */
export const dig = (value: Json, path: string): Json | undefined => path.split('.').reduce<Json | undefined>((at, key) => (at as JsonRecord | undefined)?.[key], value);

/** A copy with values set at paths; null deletes, a last `-` appends. */
export const edited = (base: Json, edits: readonly (readonly [path: readonly string[], value: Json])[]): Json => {
  const out = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of edits) {
    const last = path.at(-1) ?? '';
    let at: unknown = out;
    for (const key of path.slice(0, -1)) at = (at as Record<string, unknown>)[key] ??= {};
    if (value === null) {
      if (Array.isArray(at)) at.splice(Number(last), 1);
      else delete (at as Record<string, unknown>)[last];
    } else if (last === '-') (at as unknown[]).push(value);
    else (at as Record<string, unknown>)[last] = value;
  }
  return out as Json;
};

export interface Difference {
  readonly at: string;
  readonly want?: Json;
  readonly got?: Json;
}

/** The first place where two values differ, or undefined. */
export const difference = (want: Json | undefined, got: Json | undefined, at = ''): Difference | undefined => {
  if (isDeepStrictEqual(want, got)) return undefined;
  if (Array.isArray(want) && Array.isArray(got)) {
    for (let i = 0; i < Math.max(want.length, got.length); i++) {
      const found = i >= want.length ? { at: `${at}[${i}]`, got: got[i] as Json } : i >= got.length ? { at: `${at}[${i}]`, want: want[i] as Json } : difference(want[i] as Json, got[i] as Json, `${at}[${i}]`);
      if (found) return found;
    }
  } else if (isRecord(want) && isRecord(got)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
      const found = !(key in want) ? { at: `${at}.${key}`, got: got[key] as Json } : !(key in got) ? { at: `${at}.${key}`, want: want[key] as Json } : difference(want[key], got[key], `${at}.${key}`);
      if (found) return found;
    }
  }
  return { at, want: want ?? null, got: got ?? null };
};
