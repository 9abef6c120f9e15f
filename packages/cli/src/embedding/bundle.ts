import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { Cluster } from './cluster.js';
import type { ClusterOptions } from './cluster-options.js';
import * as errors from './errors.js';

/** What starts clusters, in whichever build. */
export type Start = (options: ClusterOptions) => Promise<Cluster>;

/** Takes the place of `require`, and gives the URLs of modules that have become a part of it. */
type Bundle = (require: (id: string) => unknown, exports: { startCluster?: Start }, urlOf: (module: string) => string) => void;

const FOLDER = new URL('../embedded/', import.meta.url);
/** What the compiler wrote last in each package that is bundled. */
const COMPILED = ['@naumachia/core', '@naumachia/actors', '@naumachia/bench'];
const require = createRequire(import.meta.url);

/** The bundle, and what V8 holds of it. */
export interface LoadedBundle {
  readonly start: Start;
  readonly script: Script;
}

/**
 * What runs on the caller's thread, in one file that `scripts/bundle-embedded.mjs` has made, with the code that V8 has compiled of it in a cluster at
 * work: some hundred modules take longer to load, one by one, than a cluster takes to start. Undefined if there is none, or if a package has been
 * compiled since: what runs is always what was compiled last.
 */
export const loadBundle = (): LoadedBundle | undefined => {
  const file = fileURLToPath(new URL('cluster.js', FOLDER));
  const bundled = timeOf(file);
  if (bundled === undefined || compiledFiles().some((path) => (timeOf(path) ?? 0) > bundled)) return undefined;
  const cachedData = compiledCode();
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData && { cachedData }) });
  const exports: { startCluster?: Start } = {};
  (script.runInThisContext() as Bundle)((id) => (id === SHARED ? errors : require(id)), exports, urlOf);
  return exports.startCluster && { start: exports.startCluster, script };
};

/** Who catches an error tells it by its class: there must be one. */
const SHARED = 'naumachia/errors';

const compiledCode = (): Buffer | undefined => {
  try {
    return readFileSync(new URL('cluster.code', FOLDER));
  } catch {
    return undefined;
  }
};

const compiledFiles = (): string[] => [fileURLToPath(new URL('../.tsbuildinfo', import.meta.url)), ...COMPILED.map((name) => fileURLToPath(new URL('.tsbuildinfo', distOf(name))))];

/** `@naumachia/actors/apiserver/edge/assets.js`: where a module is that the bundle holds, for what stands beside it. */
const urlOf = (module: string): string => {
  const [scope = '', name = '', ...path] = module.split('/');
  return new URL(path.join('/'), scope === 'naumachia' ? new URL('../', import.meta.url) : distOf(`${scope}/${name}`)).href;
};

const distOf = (name: string): URL => new URL('./', pathToFileURL(require.resolve(name)));

const timeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
