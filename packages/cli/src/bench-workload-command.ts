import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dataItemsFile, makeWorkloadReport, missingFor, passesLabels, readWorkloadFile, remarksOn, reportTable, runWorkload, textTable, type Threshold, UnreadableWorkloadFile, type Workload,
  WORKLOAD_HOSTS, type WorkloadFile, type WorkloadReport, writeReport,
} from '@naumachia/bench';
import { CommandFailed, EXIT } from './exit-codes.js';
import { interruption } from './interruption.js';
import { progressLine } from './progress-line.js';
import { VERSION } from './package-version.js';
import { earlierRunsOf, metricsAt, portProblem, prepareReportFolder, type ReportFlags, thresholdsOf } from './report-flags.js';
import { print } from './standard-output.js';

export interface WorkloadFileFlags extends ReportFlags {
  readonly workloadFile: string;
  readonly workload?: readonly string[];
  readonly label?: string;
  readonly hosts?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Milliseconds; absent: as long as scheduler_perf gives each workload. */
  readonly duration?: number;
}

/** `setupTestCase`: 30 minutes should be plenty enough even for the 5000-node tests. */
const LONGEST_MS = 30 * 60_000;
const MOST_ERRORS = 20;

/** `naumachia bench --workload-file`: lists the workloads of a file of scheduler_perf, or runs those that are named. Resolves with the exit code. */
export const benchWorkloads = async (flags: WorkloadFileFlags): Promise<number> => {
  const thresholds = thresholdsOf(flags);
  const earlier = earlierRunsOf(flags);
  const file = readOrRefuse(flags.workloadFile);
  const workloads = file.workloads.filter(({ labels }) => passesLabels(flags.label ?? '', labels));
  if (flags.workload === undefined) {
    await print(flags.output === 'json' ? `${JSON.stringify(workloads.map(summary), null, 1)}\n` : listing(file, workloads));
    return EXIT.done;
  }
  const chosen = selected(file, workloads, flags.workload, flags.label);
  refuseWhatLacks(chosen);
  prepareReportFolder(flags);

  const reports: WorkloadReport[] = [];
  for (const workload of chosen) {
    const report = await run(file, workload, flags, thresholds);
    reports.push(report);
    const folder = flags.report === undefined || chosen.length === 1 ? flags.report : join(flags.report, plainName(workload.name));
    for (const path of folder === undefined ? [] : writeReport(folder, report, earlier)) process.stderr.write(`wrote ${path}\n`);
    if (flags.output === 'table') await print(`${reportTable(report, earlier)}${reports.length < chosen.length ? '\n' : ''}`);
    if (report.outcome === 'interrupted') break;
  }
  if (flags.report !== undefined) process.stderr.write(`wrote ${writeDataItems(flags.report, file, reports)}\n`);
  if (flags.output === 'json') await print(`${JSON.stringify(reports.length === 1 ? reports[0] : reports)}\n`);
  return exitCodeOf(reports);
};

const run = async (file: WorkloadFile, workload: Workload, flags: WorkloadFileFlags, thresholds: readonly Threshold[]): Promise<WorkloadReport> => {
  const { seed = 1, hosts = WORKLOAD_HOSTS, duration: limit = LONGEST_MS } = flags;
  const progress = progressLine(process.stderr);
  const interrupt = interruption(() => progress.note('stopping; once more ends at once'));
  const remarks = remarksOn(workload);
  progress.note(workload.name);
  for (const remark of remarks) progress.note(`note: ${remark}`);
  const startedAt = new Date();
  const result = await runWorkload({
    workload, hosts, seed, limit, signal: interrupt.signal,
    progress: ({ operation, text, elapsed }) => progress.say(operation, `${operation}${text === '' ? '' : `: ${text}`}`, elapsed),
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
  if (result.problem !== undefined) process.stderr.write(`error: ${workload.name}: ${result.problem}\n`);
  return makeWorkloadReport({ version: VERSION, startedAt, file, workload, result, hosts, seed, limit, interrupted: interrupt.signal.aborted, remarks, thresholds });
};

const exitCodeOf = (reports: readonly WorkloadReport[]): number => {
  if (reports.some(({ outcome }) => outcome === 'interrupted')) return EXIT.interrupted;
  if (reports.some(({ outcome }) => outcome === 'incomplete')) return EXIT.failed;
  return reports.every(({ thresholds }) => thresholds.every(({ verdict }) => verdict === 'kept')) ? EXIT.done : EXIT.threshold;
};

const readOrRefuse = (path: string): WorkloadFile => {
  try {
    const read = readWorkloadFile(path);
    if ('file' in read) return read.file;
    for (const { file, line, field, problem } of read.errors.slice(0, MOST_ERRORS)) process.stderr.write(`error: ${file}:${line}: ${field === '' ? '' : `${field}: `}${problem}\n`);
    throw new CommandFailed(`${path} is no workload file that could be run; nothing was started`);
  } catch (error) {
    if (error instanceof UnreadableWorkloadFile) throw new CommandFailed(`${error.message}. Check the path given with --workload-file.`, EXIT.usage);
    throw error;
  }
};

/** The workloads of these names; the name of a test case means all its workloads that have the labels. */
const selected = (file: WorkloadFile, workloads: readonly Workload[], names: readonly string[], label: string | undefined): readonly Workload[] => {
  const chosen = names.flatMap((name) => {
    const exact = file.workloads.filter((workload) => workload.name === name || workload.testCase === name);
    if (exact.length === 0) throw new CommandFailed(`${file.path} has no workload ${JSON.stringify(name)}; its test cases are ${[...new Set(file.workloads.map(({ testCase }) => testCase))].join(', ')}. Without --workload all workloads are listed.`, EXIT.usage);
    const labelled = exact.filter((workload) => workloads.includes(workload));
    if (labelled.length === 0) throw new CommandFailed(`no workload ${name} passes --label ${label ?? ''}: ${exact.map((workload) => `${workload.name} has ${workload.labels.join(', ') || 'no labels'}`).join('; ')}`, EXIT.usage);
    return labelled;
  });
  return [...new Set(chosen)];
};

const refuseWhatLacks = (chosen: readonly Workload[]): void => {
  const lacking = chosen.map((workload) => ({ name: workload.name, missing: missingFor(workload) })).filter(({ missing }) => missing.length > 0);
  if (lacking.length === 0) return;
  for (const { name, missing } of lacking) process.stderr.write(`error: ${name} needs what is not built: ${missing.join('; ')}\n`);
  throw new CommandFailed(`${lacking.length === 1 ? 'a workload' : `${lacking.length} workloads`} of ${chosen.length} cannot run; nothing was started`);
};

const summary = (workload: Workload): object => {
  const missing = missingFor(workload);
  return { name: workload.name, labels: workload.labels, runnable: missing.length === 0, missing, ...(workload.threshold > 0 && { threshold: workload.threshold }) };
};

const listing = (file: WorkloadFile, workloads: readonly Workload[]): string => {
  const rows = workloads.map((workload) => ({ workload, missing: missingFor(workload) }));
  const runnable = rows.filter(({ missing }) => missing.length === 0).length;
  const lines = textTable([['WORKLOAD', 'THRESHOLD'], ...rows.map(({ workload }) => [workload.name, workload.threshold > 0 ? String(workload.threshold) : '-'])]).split('\n');
  const labels = ['LABELS', ...rows.map(({ workload }) => workload.labels.join(',') || '-')];
  const widest = Math.max(...labels.map((label) => label.length));
  const longest = Math.max(...lines.map((line) => line.length));
  const needs = ['RUNS', ...rows.map(({ missing }) => (missing.length === 0 ? 'yes' : `needs ${missing.join('; ')}`))];
  const table = lines.map((line, index) => `${line.padEnd(longest)}   ${(labels[index] ?? '').padEnd(widest)}   ${needs[index] ?? ''}`).join('\n');
  return `${table}\n\n${runnable} of ${rows.length} workloads of ${file.path} can run; --workload NAME runs one.\n`;
};

/** As perf-dash looks for it. */
const writeDataItems = (folder: string, { topic }: WorkloadFile, reports: readonly WorkloadReport[]): string => {
  const at = reports[0]?.startedAt.replace(/\.\d+Z$/, 'Z') ?? '';
  const path = join(folder, `BenchmarkPerfScheduling_benchmark_${topic}_${at}.json`);
  writeFileSync(path, `${JSON.stringify(dataItemsFile(reports.flatMap(({ dataItems }) => dataItems)), null, 2)}\n`);
  return path;
};

const plainName = (name: string): string => name.replaceAll(/[^\w.-]/g, '_');
