import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@naumachia/actors';
import { readManifests, type ReadManifests, readManifestText } from '@naumachia/bench/manifests';
import { InvalidManifest } from './errors.js';

/** What can be applied: a text of manifests (YAML or JSON), the path or URL of a file or folder of them, an object, or several of these. */
export type Manifests = string | URL | { readonly apiVersion: string; readonly kind: string } | readonly Manifests[];

/** The objects of manifests, in their order. Throws `InvalidManifest`, or `UnreadableManifest` for a file that cannot be read. */
export const objectsOf = (given: Manifests): KubernetesObject[] => {
  if (Array.isArray(given)) return (given as readonly Manifests[]).flatMap(objectsOf);
  if (given instanceof URL) return checked(readManifests([fileURLToPath(given)]));
  if (typeof given === 'string') return checked(isText(given) ? readManifestText(given, 'manifest') : readManifests([given]));
  return [given as KubernetesObject];
};

/** A path has no line break, and begins like no JSON. */
const isText = (given: string): boolean => given.includes('\n') || given.trimStart().startsWith('{');

const checked = ({ manifests, errors }: ReadManifests): KubernetesObject[] => {
  if (errors.length > 0) throw new InvalidManifest(errors.map(({ file, line, problem }) => `${file}:${line}: ${problem}`).join('\n'));
  return manifests.map(({ given }) => given);
};
