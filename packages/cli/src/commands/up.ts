import { Option } from 'commander';
import { wholeNumber } from '../flag-values.js';
import type { UpFlags } from '../up-command.js';
import { type CommandFamily, hosts, mode } from './family.js';

/** `up`. */
export const upCommands: CommandFamily = (program, ended) => {
  program
    .command('up')
    .description('Start a cluster for kubectl, and keep it until Ctrl-C.')
    .option('--nodes <number>', 'nodes of the cluster', wholeNumber(0, 100_000), 3)
    .addOption(mode())
    .addOption(hosts())
    .option('--seed <number>', 'seed of every random choice', wholeNumber(0), 1)
    .option('--port <number>', 'port of the API server; 0 picks a free one', wholeNumber(0, 65_535), 6443)
    .option('--kubeconfig <file>', 'kubeconfig to write the cluster into (default: $KUBECONFIG, or ~/.kube/config)')
    .option('--token <token>', "the administrator's bearer token (default: drawn)")
    .addOption(new Option('--controllers <which>', 'none: an API server with nothing that acts on its objects').choices(['all', 'none']).default('all'))
    .action(async (flags: UpFlags) => ended(await (await import('../up-command.js')).up(flags)));
};
