import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LoadOptions, type Manifest, type ManifestError, podsOf, readManifests, type RefusedObject, type LoadResult, scale, UnreadableManifest } from '@naumachia/bench';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';

export interface WorkloadFlags {
  readonly file?: readonly string[];
  readonly pods?: number;
  readonly services?: number;
}

/** What a run applies, and what was wrong with the files that it comes from. */
export interface Workload {
  readonly objects: LoadOptions['objects'];
  readonly manifests: readonly Manifest[];
  readonly errors: readonly ManifestError[];
  readonly pods: number;
  readonly services: number;
  readonly scaled: boolean;
  readonly sources: readonly string[];
}

const DEFAULT_PODS = 30_000;
const DEFAULT_SERVICES = 1000;
/** Beside the installed package, or at the root of the repository. */
const EXAMPLES = ['../examples', '../../../examples'];

/** The examples, scaled; or the user's own files, as they are unless a number is given. */
export const workload = ({ file, pods, services }: WorkloadFlags): Workload => {
  const sources = file ?? [examples()];
  const { manifests, errors } = readOrRefuse(sources);
  const own = manifests.map(({ object }) => object);
  const isScaled = own.length > 0 && (file === undefined || pods !== undefined || services !== undefined);
  const objects = isScaled ? scaled(own, pods ?? (file ? count(own, podsOf) : DEFAULT_PODS), services ?? (file ? count(own, isService) : DEFAULT_SERVICES)) : own;
  return { objects, manifests, errors, pods: count(objects, podsOf), services: count(objects, isService), scaled: isScaled, sources: file ?? ['examples'] };
};

/** Refusals with the place of the manifest that each object came from. */
export const located = (refused: LoadResult['refused'], manifests: readonly Manifest[]): RefusedObject[] => {
  const places = new Map(manifests.map((manifest) => [identity(manifest.object.kind, manifest.object.metadata.name ?? ''), manifest]));
  return refused.map(({ object, message }) => {
    const { kind, metadata } = object;
    const name = metadata.name ?? metadata.generateName ?? '';
    // Copies are called after the original: `web-2`, `web-3`, ...
    const from = places.get(identity(kind, name)) ?? places.get(identity(kind, name.replace(/-\d+$/, '')));
    return { kind, name, message, ...(from && { file: from.file, line: from.line }) };
  });
};

const identity = (kind: string, name: string): string => `${kind}/${name}`;
const isService = ({ kind }: { readonly kind: string }): number => (kind === 'Service' ? 1 : 0);
const count = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((sum, each) => sum + of(each), 0);

const scaled = (...parameters: Parameters<typeof scale>): Workload['objects'] => {
  try {
    return scale(...parameters);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};

const readOrRefuse = (paths: readonly string[]): ReturnType<typeof readManifests> => {
  try {
    return readManifests(paths);
  } catch (error) {
    if (error instanceof UnreadableManifest) throw new CommandFailed(error.message, EXIT.usage);
    throw error;
  }
};

const examples = (): string => {
  const found = EXAMPLES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (found === undefined) throw new CommandFailed('the examples are not installed; name manifests of your own with -f', EXIT.usage);
  return found;
};
