import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The packages as they would be published: packed, unpacked into a project of their user's, type-checked and run there. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PNPM = join(ROOT, 'node_modules/.pnpm-pinned/node_modules/pnpm/bin/pnpm.cjs');
const PACKAGES = ['core', 'actors', 'bench', 'cli'];

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'naumachia-packages-'));
  for (const name of PACKAGES) install(join(ROOT, 'packages', name));
  link(join(ROOT, 'node_modules', '@types/node'), '@types/node');
}, 300_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Unpacks what would be published of a package, beside what it depends on. */
const install = (folder: string): void => {
  const tarball = execFileSync(process.execPath, [PNPM, 'pack', '--pack-destination', project], { cwd: folder, encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  const { name, dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name: string; readonly dependencies?: Readonly<Record<string, string>> };
  const target = join(project, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', target]);
  for (const dependency of Object.keys(dependencies)) if (!dependency.startsWith('@naumachia/')) link(join(folder, 'node_modules', dependency), dependency);
};

const link = (from: string, name: string): void => {
  const to = join(project, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(from, to);
};

const save = (name: string, text: string): void => writeFileSync(join(project, name), text);
const node = (...args: readonly string[]): string => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env: { PATH: process.env['PATH'] } });

/** What a user writes, but for how it comes by `startCluster`. */
const PROGRAM = `
const main = async (): Promise<void> => {
  const options: ClusterOptions = { nodes: 1, mode: 'simulated' };
  const cluster: Cluster = await startCluster(options);
  await cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } });
  const pod = await cluster.waitFor('Pod', 'web', 'Running');
  const phase: string | undefined = pod.status?.phase;
  await cluster.client.update({ ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } });
  // @ts-expect-error: a Pod has no such field
  pod.spec.colour;
  // @ts-expect-error: containers are no text
  const wrong = (): Promise<unknown> => cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: 'nginx' } });
  // @ts-expect-error: there is no such kind
  const unknown = (): Promise<unknown> => cluster.client.get('Spaceship', 'web');
  console.log(phase, typeof wrong, typeof unknown);
  await cluster.stop();
};
void main();
`;

it('have what they need, and name no workspace', () => {
  for (const name of PACKAGES) {
    const { name: full } = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as { readonly name: string };
    const packed = join(project, 'node_modules', full);
    expect(lstatSync(packed).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(packed, 'package.json'), 'utf8')).not.toContain('workspace:');
    expect(readdirSync(packed)).toContain('dist');
  }
});

it('can be used with types, and run, as ES module and as CommonJS', { timeout: 180_000 }, () => {
  save('module.mts', `import { ApiError, type Cluster, type ClusterOptions, startCluster } from 'naumachia';\nimport { clusterTest } from 'naumachia/node-test';\n${PROGRAM}\nexport const declare = (): unknown => clusterTest({ nodes: 1 })('a test', async ({ cluster }) => cluster.stop());\nexport const isConflict = (error: unknown): boolean => error instanceof ApiError && error.reason === 'Conflict';\n`);
  save('common.cts', `import { type Cluster, type ClusterOptions, startCluster } from 'naumachia';\n${PROGRAM}`);
  const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: false, outDir: 'out' };
  save('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['module.mts', 'common.cts'] }));
  save('package.json', '{ "private": true }');
  expect(typeCheck()).toBe('');
  expect(node('out/module.mjs')).toBe('Running function function\n');
  expect(node('out/common.cjs')).toBe('Running function function\n');
});

const typeCheck = (): string => {
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: project, encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
};

it('have a command', () => {
  expect(node('node_modules/naumachia/bin/naumachia.js', '--help')).toContain('Usage: naumachia');
});
