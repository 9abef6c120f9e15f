import { type Command, Option } from 'commander';
import { clusterName, positiveNumber, wholeNumber } from '../flag-values.js';
import type { UpFlags } from '../up-command.js';
import { type CommandFamily, hosts, mode, processes, withUsage } from './family.js';

const EXAMPLES = `
Examples:
  naumachia up                                    three nodes, until Ctrl-C
  naumachia up --detach --name shop --nodes 20    in the background; "naumachia down shop" ends it
  naumachia up --config cluster.yaml              node groups with labels, taints, zones and sizes, and latencies of links
  naumachia up --mode simulated --paused          in virtual time, which stands until "naumachia clock advance 5m"
  naumachia up --port 0 --kubeconfig ./kubeconfig    on a free port, with a kubeconfig of its own

Exit codes: 0 it was ended; 1 it could not start; 2 wrong usage or a wrong cluster file; 130 interrupted before it was ready.`;

/** `up`. */
export const upCommands: CommandFamily = (program, ended) => {
  program
    .command('up')
    .description('Start a cluster for kubectl, and keep it until Ctrl-C or `naumachia down`.')
    .option('--config <file>', 'cluster file (YAML) that describes the cluster; flags count more than what it says')
    .option('--name <name>', 'what the cluster is called (default: naumachia, or naumachia-2 and so on if that is running)', clusterName)
    .option('--nodes <number>', 'nodes of the cluster (default: 3)', wholeNumber(0, 100_000))
    .addOption(mode('simulated: on one thread in virtual time, which goes as fast as you say'))
    .addOption(hosts())
    .addOption(processes())
    .option('--speed <number>', 'simulated: virtual seconds in one of wall time (default: 1)', positiveNumber)
    .option('--paused', 'simulated: the clock stands until `naumachia clock` lets it go on; requests are answered all the same')
    .option('--from <file>', 'go on with a simulated cluster that `naumachia clock save` has kept')
    .option('--seed <number>', 'seed of every random choice (default: 1)', wholeNumber(0))
    .option('--port <number>', 'port of the API server; 0 picks a free one', wholeNumber(0, 65_535), 6443)
    .option('--kubeconfig <file>', 'kubeconfig to add the cluster to until it ends (default: $KUBECONFIG, or ~/.kube/config)')
    .option('--no-kubeconfig', 'leave every kubeconfig as it is; `naumachia kubeconfig` prints one')
    .option('--token <token>', "the administrator's bearer token (default: drawn)")
    .addOption(new Option('--controllers <which>', 'none: an API server with nothing that acts on its objects (default: all)').choices(['all', 'none']))
    .option('--detach', 'return when the cluster is ready, and leave it running in the background')
    .addOption(new Option('--detached-log <file>').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UpFlags, command: Command) => ended(await withUsage(command, async () => (await upOf())(flags))));
};

/** In one file, if it has been bundled since it was compiled: its workers and it itself load that in a third of the time. */
const upOf = async (): Promise<(flags: UpFlags) => Promise<number>> => (await import('../up-bundle.js')).loadUpBundle()?.up ?? (await import('../up-command.js')).up;
