import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShell, type Shell } from './naumachia-command.js';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const hasBash = spawnSync('bash', ['--version']).status === 0;

/** What bash would offer for each line, by the script that it was given. */
const ASK = `
source <(naumachia completion bash)
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"
  [[ "$line" == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]}-1))
  _naumachia
  echo "\${COMPREPLY[*]}"
done
`;

let shell: Shell;
beforeAll(() => {
  shell = openShell();
  mkdirSync(join(shell.folder, 'bin'));
  writeFileSync(join(shell.folder, 'bin/naumachia'), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`, { mode: 0o755 });
});
afterAll(() => shell.close());

describe.runIf(hasBash)('bash, once it has read the script', () => {
  it('offers commands, flags and values', () => {
    const lines = ['naumachia do', 'naumachia up --mode ', 'naumachia up --mode = pa', 'naumachia up --no', 'naumachia up --config ', 'naumachia nothing '];
    const { stdout, stderr } = spawnSync('bash', ['-c', ASK], { input: `${lines.join('\n')}\n`, encoding: 'utf8', env: { ...process.env, NAUMACHIA_HOME: shell.folder, PATH: `${join(shell.folder, 'bin')}:${process.env['PATH']}` } });
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, -1)).toEqual(['down', 'packed threads simulated', 'packed', '--nodes --no-kubeconfig', '', '']);
  });
});

it.each([['zsh', '#compdef naumachia'], ['fish', 'complete -c naumachia'], ['powershell', 'Register-ArgumentCompleter']])('there is a script for %s', async (name, part) => {
  const { code, out } = await shell.run('completion', name);
  expect(code).toBe(0);
  expect(out).toContain(part);
});

it('a shell that there is no script for is refused with those that there are', async () => {
  const { code, err } = await shell.run('completion', 'tcsh');
  expect(code).toBe(2);
  expect(err).toContain('Allowed choices are bash, zsh, fish, powershell.');
});
