import type { KubernetesObject } from '@naumachia/actors';
import { kindType, rebuild, reportDecoding } from '@naumachia/actors/api';

/** An object as the API server takes it, or what a strict decoder has against it and, if it says so, at which field. */
export type DecodedManifest = { readonly object: KubernetesObject } | { readonly problem: string; readonly field: readonly (string | number)[] };

/**
 * What kubectl and the API server's edge do with a manifest before it is stored: unknown kinds, unknown fields and values of a wrong type
 * are refused (`--validate=strict` is kubectl's default).
 */
export const decodeManifest = (given: KubernetesObject): DecodedManifest => {
  const type = kindType(given.apiVersion, given.kind);
  if (!type) return { problem: `no matches for kind "${given.kind}" in version "${given.apiVersion}"`, field: ['kind'] };
  const { object, clean } = rebuild(type, given);
  if (clean) return { object };
  const { error, strict } = reportDecoding(type, given);
  const problem = error ?? strict[0];
  return problem === undefined ? { object } : { problem, field: fieldOf(problem) };
};

/** `spec.containers[0].image` out of a decoder's message, as a path. */
const fieldOf = (problem: string): (string | number)[] => {
  const text = /field "([^"]+)"/.exec(problem)?.[1] ?? /Go struct field \w+\.([\w.-]+) of type/.exec(problem)?.[1] ?? '';
  return (text.match(/[^.[\]]+/g) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
};
