import { type Command, Option } from 'commander';
import type { DownFlags } from '../down-command.js';
import type { GetClustersFlags } from '../get-clusters-command.js';
import type { KubeconfigFlags } from '../kubeconfig-command.js';
import { type CommandFamily, withUsage } from './family.js';

const DOWN_EXAMPLES = `
Examples:
  naumachia down            the only cluster that runs
  naumachia down shop       the one of that name
  naumachia down --all      all of them; done as well if there are none

Exit codes: 0 done; 1 there is no such cluster; 2 wrong usage.`;

const GET_EXAMPLES = `
Examples:
  naumachia get clusters                     what runs, with its server
  naumachia get clusters -o wide             with processes, kubeconfigs and logs
  naumachia get clusters shop -o json        for programs
  naumachia down $(naumachia get clusters -o name)`;

const KUBECONFIG_EXAMPLES = `
Examples:
  naumachia kubeconfig > shop.yaml                   the only cluster that runs
  naumachia kubeconfig shop --write                  into $KUBECONFIG or ~/.kube/config, until the cluster ends
  naumachia kubeconfig --write --kubeconfig ./kc     into a file of your choice`;

/** What is about clusters that run already: `down`, `get clusters` and `kubeconfig`. */
export const clustersCommands: CommandFamily = (program, ended) => {
  program
    .command('down')
    .description('End running clusters, and take them out of the kubeconfigs.')
    .argument('[cluster...]', 'clusters to end (default: the only one that runs)')
    .option('--all', 'all clusters of this user')
    .addHelpText('after', DOWN_EXAMPLES)
    .action(async (names: readonly string[], flags: DownFlags, command: Command) => ended(await withUsage(command, async () => (await import('../down-command.js')).down(names, flags))));

  program
    .command('get')
    .description('Show what runs: `get clusters`.')
    .addHelpText('afterAll', GET_EXAMPLES)
    .command('clusters')
    .alias('cluster')
    .description('Show the running clusters of this user.')
    .argument('[cluster...]', 'only these')
    .addOption(new Option('-o, --output <format>', 'how they are shown').choices(['table', 'wide', 'json', 'yaml', 'name']).default('table'))
    .action(async (names: readonly string[], flags: GetClustersFlags) => ended(await (await import('../get-clusters-command.js')).getClusters(names, flags)));

  program
    .command('kubeconfig')
    .description('Print the kubeconfig of a running cluster, or add it to a kubeconfig file.')
    .argument('[cluster]', 'the cluster (default: the only one that runs)')
    .option('--write', 'add the cluster to a kubeconfig file and make it the current context, until it ends')
    .option('--kubeconfig <file>', 'the file to add it to (default: $KUBECONFIG, or ~/.kube/config)')
    .addHelpText('after', KUBECONFIG_EXAMPLES)
    .action(async (name: string | undefined, flags: KubeconfigFlags, command: Command) => ended(await withUsage(command, async () => (await import('../kubeconfig-command.js')).kubeconfig(name, flags))));
};
