import { Option } from 'commander';
import type { VersionFlags } from '../version-command.js';
import { type CommandFamily, examples } from './family.js';

/** `version`. */
export const versionCommands: CommandFamily = (program, ended) => {
  program
    .command('version')
    .description('Print the versions of naumachia, of the Kubernetes that it is, and of Node.')
    .addOption(new Option('-o, --output <format>', 'how they are printed').choices(['text', 'json']).default('text'))
    .addHelpText('after', examples(['version', 'for people'], ['version -o json', 'for programs']))
    .action(async (flags: VersionFlags) => ended(await (await import('../version-command.js')).version(flags)));
};
