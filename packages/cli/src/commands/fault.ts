import type { KillFlags } from '../fault-command.js';
import { durationValue } from '../flag-values.js';
import type { CommandFamily } from './family.js';

const EXAMPLES = `
Examples:
  naumachia fault kill kubelet/node-2              a node dies
  naumachia fault kill etcd apiserver --for 30s    the control plane is away for half a minute

Exit codes: 0 done; 1 there is no such cluster or component; 2 wrong usage.`;

const HOUR_MS = 3_600_000;

/** `fault` and what is under it. */
export const faultCommands: CommandFamily = (program, ended) => {
  program
    .command('fault')
    .description('Let components of a running cluster fail.')
    .addHelpText('afterAll', EXAMPLES)
    .command('kill')
    .description('End components at once. They start again after a while, with what was on their disks.')
    .argument('<component...>', 'kubelet/NODE, kube-proxy/NODE, etcd, apiserver, scheduler or controller-manager')
    .option('--for <time>', "how long they stay away, of the cluster's own time (default: 1h)", durationValue, HOUR_MS)
    .option('--cluster <name>', 'the cluster that is meant (default: the only one that runs)')
    .action(async (actors: readonly string[], flags: KillFlags) => ended(await (await import('../fault-command.js')).kill(actors, flags)));
};
