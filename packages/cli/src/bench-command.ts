import { type Aftermath, type LoadOptions, makeReport, type Report, reportTable, runLoad, writeReport } from '@naumachia/bench';
import { clusterNodes, DEFAULT_CAPACITY } from '@naumachia/actors/cluster';
import { type ClusterFlags, describedCluster, type DescribedCluster, nodeCount } from './cluster-flags.js';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';
import { faultPlan } from './fault-file.js';
import { interruption } from './interruption.js';
import { processesFor } from './machine-limits.js';
import { progressLine } from './progress-line.js';
import { VERSION } from './package-version.js';
import { earlierRunsOf, metricsAt, portProblem, prepareReportFolder, type ReportFlags, thresholdsOf } from './report-flags.js';
import { print } from './standard-output.js';
import { located, workload, type Workload, type WorkloadFlags } from './workload.js';

export interface BenchFlags extends ClusterFlags, WorkloadFlags, ReportFlags {
  /** Default: as many as the machine's limits ask for. */
  readonly processes?: number;
  /** File of what fails meanwhile. */
  readonly faults?: string;
  /** Milliseconds. Default: 120,000. */
  readonly duration?: number;
}

const DEFAULTS = { nodes: 1000, latency: 'none' } as const;
const LONGEST_MS = 120_000;
const MOST_REFUSALS = 20;

/** `naumachia bench`: the load benchmark. Resolves with the exit code. */
export const bench = async (flags: BenchFlags): Promise<number> => {
  const thresholds = thresholdsOf(flags);
  const earlier = earlierRunsOf(flags);
  const cluster = await describedCluster(flags, DEFAULTS);
  const { seed, hosts } = cluster;
  const mode = modeOf(cluster);
  const nodes = nodeCount(cluster);
  if (nodes === 0) throw new UsageError('a load needs nodes that its pods can run on');
  const load = workload(flags);
  const limit = flags.duration ?? LONGEST_MS;
  for (const { file, line, problem } of load.errors) process.stderr.write(`error: ${file}:${line}: ${problem}\n`);
  if (load.objects.length === 0) throw new CommandFailed('there is nothing to apply', EXIT.failed);
  const processes = processesFor(nodes, mode, flags.processes);
  refuseTooManyPods(cluster, load);
  const faults = flags.faults === undefined ? undefined : faultPlan(flags.faults, { nodes, processes, seed });
  prepareReportFolder(flags);

  const startedAt = new Date();
  const progress = progressLine(process.stderr);
  const interrupt = interruption(() => progress.note('stopping; once more ends at once'));
  const result = await runLoad({
    nodes, cluster, mode, hosts, processes, seed, objects: load.objects, ...(faults && { faults }), limit, signal: interrupt.signal,
    progress: (seen) => progress.show(seen),
    incident: ({ host, what, detail }) => progress.note(`${host}: ${what}: ${detail}`),
    ...metricsAt(flags, (text) => progress.note(text)),
  })
    .catch((error: unknown) => {
      throw portProblem(error, flags) ?? error;
    })
    .finally(() => {
      progress.end();
      interrupt.release();
    });

  const report = makeReport({
    version: VERSION, startedAt, result, interrupted: interrupt.signal.aborted, thresholds, manifestErrors: load.errors, refused: located(result.refused, load.manifests),
    run: { nodes, mode, seed, hosts: hosts ?? 'one per core', limit, pods: load.pods, services: load.services, objects: load.objects.length, manifests: load.sources },
  });
  tellProblems(report, result.aftermath);
  const written = flags.report === undefined ? [] : writeReport(flags.report, report, earlier);
  await print(flags.output === 'json' ? `${JSON.stringify(report)}\n` : reportTable(report, earlier));
  for (const path of written) process.stderr.write(`wrote ${path}\n`);
  return exitCodeOf(report);
};

const exitCodeOf = ({ outcome, thresholds, refused, manifestErrors }: Report): number => {
  if (outcome === 'interrupted') return EXIT.interrupted;
  if (outcome === 'incomplete' || refused.length > 0 || manifestErrors.length > 0) return EXIT.failed;
  return thresholds.every(({ verdict }) => verdict === 'kept') ? EXIT.done : EXIT.threshold;
};

const tellProblems = ({ refused, outcome, run, figures }: Report, aftermath: Aftermath | undefined): void => {
  for (const object of aftermath?.lost ?? []) process.stderr.write(`error: ${object} was acknowledged, and is not there any more\n`);
  if (aftermath && aftermath.recovered === undefined && outcome === 'incomplete') process.stderr.write(`error: not all nodes and pods were well again in time; --duration gives a run more time\n`);
  for (const { kind, name, message, file, line } of refused.slice(0, MOST_REFUSALS)) process.stderr.write(`error: ${file === undefined ? '' : `${file}:${line}: `}${kind} ${name}: ${message}\n`);
  if (refused.length > MOST_REFUSALS) process.stderr.write(`error: ${refused.length - MOST_REFUSALS} more objects were refused\n`);
  const running = figures.find(({ name }) => name === 'pods.running')?.value ?? 0;
  if (outcome === 'incomplete') process.stderr.write(`error: ${running} of ${run.pods} pods were Running after ${run.limit / 1000} s; --duration gives a run more time\n`);
};

const modeOf = ({ mode }: DescribedCluster): LoadOptions['mode'] => {
  if (mode === 'simulated') throw new UsageError('a benchmark runs in wall time: choose --mode packed or --mode threads');
  return mode;
};

const refuseTooManyPods = (cluster: DescribedCluster, { pods, scaled }: Workload): void => {
  const nodes = clusterNodes(cluster);
  const room = nodes.reduce((sum, { group }) => sum + Number(group.capacity?.pods ?? DEFAULT_CAPACITY.pods), 0);
  if (pods <= room) return;
  const each = room / nodes.length;
  const message = cluster.nodeGroups === undefined ? `${pods} pods do not fit on ${nodes.length} nodes, which take ${each} each; --nodes ${Math.ceil(pods / each)} would do` : `${pods} pods do not fit on the nodes of the cluster file, which take ${room} together`;
  if (scaled) throw new UsageError(message);
  process.stderr.write(`warning: ${message}\n`);
};
