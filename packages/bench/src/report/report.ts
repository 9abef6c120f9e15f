import type { LoadOptions, LoadResult } from '../load/load-run.js';
import type { ManifestError } from '../load/manifests.js';
import type { ChartData, Timeline } from './chart-data.js';
import { type Environment, presentEnvironment } from './environment.js';
import { type Figure, figuresOf } from './figures.js';
import { loadCharts } from './load-charts.js';
import { judge, type Threshold, type Verdict } from './threshold.js';

/** The shape of `report.json`; it grows when a field changes its meaning. */
export const REPORT_FORMAT = 2;

/** Everything that a run has to say: what `report.json` holds and what all other forms of a report are made from. */
export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly naumachia: string;
  readonly kubernetes: '1.36';
  readonly environment: Environment;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Seconds. */
  readonly took: number;
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
  /** What was run, where pods and nodes do not say it. */
  readonly title?: string;
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

export interface ReportInput {
  readonly version: string;
  readonly startedAt: Date;
  readonly run: RunDescription;
  readonly result: LoadResult;
  readonly interrupted: boolean;
  readonly thresholds: readonly Threshold[];
  readonly refused: readonly RefusedObject[];
  readonly manifestErrors: readonly ManifestError[];
  /** What was measured beside what every load run measures; these figures come first. */
  readonly more?: { readonly figures: readonly Figure[]; readonly timelines?: readonly Timeline[] };
}

export const makeReport = ({ version, startedAt, run, result, interrupted, thresholds, refused, manifestErrors, more }: ReportInput): Report => {
  const figures = [...(more?.figures ?? []), ...figuresOf(result)];
  const charts = loadCharts(result);
  return {
    format: REPORT_FORMAT,
    naumachia: version,
    kubernetes: '1.36',
    environment: presentEnvironment(),
    startedAt: startedAt.toISOString(),
    took: (Date.now() - startedAt.getTime()) / 1000,
    run,
    outcome: interrupted ? 'interrupted' : result.complete ? 'complete' : 'incomplete',
    figures,
    thresholds: judge(thresholds, figures),
    refused,
    manifestErrors,
    incidents: result.incidents,
    charts: { ...charts, timelines: [...(more?.timelines ?? []), ...charts.timelines] },
  };
};

/** Whether faults were planned: then what hosts and actors went through is no surprise. */
export const hadFaults = ({ figures }: Pick<Report, 'figures'>): boolean => figures.some(({ name }) => name.startsWith('faults.'));

/** The value of a figure of a report. */
export const valueOf = (report: Pick<Report, 'figures'>, name: string): Figure | undefined => report.figures.find((figure) => figure.name === name);
