import { Command, Option } from 'commander';
import { collected, durationValue, seedRange, wholeNumber } from './flag-values.js';
import { EXIT, UsageError } from './exit-codes.js';
import type { BenchFlags } from './bench-command.js';
import type { EndpointFlags } from './bench-endpoints-command.js';
import type { IdleFlags } from './bench-idle-command.js';
import type { MemoryFlags } from './bench-memory-command.js';
import type { MicroFlags } from './bench-micro-command.js';
import type { SimulateFlags } from './simulate-command.js';
import type { UpFlags } from './up-command.js';

const EXIT_CODES = `
Exit codes: 0 done; 1 something was refused or did not complete; 2 wrong usage or unreadable files;
99 a threshold was crossed; 130 interrupted.`;

const SIMULATE_EXAMPLES = `
Examples:
  naumachia simulate --seeds 1..200 --jobs 2     the default scenario with 200 seeds
  naumachia simulate --seed 17                   one of them again, exactly as it was
  naumachia simulate idle --seed 1               how fast virtual time goes for ten idle nodes
  naumachia simulate my-scenario.yaml -o json    a scenario of your own

Exit codes: 0 every seed passed; 1 a seed failed, or the scenario is wrong; 2 wrong usage or unreadable files; 130 interrupted.`;

/** What only the command itself can tell to be wrong usage is answered as commander answers the rest. */
const withUsage = async (command: Command, run: () => Promise<number>): Promise<number> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: EXIT.usage });
    throw error;
  }
};

/** The commands and their flags. Each loads its code when it is called, so that `--help` and `up` need not wait for the others'. */
export const program = (version: string, ended: (exitCode: number) => void): Command => {
  const naumachia = new Command('naumachia').description('A whole Kubernetes 1.36 cluster inside Node.js: start one, or measure one.').version(version).exitOverride().showHelpAfterError().enablePositionalOptions();
  const mode = (): Option => new Option('--mode <mode>', 'packed: many components on few threads; threads: each component on a thread of its own').choices(['packed', 'threads']).default('packed');
  const hosts = (): Option => new Option('--hosts <number>', 'worker threads in packed mode (default: one per core)').argParser(wholeNumber(1, 256));
  const output = (): Option => new Option('-o, --output <format>', 'what is printed at the end').choices(['table', 'json']).default('table');

  const benchCommand = naumachia
    .command('bench')
    .description('Create a load of pods on a cluster, wait until all are Running, and print what it took.')
    .option('--nodes <number>', 'nodes of the cluster', wholeNumber(1, 100_000), 1000)
    .option('--pods <number>', 'scale the manifests to this many pods (default: 30000 for the examples; your own files as they are)', wholeNumber(1))
    .option('--services <number>', 'scale the manifests to this many Services (default: 1000 for the examples)', wholeNumber(0))
    .option('-f, --file <path...>', 'manifests to apply instead of the examples: files, or folders of .yaml, .yml and .json files')
    .addOption(mode())
    .addOption(hosts())
    .option('--seed <number>', 'seed of every random choice', wholeNumber(0), 1)
    .option('--duration <time>', 'longest time that the run may take', durationValue, 120_000)
    .option('--report <folder>', 'write report.json and report.html into this folder')
    .option('--threshold <expression>', "what must hold, such as 'p99(create-to-running) < 5s'; may be given again", collected)
    .addOption(output())
    .addHelpText('after', EXIT_CODES)
    // What comes after `micro` belongs to it, `-o` too.
    .enablePositionalOptions()
    .action(async (flags: BenchFlags, command: Command) => ended(await withUsage(command, async () => (await import('./bench-command.js')).bench(flags))));

  benchCommand
    .command('micro')
    .description('Measure the hot paths one by one.')
    .option('--only <word>', 'only what has this word in its name; may be given again', collected)
    .option('--time <time>', 'how long each is measured', durationValue, 500)
    .option('--save <file>', 'keep the figures')
    .option('--compare <file>', 'show the ratio to saved figures')
    .addOption(output())
    .action(async (flags: MicroFlags, command: Command) => ended(await withUsage(command, async () => (await import('./bench-micro-command.js')).benchMicro(flags))));

  benchCommand
    .command('idle')
    .description('Weigh nodes that have nothing to do: the memory of their components, and of all that a cluster keeps for them.')
    .option('--nodes <number>', 'nodes to weigh', wholeNumber(1, 100_000), 1000)
    .option('--duration <time>', 'how long the cluster is left alone first', durationValue, 300_000)
    .addOption(output())
    .action(async (flags: IdleFlags, command: Command) => ended(await withUsage(command, async () => (await import('./bench-idle-command.js')).benchIdle(flags))));

  benchCommand
    .command('memory')
    .description('Weigh stored pods that scheduler and controllers watch, after a compaction: what they add to an empty cluster.')
    .option('--pods <number>', 'pods to weigh', wholeNumber(1, 1_000_000), 100_000)
    .addOption(output())
    .action(async (flags: MemoryFlags, command: Command) => ended(await withUsage(command, async () => (await import('./bench-memory-command.js')).benchMemory(flags))));

  benchCommand
    .command('endpoints')
    .description('Change single endpoints in a cluster that has many, and time until every kube-proxy has the change in force.')
    .option('--nodes <number>', 'nodes, each with a kube-proxy', wholeNumber(1, 100_000), 1000)
    .option('--services <number>', 'Services', wholeNumber(1, 100_000), 8100)
    .option('--endpoints <number>', 'endpoints of all Services together', wholeNumber(1), 67_750)
    .addOption(output())
    .action(async (flags: EndpointFlags, command: Command) => ended(await withUsage(command, async () => (await import('./bench-endpoints-command.js')).benchEndpoints(flags))));

  naumachia
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
    .action(async (flags: UpFlags) => ended(await (await import('./up-command.js')).up(flags)));

  naumachia
    .command('simulate')
    .description('Play a failure experiment on a cluster in virtual time, with many seeds: each decides every order, every delay, and what fails when.')
    .argument('[scenario]', 'scenario file (default: rolling-update-in-a-storm, which comes with the package, as idle does)')
    .option('--seed <number>', 'play this seed alone', wholeNumber(0))
    .option('--seeds <first..last>', 'play these seeds (default: 1..10)', seedRange)
    .option('--jobs <number>', 'seeds that are played side by side (default: one per core)', wholeNumber(1, 256))
    .option('--catalog <module>', "module that exports a `catalog` of actors to play with instead of the cluster's own")
    .addOption(output())
    .addHelpText('after', SIMULATE_EXAMPLES)
    .action(async (scenario: string | undefined, flags: SimulateFlags, command: Command) => ended(await withUsage(command, async () => (await import('./simulate-command.js')).simulate(scenario, flags))));

  return naumachia;
};
