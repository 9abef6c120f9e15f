import { type Command, Option } from 'commander';
import { positiveNumber, wholeNumber } from '../flag-values.js';
import type { UpFlags } from '../up-command.js';
import { type CommandFamily, hosts, mode, withUsage } from './family.js';

/** `up`. */
export const upCommands: CommandFamily = (program, ended) => {
  program
    .command('up')
    .description('Start a cluster for kubectl, and keep it until Ctrl-C.')
    .option('--nodes <number>', 'nodes of the cluster', wholeNumber(0, 100_000), 3)
    .addOption(mode('simulated: on one thread in virtual time, which goes as fast as you say'))
    .addOption(hosts())
    .option('--speed <number>', 'simulated: virtual seconds in one of wall time (default: 1)', positiveNumber)
    .option('--paused', 'simulated: the clock stands until `naumachia clock` lets it go on; requests are answered all the same')
    .option('--seed <number>', 'seed of every random choice', wholeNumber(0), 1)
    .option('--port <number>', 'port of the API server; 0 picks a free one', wholeNumber(0, 65_535), 6443)
    .option('--kubeconfig <file>', 'kubeconfig to write the cluster into (default: $KUBECONFIG, or ~/.kube/config)')
    .option('--token <token>', "the administrator's bearer token (default: drawn)")
    .addOption(new Option('--controllers <which>', 'none: an API server with nothing that acts on its objects').choices(['all', 'none']).default('all'))
    .action(async (flags: UpFlags, command: Command) => ended(await withUsage(command, async () => (await import('../up-command.js')).up(flags))));
};
