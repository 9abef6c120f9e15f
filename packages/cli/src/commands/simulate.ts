import type { Command } from 'commander';
import { seedRange, wholeNumber } from '../flag-values.js';
import type { SimulateFlags } from '../simulate-command.js';
import { type CommandFamily, output, withUsage } from './family.js';

const EXAMPLES = `
Examples:
  naumachia simulate --seeds 1..200 --jobs 2     the default scenario with 200 seeds
  naumachia simulate --seed 17                   one of them again, exactly as it was
  naumachia simulate idle --seed 1               how fast virtual time goes for ten idle nodes
  naumachia simulate my-scenario.yaml -o json    a scenario of your own

Exit codes: 0 every seed passed; 1 a seed failed, or the scenario is wrong; 2 wrong usage or unreadable files; 130 interrupted.`;

/** `simulate`. */
export const simulateCommands: CommandFamily = (program, ended) => {
  program
    .command('simulate')
    .description('Play a failure experiment on a cluster in virtual time, with many seeds: each decides every order, every delay, and what fails when.')
    .argument('[scenario]', 'scenario file (default: rolling-update-in-a-storm, which comes with the package, as idle does)')
    .option('--seed <number>', 'play this seed alone', wholeNumber(0))
    .option('--seeds <first..last>', 'play these seeds (default: 1..10)', seedRange)
    .option('--jobs <number>', 'seeds that are played side by side (default: one per core)', wholeNumber(1, 256))
    .option('--catalog <module>', "module that exports a `catalog` of actors to play with instead of the cluster's own")
    .addOption(output())
    .addHelpText('after', EXAMPLES)
    .action(async (scenario: string | undefined, flags: SimulateFlags, command: Command) => ended(await withUsage(command, async () => (await import('../simulate-command.js')).simulate(scenario, flags))));
};
