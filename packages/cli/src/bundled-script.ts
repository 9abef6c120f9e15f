import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/** Takes the place of `require`, and gives the URLs of modules that have become a part of it. */
type Bundle<E> = (require: (id: string) => unknown, exports: Partial<E>, urlOf: (module: string) => string) => void;

/** What a bundle exports, and what V8 holds of it. */
export interface BundledScript<E> {
  readonly exports: Partial<E>;
  readonly script: Script;
}

const DIST = new URL('./', import.meta.url);
/** What the compiler wrote last in each package that is bundled. */
const COMPILED = ['@naumachia/core', '@naumachia/actors', '@naumachia/bench'];
const require = createRequire(import.meta.url);

/**
 * Runs `FILE.js` below `dist`, which a script of this repository has bundled, with the code that V8 has compiled of it at work (`FILE.code`): some hundred
 * modules take longer to load, one by one, than a cluster takes to start. `shared` are modules that it has in common with whoever loads it. Undefined if there is
 * none, or if a package has been compiled since: what runs is always what was compiled last.
 */
export const loadBundled = <E>(path: string, shared: Readonly<Record<string, unknown>>): BundledScript<E> | undefined => {
  const file = fileURLToPath(new URL(`${path}.js`, DIST));
  const bundled = timeOf(file);
  if (bundled === undefined || compiledFiles().some((compiled) => (timeOf(compiled) ?? 0) > bundled)) return undefined;
  const cachedData = compiledCode(new URL(`${path}.code`, DIST));
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData && { cachedData }) });
  const exports: Partial<E> = {};
  (script.runInThisContext() as Bundle<E>)((id) => shared[id] ?? require(id), exports, urlOf);
  return { exports, script };
};

const compiledCode = (file: URL): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};

const compiledFiles = (): string[] => [fileURLToPath(new URL('.tsbuildinfo', DIST)), ...COMPILED.map((name) => fileURLToPath(new URL('.tsbuildinfo', distOf(name))))];

/** `@naumachia/actors/apiserver/edge/assets.js`: where a module is that the bundle holds, for what stands beside it. */
const urlOf = (module: string): string => {
  const [scope = '', name = '', ...path] = module.split('/');
  return new URL(path.join('/'), scope === 'naumachia' ? DIST : distOf(`${scope}/${name}`)).href;
};

const distOf = (name: string): URL => new URL('./', pathToFileURL(require.resolve(name)));

const timeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
