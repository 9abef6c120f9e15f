import { Command } from 'commander';
import { benchCommands } from './commands/bench.js';
import { clockCommands } from './commands/clock.js';
import { clustersCommands } from './commands/clusters.js';
import { completionCommands } from './commands/completion.js';
import type { CommandFamily, Ended } from './commands/family.js';
import { faultCommands } from './commands/fault.js';
import { simulateCommands } from './commands/simulate.js';
import { upCommands } from './commands/up.js';
import { versionCommands } from './commands/version.js';

/** Every command of `naumachia`, in the order of `--help`. */
const FAMILIES: readonly CommandFamily[] = [upCommands, clustersCommands, clockCommands, faultCommands, benchCommands, simulateCommands, completionCommands, versionCommands];

const EXAMPLES = `
Examples:
  naumachia up --detach                        a cluster for kubectl, in the background
  naumachia bench --nodes 100 --pods 2000      how fast pods come to run
  naumachia simulate --seeds 1..200            what goes wrong when things fail

"naumachia COMMAND --help" shows the flags of a command, and more examples.`;

/** The commands and their flags. Each loads its code when it is called, so that `--help` and `up` need not wait for the others'. */
export const program = (version: string, ended: Ended): Command => {
  const naumachia = new Command('naumachia').description('A whole Kubernetes 1.36 cluster inside Node.js: start one, or measure one.').version(version).exitOverride().enablePositionalOptions().addHelpText('after', EXAMPLES);
  for (const add of FAMILIES) add(naumachia, ended);
  tellUsage(naumachia);
  return naumachia;
};

/** What is wrong stays in sight: the whole help would push it out of the terminal. */
const tellUsage = (command: Command): void => {
  const usage = command.createHelp().commandUsage(command);
  command.showHelpAfterError(`\nUsage: ${usage}\n"${usage.replace(/ \[.*$| <.*$/, '')} --help" shows the flags, and examples.`);
  for (const under of command.commands) tellUsage(under);
};
