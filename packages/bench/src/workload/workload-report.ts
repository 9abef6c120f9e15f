import type { Figure } from '../report/figures.js';
import { makeReport, type Report } from '../report/report.js';
import type { Threshold, Verdict } from '../report/threshold.js';
import type { Timeline } from '../report/chart-data.js';
import { quantityText } from '../report/quantity-text.js';
import type { Collected } from './collector.js';
import type { DataItem } from './data-items.js';
import type { WorkloadResult } from './run-workload.js';
import type { Workload, WorkloadFile } from './workload-file.js';

/** The report of a workload: that of every run, and what perf-dash would be given. */
export interface WorkloadReport extends Report {
  readonly workload: { readonly file: string; readonly name: string; readonly featureGates: Workload['featureGates']; readonly problem?: string; readonly remarks: readonly string[] };
  readonly dataItems: readonly DataItem[];
}

export interface WorkloadReportInput {
  readonly version: string;
  readonly startedAt: Date;
  readonly file: WorkloadFile;
  readonly workload: Workload;
  readonly result: WorkloadResult;
  readonly hosts: number;
  readonly seed: number;
  readonly limit: number;
  readonly interrupted: boolean;
  readonly remarks: readonly string[];
  /** Of the command; those of the file are added. */
  readonly thresholds: readonly Threshold[];
}

export const makeWorkloadReport = ({ version, startedAt, file, workload, result, hosts, seed, limit, interrupted, remarks, thresholds }: WorkloadReportInput): WorkloadReport => {
  const dataItems = result.collected.flatMap(({ items }) => items);
  const report = makeReport({
    version, startedAt, interrupted, thresholds, refused: [], manifestErrors: [],
    run: { title: workload.name, nodes: result.nodes, pods: result.podsAsked, services: 0, objects: result.created, mode: 'packed', hosts, seed, limit, manifests: [file.path] },
    result: {
      complete: result.complete, pods: result.podsAsked, refused: [], incidents: result.incidents, nodesReady: undefined, allRunning: undefined, fromStart: undefined,
      heap: { controlPlane: Number.NaN, idle: undefined, end: result.heap }, bytesPerNode: Number.NaN, loopDelay: result.loopDelay, residentBytes: result.residentBytes, threads: result.threads,
      seen: result.seen, began: result.began, process: result.process,
    },
    more: { figures: figuresOf(result), timelines: result.collected.length > 0 ? [throughputTimeline(result)] : [] },
  });
  return {
    ...report,
    figures: report.figures.filter(({ name }) => !NOT_OF_WORKLOADS.has(name)),
    thresholds: [...ownVerdict(workload, dataItems), ...report.thresholds],
    workload: { file: file.path, name: workload.name, featureGates: workload.featureGates, remarks, ...(result.problem !== undefined && { problem: result.problem }) },
    dataItems,
  };
};

/** No kubelet runs a pod here, and what an operation is refused ends the run. */
const NOT_OF_WORKLOADS: ReadonlySet<string> = new Set(['pods.running', 'objects.refused']);

const figuresOf = ({ collected, seen, podsScheduled }: WorkloadResult): Figure[] => [
  ...collected.flatMap((each, index) => throughputFigures(each, collected.length > 1 ? `.${shortName(each, index)}` : '')),
  { name: 'pods.scheduled', value: podsScheduled, unit: 'count' },
  ...(podsScheduled === 0
    ? []
    : [
        { name: 'writes.per-pod', value: Object.values(seen.writes).reduce((sum, count) => sum + count, 0) / podsScheduled, unit: 'count' } as const,
        ...Object.entries(seen.writes).map(([component, count]): Figure => ({ name: `writes.${component}.per-pod`, value: count / podsScheduled, unit: 'count' })),
        ...Object.entries(seen.busy).map(([kind, { milliseconds }]): Figure => ({ name: `cpu.${kind}.per-pod`, value: (milliseconds * 1000) / podsScheduled, unit: 'us' })),
      ]),
];

/** Collections are told apart by what their operation calls them, or else by their number. */
const shortName = ({ name }: Collected, index: number): string => name.slice(name.lastIndexOf('/') + 1) || String(index + 1);

/** scheduler_perf's buckets by the names that figures have here. */
const BUCKETS: readonly (readonly [bucket: string, figure: string])[] = [['Average', 'average'], ['Perc50', 'p50'], ['Perc90', 'p90'], ['Perc95', 'p95'], ['Perc99', 'p99']];

const throughputFigures = ({ items, scheduled, duration }: Collected, of: string): Figure[] => {
  const [throughput, attempts] = ['SchedulingThroughput', 'scheduler_scheduling_attempt_duration_seconds'].map((metric) => items.find(({ labels }) => labels['Metric'] === metric));
  const buckets = (name: string, item: DataItem | undefined, unit: Figure['unit']): Figure[] => (item ? BUCKETS.map(([bucket, figure]) => ({ name: `${name}${of}.${figure}`, value: item.data[bucket] ?? 0, unit })) : []);
  return [
    ...buckets('scheduling-throughput', throughput, 'pods/s'),
    { name: `scheduling-throughput${of}.whole`, value: (scheduled / duration) * 1000, unit: 'pods/s' },
    { name: `scheduling-throughput${of}.duration`, value: duration / 1000, unit: 's' },
    ...buckets('scheduling-attempt', attempts, 'ms'),
  ];
};

const throughputTimeline = ({ collected, began }: WorkloadResult): Timeline => ({
  name: 'scheduling-throughput', title: 'Scheduling throughput', caption: 'Pods bound in each second while metrics were collected: the samples of scheduler_perf.', unit: 'pods/s',
  lines: collected.map((each, index) => ({ name: shortName(each, index), points: each.throughput.progress.map(({ at, perSecond }) => [Math.round((at - began) / 100) / 10, Math.round(perSecond)] as const) })),
});

/** The threshold of the file, on every item that its selector means (scheduler_perf.go `applyThreshold`). */
const ownVerdict = ({ threshold, thresholdSelector: { name, labels, dataBucket, expectLower } }: Workload, items: readonly DataItem[]): Verdict[] => {
  if (threshold === 0) return [];
  const text = `${name} ${dataBucket} ${expectLower ? '<' : '>'} ${threshold}`;
  const meant = items.filter((item) => item.labels['Metric'] === name && Object.entries(labels).every(([label, value]) => item.labels[label] === value));
  if (meant.length === 0) return [{ threshold: text, verdict: 'not measured' }];
  return meant.map((item): Verdict => {
    const value = item.data[dataBucket];
    if (value === undefined) return { threshold: text, verdict: 'not measured' };
    const unit = item.unit === 'pods/s' || item.unit === 'ms' || item.unit === 's' ? item.unit : 'count';
    return { threshold: text, verdict: (expectLower ? value < threshold : value > threshold) ? 'kept' : 'crossed', value, unit, measured: quantityText({ value, unit }) };
  });
};
