// One file of what an entry imports from the packages, as packages/cli/src/bundled-script.ts loads it.
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const ENTRY = '\0entry';
const NAMES = { core: '@naumachia/core', actors: '@naumachia/actors', bench: '@naumachia/bench' };

/** The folder of a compiled package. */
export const dist = (name) => join(packages, name, 'dist');

/** `shared`: the modules, by the names under which the bundle asks for them, that it has in common with whoever loads it. */
export async function bundled({ source, shared }) {
  const sharedBy = new Map(Object.entries(shared).map(([id, path]) => [path, id]));
  const built = await rolldown({
    input: ENTRY,
    platform: 'node',
    logLevel: 'silent',
    // Reading strings natively takes longer to load than a small cluster ever gains.
    resolve: { alias: { msgpackr: join(dirname(createRequire(join(packages, 'core/package.json')).resolve('msgpackr')), '../index.js') } },
    plugins: [
      { name: 'entry', resolveId: (id) => (id === ENTRY ? id : null), load: (id) => (id === ENTRY ? source : null) },
      {
        name: 'shared',
        resolveId: (id, importer) => {
          const known = importer === undefined ? undefined : sharedBy.get(join(dirname(importer), id));
          return known === undefined ? null : { id: known, external: true };
        },
      },
      { name: 'urls', transform: (code, id) => (code.includes('import.meta.url') ? code.replaceAll('import.meta.url', `urlOf(${JSON.stringify(nameOf(id))})`) : null) },
    ],
  });
  // Names stay: flows and errors are told apart by theirs.
  const { output } = await built.generate({ format: 'cjs', codeSplitting: false, keepNames: true, minify: { compress: false, mangle: false, codegen: true } });
  await built.close();
  // Node reads a text of such characters without decoding it.
  return `(function(require,exports,urlOf){${output[0].code.replaceAll(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n})`;
}

/** `@naumachia/actors/cluster.js`: a module of ours, by its place in the compiled package. */
function nameOf(path) {
  const [folder, , ...rest] = relative(packages, path).split(sep);
  if (NAMES[folder] === undefined && folder !== 'cli') throw new Error(`${path} wants to know where it is, and would not be there any more`);
  return [NAMES[folder] ?? 'naumachia/cli', ...rest].join('/');
}
