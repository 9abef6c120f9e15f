import { arch, platform } from 'node:os';
import { KUBERNETES_VERSION } from '@naumachia/actors/cluster';
import { EXIT } from './exit-codes.js';
import { VERSION } from './package-version.js';
import { print } from './standard-output.js';

export interface VersionFlags {
  readonly output: 'text' | 'json';
}

/** `naumachia version`: what this is a version of. Resolves with the exit code. */
export const version = async ({ output }: VersionFlags): Promise<number> => {
  const about = { naumachia: VERSION, kubernetes: KUBERNETES_VERSION, node: process.version, platform: `${platform()}/${arch()}` };
  await print(output === 'json' ? `${JSON.stringify(about)}\n` : `naumachia ${about.naumachia}\nKubernetes ${about.kubernetes}\nNode ${about.node} ${about.platform}\n`);
  return EXIT.done;
};
