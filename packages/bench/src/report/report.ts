import { cpus } from 'node:os';
import type { LoadOptions, LoadResult } from '../load/load-run.js';
import type { ManifestError } from '../load/manifests.js';
import type { Histogram } from '../measure/histogram.js';
import { SERIES_MS } from '../measure/pod-stages.js';
import { type Figure, figuresOf } from './figures.js';
import { judge, type Threshold, type Verdict } from './threshold.js';

/** Everything that a run has to say: what `report.json` holds and what the table and the page are made from. */
export interface Report {
  readonly naumachia: string;
  readonly kubernetes: '1.36';
  readonly node: string;
  readonly machine: { readonly cpus: number; readonly model: string };
  /** RFC 3339. */
  readonly startedAt: string;
  readonly run: RunDescription;
  /** `interrupted`: ended by Ctrl-C; `incomplete`: the time was over before every pod ran. */
  readonly outcome: 'complete' | 'incomplete' | 'interrupted';
  readonly figures: readonly Figure[];
  readonly thresholds: readonly Verdict[];
  readonly refused: readonly RefusedObject[];
  readonly manifestErrors: readonly ManifestError[];
  readonly incidents: LoadResult['incidents'];
  readonly charts: ChartData;
}

export interface RunDescription extends Pick<LoadOptions, 'nodes' | 'mode' | 'seed'> {
  readonly pods: number;
  readonly services: number;
  readonly objects: number;
  readonly hosts: number | 'one per core';
  /** Milliseconds. */
  readonly limit: number;
  readonly manifests: readonly string[];
}

export interface RefusedObject {
  readonly kind: string;
  readonly name: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

export interface ChartData {
  /** Pods that came to run in each interval. */
  readonly running: { readonly everyMs: number; readonly pods: readonly number[] };
  /** Per step of a pod's way: how large a share (0 to 1) of the pods was done within so many milliseconds. */
  readonly distributions: readonly { readonly name: string; readonly points: readonly (readonly [milliseconds: number, share: number])[] }[];
}

export interface ReportInput {
  readonly version: string;
  readonly startedAt: Date;
  readonly run: RunDescription;
  readonly result: LoadResult;
  readonly interrupted: boolean;
  readonly thresholds: readonly Threshold[];
  readonly refused: readonly RefusedObject[];
  readonly manifestErrors: readonly ManifestError[];
}

export const makeReport = ({ version, startedAt, run, result, interrupted, thresholds, refused, manifestErrors }: ReportInput): Report => {
  const figures = figuresOf(result);
  return {
    naumachia: version,
    kubernetes: '1.36',
    node: process.version,
    machine: { cpus: cpus().length, model: cpus()[0]?.model.trim() ?? 'unknown' },
    startedAt: startedAt.toISOString(),
    run,
    outcome: interrupted ? 'interrupted' : result.complete ? 'complete' : 'incomplete',
    figures,
    thresholds: judge(thresholds, figures),
    refused,
    manifestErrors,
    incidents: result.incidents,
    charts: chartData(result),
  };
};

const chartData = ({ seen }: LoadResult): ChartData => ({
  running: { everyMs: SERIES_MS, pods: seen.pods?.runningSeries ?? [] },
  distributions: seen.pods
    ? [
        { name: 'create-to-scheduled', points: cumulative(seen.pods.createToScheduled) },
        { name: 'scheduled-to-running', points: cumulative(seen.pods.scheduledToRunning) },
        { name: 'create-to-running', points: cumulative(seen.pods.createToRunning) },
      ].filter(({ points }) => points.length > 0)
    : [],
});

/** Upper ends of a histogram's buckets with the share of all that lies below them, thinned to what a chart can show. */
const cumulative = (histogram: Histogram): (readonly [number, number])[] => {
  const points: (readonly [number, number])[] = [];
  let seen = 0;
  let shown = 0;
  for (const [bucket, count] of histogram.buckets.entries()) {
    if (count === 0) continue;
    if (points.length === 0) points.push([edge(bucket - 1), 0]);
    seen += count;
    if ((seen - shown) / histogram.count < 0.01 && seen < histogram.count) continue;
    shown = seen;
    points.push([Math.min(edge(bucket), histogram.max), seen / histogram.count]);
  }
  return points;
};

/** Upper end of a histogram's bucket, milliseconds: 32 buckets per doubling from one microsecond. */
const edge = (bucket: number): number => 0.001 * 2 ** (Math.max(0, bucket) / 32);

/** The value of a figure of a report. */
export const valueOf = (report: Pick<Report, 'figures'>, name: string): Figure | undefined => report.figures.find((figure) => figure.name === name);
