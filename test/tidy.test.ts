import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readManifests } from '@naumachia/bench';
import { describe, expect, it } from 'vitest';

/** The house's rules that a compiler does not know. A rule that has an exception names it here. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  readonly path: string;
  readonly text: string;
  /** Without comments, and without the contents of strings: what a rule about code looks at. */
  readonly code: string;
  readonly imports: readonly string[];
}

/** What the repository holds, new files included; not what is ignored or deleted. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && readable(path));

function readable(path: string): boolean {
  try {
    readFileSync(`${ROOT}/${path}`);
    return true;
  } catch {
    return false;
  }
}

const sources: Source[] = files
  .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !path.includes('/generated/'))
  .map((path) => {
    const text = readFileSync(`${ROOT}/${path}`, 'utf8');
    return { path, text, code: codeOf(text), imports: [...text.matchAll(/(?:^(?:import|export)\b[^;'"=]*?\bfrom\s*|^import\s*|\bimport\()['"]([^'"]+)['"]/gm)].map((match) => match[1] ?? '') };
  });

function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replaceAll(/(^|\s)\/\/.*$/gm, '');
}

const isTest = ({ path }: Source): boolean => path.endsWith('.test.ts') || path.includes('/testing/');
const violations = (among: readonly Source[], broken: (source: Source) => readonly string[]): string[] => among.flatMap((source) => broken(source).map((what) => `${source.path}: ${what}`));

it('finds the sources that it judges', () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(500);
});

describe('layers', () => {
  const PACKAGES: Readonly<Record<string, readonly string[]>> = { core: [], actors: ['core'], bench: ['core', 'actors'], cli: ['core', 'actors', 'bench'] };

  it('packages import only what lies below them, and by its name', () => {
    const broken = violations(sources.filter((source) => !isTest(source)), ({ path, imports }) => {
      const [, name = ''] = path.split('/');
      const below = PACKAGES[name] ?? [];
      return imports.filter((specifier) => {
        const other = /^@naumachia\/([^/]+)/.exec(specifier)?.[1] ?? (specifier === 'naumachia' ? 'cli' : undefined);
        if (other !== undefined) return !below.includes(other);
        return specifier.startsWith('.') && !new URL(specifier, `file:///${path}`).pathname.startsWith(`/packages/${name}/`);
      });
    });
    expect(broken).toEqual([]);
  });

  it('component folders meet in the api and never import one another', () => {
    const components = ['etcd', 'apiserver', 'scheduler', 'controllers', 'kubelet', 'kube-proxy', 'dns', 'ingress'];
    const allowed: Readonly<Record<string, readonly string[]>> = { api: [], machinery: ['api'], ...Object.fromEntries(components.map((name) => [name, ['api', 'machinery']])) };
    const broken = violations(sources.filter((source) => source.path.startsWith('packages/actors/src/') && !isTest(source)), ({ path, imports }) => {
      const folder = path.split('/')[3] ?? '';
      const below = allowed[folder];
      if (!below) return [];
      return imports.filter((specifier) => {
        if (!specifier.startsWith('.')) return false;
        const other = new URL(specifier, `file:///${path}`).pathname.split('/')[4] ?? '';
        return other !== folder && other in allowed && !below.includes(other);
      });
    });
    expect(broken).toEqual([]);
  });
});

it('the ways to run hosts meet in the runtime and never import one another', () => {
  const ways = ['threads', 'simulation', 'distributed'];
  const broken = violations(sources.filter((source) => source.path.startsWith('packages/core/src/runtime/')), ({ path, imports }) => {
    const own = path.split('/')[4] ?? '';
    return ways.includes(own) ? imports.filter((specifier) => ways.some((way) => way !== own && specifier.startsWith(`../${way}/`))) : [];
  });
  expect(broken).toEqual([]);
});

describe('what would end determinism', () => {
  /** Where actors meet the world: sockets, files and wall time are allowed there, and nowhere else in core and actors. */
  const EDGES = [/^packages\/core\/src\/runtime\//, /^packages\/actors\/src\/apiserver\/edge\//];
  /** Loads code, and says so by promises; no actor runs it. */
  const LOADERS = ['packages/actors/src/catalog.ts', 'packages/core/src/service.ts', 'packages/core/src/port.ts', 'packages/core/src/actor.ts'];
  const inside = sources.filter((source) => /^packages\/(?:core|actors)\//.test(source.path) && !isTest(source) && !EDGES.some((edge) => edge.test(source.path)));

  it('actors and core read no clock, draw no chance and touch no process', () => {
    const forbidden = [/\bDate\.now\b/, /\bnew Date\(\)/, /\bMath\.random\b/, /\bperformance\./, /\bprocess\.(?:env|argv|hrtime|memoryUsage|cpuUsage|pid|exit|on|once|cwd|std\w+|nextTick|uptime|platform)\b/, /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(/, /\bcrypto\.(?:random|getRandom)/];
    const judged = inside.filter(({ path }) => !path.startsWith('packages/actors/src/timelines/'));
    expect(violations(judged, ({ code }) => forbidden.filter((pattern) => pattern.test(code)).map(String))).toEqual([]);
  });

  it('actors and core wait for no promise', () => {
    const judged = inside.filter(({ path }) => !LOADERS.includes(path) && !path.startsWith('packages/actors/src/timelines/'));
    expect(violations(judged, ({ code }) => [/\basync\b/, /\bawait\b/, /\bnew Promise\b/, /\bPromise</].filter((pattern) => pattern.test(code)).map(String))).toEqual([]);
  });

  it('actors and core import nothing of Node outside their edges', () => {
    const judged = inside.filter(({ path }) => !path.startsWith('packages/actors/src/timelines/'));
    expect(violations(judged, ({ imports }) => imports.filter((specifier) => specifier.startsWith('node:')))).toEqual([]);
  });
});

describe('files', () => {
  it('are one idea of at most 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 401).map(({ path, text }) => `${path}: ${text.split('\n').length - 1} lines`);
    expect(long).toEqual([]);
  });

  it('are named after what they hold', () => {
    const grabBags = /(?:^|[/-])(?:utils?|helpers?|common|misc|shared|stuff|managers?)(?:\.test)?\.[a-z]+$/;
    // Components of Kubernetes that are called so.
    const named = files.filter((path) => path.startsWith('packages/') && grabBags.test(path) && !path.endsWith('controller-manager.ts'));
    expect(named).toEqual([]);
    expect(files.filter((path) => /^packages\/[^/]+\/src\/.*[A-Z_ ].*\.ts$/.test(path))).toEqual([]);
  });

  it('name no path of the machine that they were written on', () => {
    const paths = /(?:^|[\s'"`(=:])\/(?:work|root|home|Users)\/[\w.-]+/m;
    const judged = files.filter((path) => /\.(?:ts|mjs|js|json|md|yaml|yml)$|^\.ci\//.test(path) && !path.startsWith('test/golden/') && !path.includes('/generated/') && path !== 'pnpm-lock.yaml');
    // Inside a container there are such paths too; they are the images' own.
    const broken = judged.filter((path) => paths.test(readFileSync(`${ROOT}/${path}`, 'utf8')));
    expect(broken).toEqual([]);
  });

  it('export by name, and never `any`', () => {
    expect(violations(sources, ({ code }) => [/^export default\b/m, /(?:[:<,(|&]|\bas|=)\s*any\b(?!\s*[-:(])/].filter((pattern) => pattern.test(code)).map(String))).toEqual([]);
  });
});

it('every example can be applied', () => {
  const { manifests, errors } = readManifests([`${ROOT}/examples`]);
  expect(errors).toEqual([]);
  expect(manifests.length).toBeGreaterThan(0);
});
