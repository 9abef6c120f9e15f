import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { KubernetesObject } from '@naumachia/actors';
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { decodeManifest } from './decode-manifest.js';

/** An object of a manifest and where it stands. */
export interface Manifest {
  readonly object: KubernetesObject;
  /** As it was written: without what decoding adds. */
  readonly given: KubernetesObject;
  readonly file: string;
  readonly line: number;
}

/** Something that is wrong with a manifest: where, what, and what to do. Its document is left out; the others go on. */
export interface ManifestError {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** A path that cannot be read. */
export class UnreadableManifest extends Error {
  override readonly name = 'UnreadableManifest';
}

const SUFFIXES = new Set(['.yaml', '.yml', '.json']);

/** What of some manifests can be applied, and what cannot. */
export interface ReadManifests {
  readonly manifests: Manifest[];
  readonly errors: ManifestError[];
}

/** Reads manifests as `kubectl apply -f` does: files, or folders with all their .yaml, .yml and .json files. */
export const readManifests = (paths: readonly string[]): ReadManifests => {
  const read: ReadManifests = { manifests: [], errors: [] };
  for (const file of paths.flatMap(filesOf)) readInto(read, readFileSync(file, 'utf8'), file);
  return read;
};

/** Reads a text of manifests, YAML or JSON, which errors name as `file`. */
export const readManifestText = (text: string, file: string): ReadManifests => {
  const read: ReadManifests = { manifests: [], errors: [] };
  readInto(read, text, file);
  return read;
};

const readInto = ({ manifests, errors }: ReadManifests, text: string, file: string): void => {
  const lines = new LineCounter();
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    const line = lines.linePos(document.contents?.range?.[0] ?? document.range?.[0] ?? 0).line;
    const [error] = document.errors;
    if (error) {
      errors.push({ file, line: error.linePos?.[0].line ?? line, problem: error.message.split('\n')[0] ?? 'not YAML' });
      continue;
    }
    // An empty document, such as what stands before the first `---`.
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) continue;
    const problem = isMap(document.contents) ? lackOf(document.toJS() as Record<string, unknown>) : 'an object is expected here';
    if (problem !== undefined) {
      errors.push({ file, line, problem });
      continue;
    }
    for (const object of flattened(document.toJS() as KubernetesObject)) {
      const decoded = decodeManifest(object);
      if ('object' in decoded) manifests.push({ object: decoded.object, given: object, file, line });
      else errors.push({ file, line: lines.linePos(placeOf(document, decoded.field)).line, problem: decoded.problem });
    }
  }
};

const lackOf = (object: Record<string, unknown>): string | undefined => {
  if (typeof object['apiVersion'] !== 'string') return 'apiVersion is missing';
  if (typeof object['kind'] !== 'string') return 'kind is missing';
  if (object['kind'] === 'List') return undefined;
  const metadata = object['metadata'] as { readonly name?: unknown; readonly generateName?: unknown } | undefined;
  return typeof metadata?.name === 'string' || typeof metadata?.generateName === 'string' ? undefined : 'metadata.name is missing';
};

/** Where a field stands, or as much of the way to it as the document has. */
export const placeOf = (document: Document, field: readonly (string | number)[]): number => {
  for (let depth = field.length; depth > 0; depth--) {
    const parent = document.getIn(field.slice(0, depth - 1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === field[depth - 1]) : undefined;
    const at = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    if (at !== undefined) return at;
  }
  return document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
};

const flattened = (object: KubernetesObject): KubernetesObject[] => (object.kind === 'List' ? ((object['items'] ?? []) as KubernetesObject[]) : [object]);

const filesOf = (path: string): string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path).filter((name) => SUFFIXES.has(extname(name))).sort().map((name) => join(path, name));
  } catch (error) {
    throw new UnreadableManifest(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Check the path given with -f.`, { cause: error });
  }
};
