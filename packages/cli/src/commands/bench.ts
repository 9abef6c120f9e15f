import { type Command, Option } from 'commander';
import type { BenchFlags } from '../bench-command.js';
import type { EndpointFlags } from '../bench-endpoints-command.js';
import type { IdleFlags } from '../bench-idle-command.js';
import type { LeaksFlags } from '../bench-leaks-command.js';
import type { MemoryFlags } from '../bench-memory-command.js';
import type { MicroFlags } from '../bench-micro-command.js';
import type { StartFlags } from '../bench-start-command.js';
import { collected, durationValue, wholeNumber } from '../flag-values.js';
import type { WorkloadFileFlags } from '../bench-workload-command.js';
import { UsageError } from '../exit-codes.js';
import { type CommandFamily, examples, hosts, mode, output, processes, withUsage } from './family.js';

const EXAMPLES = `
Examples:
  naumachia bench                                        30,000 pods on 1,000 nodes
  naumachia bench --nodes 20 --pods 500 --report out     a small one, with its report in out/report.html
  naumachia bench --config cluster.yaml -f manifests/    your own manifests on the cluster of a cluster file
  naumachia bench --threshold 'p99(create-to-running) < 5s' --compare out
  naumachia bench --workload-file performance-config.yaml --workload SchedulingBasic/5000Nodes_10000Pods

Exit codes: 0 done; 1 something was refused or did not complete; 2 wrong usage or unreadable files;
99 a threshold was crossed; 130 interrupted.`;

/** `bench` and what is under it. */
export const benchCommands: CommandFamily = (program, ended) => {
  const bench = program
    .command('bench')
    .description('Create a load of pods on a cluster, wait until all are Running, and print what it took.')
    .option('--config <file>', 'cluster file (YAML) that describes the cluster; flags count more than what it says')
    .option('--nodes <number>', 'nodes of the cluster (default: 1000)', wholeNumber(1, 100_000))
    .option('--pods <number>', 'scale the manifests to this many pods (default: 30000 for the examples; your own files as they are)', wholeNumber(1))
    .option('--services <number>', 'scale the manifests to this many Services (default: 1000 for the examples)', wholeNumber(0))
    .option('-f, --file <path...>', 'manifests to apply instead of the examples: files, or folders of .yaml, .yml and .json files')
    .addOption(mode())
    .addOption(hosts())
    .addOption(processes())
    .option('--faults <file>', 'what fails meanwhile (YAML): processes, components and links, as scenarios of `naumachia simulate` have it')
    .option('--seed <number>', 'seed of every random choice (default: 1)', wholeNumber(0))
    .option('--duration <time>', 'longest time that the run may take (default: 2 minutes, 30 for a workload)', durationValue)
    .option('--workload-file <file>', 'a performance-config.yaml of scheduler_perf: lists its workloads, or runs those that --workload names')
    .option('--workload <name>', 'a workload of the file, such as SchedulingBasic/5000Nodes, or a test case, for all its workloads; may be given again', collected)
    .option('--label <labels>', 'only workloads with these labels, as scheduler_perf filters them: performance,-short')
    .option('--report <folder>', 'write report.json, report.html, report.md and junit.xml into this folder')
    .option('--compare <folder...>', 'hold the figures against those of earlier runs: folders that --report has written')
    .option('--metrics-port <number>', 'port of 127.0.0.1 that answers /metrics while the run lasts, as Prometheus reads it; 0 picks a free one', wholeNumber(0, 65_535))
    .option('--threshold <expression>', "what must hold, such as 'p99(create-to-running) < 5s'; may be given again", collected)
    .addOption(output())
    .addHelpText('after', EXAMPLES)
    // What comes after `micro` belongs to it, `-o` too.
    .enablePositionalOptions()
    .action(async (flags: BenchFlags & Partial<WorkloadFileFlags>, command: Command) =>
      ended(
        await withUsage(command, async () => {
          const { workloadFile } = flags;
          refuseMixture(command, workloadFile !== undefined);
          return workloadFile === undefined ? (await import('../bench-command.js')).bench(flags) : (await import('../bench-workload-command.js')).benchWorkloads({ ...flags, workloadFile });
        }),
      ),
    );

  bench
    .command('micro')
    .description('Measure the hot paths one by one.')
    .option('--only <word>', 'only what has this word in its name; may be given again', collected)
    .option('--time <time>', 'how long each is measured', durationValue, 500)
    .option('--save <file>', 'keep the figures')
    .option('--compare <file>', 'show the ratio to saved figures')
    .addOption(output())
    .addHelpText('after', examples(['bench micro', 'all of them, half a second each'], ['bench micro --only scheduling-cycle', 'one suite'], ['bench micro --save before.json', 'figures to compare with'], ['bench micro --compare before.json', 'and the comparison']))
    .action(async (flags: MicroFlags, command: Command) => ended(await withUsage(command, async () => (await import('../bench-micro-command.js')).benchMicro(flags))));

  bench
    .command('idle')
    .description('Weigh nodes that have nothing to do: the memory of their components, and of all that a cluster keeps for them.')
    .option('--nodes <number>', 'nodes to weigh', wholeNumber(1, 100_000), 1000)
    .option('--duration <time>', 'how long the cluster is left alone first', durationValue, 300_000)
    .addOption(output())
    .addHelpText('after', examples(['bench idle', '1,000 nodes after five minutes'], ['bench idle --nodes 100 --duration 30s', 'fewer, and sooner']))
    .action(async (flags: IdleFlags, command: Command) => ended(await withUsage(command, async () => (await import('../bench-idle-command.js')).benchIdle(flags))));

  bench
    .command('memory')
    .description('Weigh stored pods that scheduler and controllers watch, after a compaction: what they add to an empty cluster.')
    .option('--pods <number>', 'pods to weigh', wholeNumber(1, 1_000_000), 100_000)
    .addOption(output())
    .addHelpText('after', examples(['bench memory', '100,000 pods'], ['bench memory --pods 10000 -o json', 'fewer, for programs']))
    .action(async (flags: MemoryFlags, command: Command) => ended(await withUsage(command, async () => (await import('../bench-memory-command.js')).benchMemory(flags))));

  bench
    .command('endpoints')
    .description('Change single endpoints in a cluster that has many, and time until every kube-proxy has the change in force.')
    .option('--nodes <number>', 'nodes, each with a kube-proxy', wholeNumber(1, 100_000), 1000)
    .option('--services <number>', 'Services', wholeNumber(1, 100_000), 8100)
    .option('--endpoints <number>', 'endpoints of all Services together', wholeNumber(1), 67_750)
    .addOption(output())
    .addHelpText('after', examples(['bench endpoints', '1,000 proxies and 8,100 Services'], ['bench endpoints --nodes 50 --services 100 --endpoints 1000', 'a small cluster']))
    .action(async (flags: EndpointFlags, command: Command) => ended(await withUsage(command, async () => (await import('../bench-endpoints-command.js')).benchEndpoints(flags))));

  bench
    .command('start')
    .description('Start clusters again and again, and time how long a user waits: for the command, and within a program until a pod runs.')
    .option('--runs <number>', 'how often', wholeNumber(1, 1000), 5)
    .option('--nodes <number>', 'nodes of each', wholeNumber(1, 1000), 3)
    .addOption(output())
    .addHelpText('after', examples(['bench start', 'five starts of each kind'], ['bench start --runs 20 --nodes 10 -o json', 'more, for programs']))
    .action(async (flags: StartFlags) => ended(await (await import('../bench-start-command.js')).benchStart(flags)));

  bench
    .command('leaks')
    .description('Start and stop clusters within this process, one after another, and see what they leave behind: memory, sockets, timers, threads.')
    .option('--clusters <number>', 'how many', wholeNumber(1, 100_000), 100)
    .option('--nodes <number>', 'nodes of each', wholeNumber(0, 1000), 3)
    .addOption(new Option('--mode <mode>', 'where their components run (default: on the thread of this process)').choices(['packed', 'threads', 'simulated']))
    .addOption(output())
    .addHelpText('after', examples(['bench leaks', '100 clusters on this thread'], ['bench leaks --clusters 20 --mode packed', 'on worker threads']))
    .action(async (flags: LeaksFlags) => ended(await (await import('../bench-leaks-command.js')).benchLeaks(flags)));
};

/** What may stand beside a workload file, which says itself what is created and where; and what says nothing without one. */
const WITH_WORKLOAD_FILE: ReadonlySet<string> = new Set(['--workload-file', '--workload', '--label', '--hosts', '--seed', '--duration', '--report', '--compare', '--threshold', '--metrics-port', '--output']);
const NEEDS_WORKLOAD_FILE: ReadonlySet<string> = new Set(['--workload', '--label']);

const refuseMixture = (command: Command, hasFile: boolean): void => {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli').map(({ long }) => long ?? '');
  const wrong = given.find((flag) => (hasFile ? !WITH_WORKLOAD_FILE.has(flag) : NEEDS_WORKLOAD_FILE.has(flag)));
  if (wrong !== undefined) throw new UsageError(hasFile ? `${wrong} and --workload-file exclude each other: the workload says what is created` : `${wrong} needs --workload-file`);
};
