// Makes the checkout ready to run: the pinned pnpm, the locked dependencies, the built packages. Needs only Node 20 and npm, says what it
// does on stderr, and does nothing where nothing has changed since the last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, 'node_modules', '.naumachia');
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Naumachia needs Node 20 or newer, and this is ${process.version}. Install a newer Node and try again.`);

const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'scripts/pnpm/package-lock.json', ...packages().map((name) => `packages/${name}/package.json`)];
step('installed', digest(manifests.map((file) => readFileSync(join(root, file), 'utf8'))), 'installing the locked dependencies', () => {
  const pnpmHome = join(root, 'node_modules', '.pnpm-pinned');
  mkdirSync(pnpmHome, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) writeFileSync(join(pnpmHome, file), readFileSync(join(root, 'scripts/pnpm', file)));
  run('npm', ['ci', '--prefix', pnpmHome, '--no-audit', '--no-fund', '--loglevel=error']);
  run(process.execPath, [join(pnpmHome, 'node_modules/pnpm/bin/pnpm.cjs'), 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
});
step('built', digest([readFileSync(join(tools, 'installed'), 'utf8'), ...['bundle-packages.mjs', 'bundle-hosts.mjs', 'compile-packed.mjs', 'bundle-embedded.mjs', 'compile-embedded.mjs', 'bundle-up.mjs', 'compile-up.mjs'].map((script) => readFileSync(join(root, 'scripts', script), 'utf8')), ...sources()]), 'building', () => {
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--build']);
  for (const script of ['bundle-hosts.mjs', 'bundle-embedded.mjs', 'bundle-up.mjs']) run(process.execPath, [join(root, 'scripts', script)]);
});

function packages() {
  return readdirSync(join(root, 'packages')).sort();
}

/** Name, size and time of every source file: enough to see that one has changed, and quick. */
function sources() {
  const files = [join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json')];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(folder, entry.name));
      else files.push(join(folder, entry.name));
    }
  };
  for (const name of packages()) walk(join(root, 'packages', name, 'src'));
  for (const entry of readdirSync(join(root, 'test/golden-runner'), { withFileTypes: true })) {
    if (entry.isFile()) files.push(join(root, 'test/golden-runner', entry.name));
    else if (entry.name !== 'dist') walk(join(root, 'test/golden-runner', entry.name));
  }
  return files.sort().map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`);
}

/** Runs `action` unless the stamp of an earlier call says that it was done for the same input. */
function step(name, input, doing, action) {
  const stamp = join(tools, name);
  const outputs = name === 'built' ? [...packages().map((dir) => join(root, 'packages', dir, 'dist', 'index.js')), join(root, 'test/golden-runner/dist/command.js'), join(root, 'packages/bench/dist/hosts/kubelet.cjs'), join(root, 'packages/cli/dist/embedded/cluster.js')] : [join(root, 'node_modules', 'typescript')];
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === input && outputs.every((output) => existsSync(output))) return;
  process.stderr.write(`naumachia: ${doing} ...\n`);
  action();
  mkdirSync(tools, { recursive: true });
  writeFileSync(stamp, input);
}

function digest(texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}

function run(command, args) {
  // What the tools print goes to stderr: stdout belongs to the command that the user asked for.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' && command === 'npm' });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`"${command} ${args.join(' ')}" ended with ${status}; the lines above say why.`);
}

function fail(why) {
  process.stderr.write(`naumachia: ${why}\n`);
  process.exit(1);
}
