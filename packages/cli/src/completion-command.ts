import type { Command } from 'commander';
import { completionsOf } from './completion/completions.js';
import { type Shell, SHELL_SCRIPTS } from './completion/shell-scripts.js';
import { EXIT } from './exit-codes.js';
import { readEntries } from './running/entry.js';
import { print } from './standard-output.js';

/** `naumachia completion`: what a shell reads to complete. Resolves with the exit code. */
export const completion = async (shell: Shell): Promise<number> => {
  await print(SHELL_SCRIPTS[shell]);
  return EXIT.done;
};

/** `naumachia complete`: what the last of the words can become. Resolves with the exit code. */
export const complete = async (program: Command, words: readonly string[], isNewWord: boolean): Promise<number> => {
  const { values, files } = completionsOf(program, isNewWord || words.length === 0 ? [...words, ''] : words, { clusters: readEntries().map(({ name }) => name) });
  // Nobody is asked whether it still runs: a shell waits for this at every press of a key.
  await print([...values.map(({ value, about }) => (about === '' ? value : `${value}\t${about.split('\n')[0]}`)), ...(files ? [':files'] : [])].map((line) => `${line}\n`).join(''));
  return EXIT.done;
};
