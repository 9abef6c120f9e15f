import { Argument } from 'commander';
import { type Shell, SHELLS } from '../completion/shell-scripts.js';
import type { CommandFamily } from './family.js';

const EXAMPLES = `
Examples:
  source <(naumachia completion bash)               now; in ~/.bashrc for always
  source <(naumachia completion zsh)                now; in ~/.zshrc, after compinit, for always
  naumachia completion fish > ~/.config/fish/completions/naumachia.fish
  naumachia completion powershell | Out-String | Invoke-Expression`;

/** `completion`, and `complete`, which shells ask. */
export const completionCommands: CommandFamily = (program, ended) => {
  program
    .command('completion')
    .description('Print what lets a shell complete commands, flags and the names of clusters.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => ended(await (await import('../completion-command.js')).completion(shell)));

  program
    .command('complete', { hidden: true })
    .description('Print what the last of the words can become.')
    .option('--new-word', 'the word to complete is empty')
    .argument('[words...]')
    .action(async (words: readonly string[], { newWord }: { readonly newWord?: boolean }) => ended(await (await import('../completion-command.js')).complete(program, words, newWord === true)));
};
