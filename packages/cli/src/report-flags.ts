import { mkdirSync } from 'node:fs';
import { BadThreshold, type EarlierRun, type MetricsOption, NoReport, parseThreshold, readEarlierRuns, type Threshold } from '@naumachia/bench';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';

/** Flags about what is made of a run's figures: looked at before the run, for afterwards it would be a pity. */
export interface ReportFlags {
  readonly report?: string;
  readonly compare?: readonly string[];
  readonly threshold?: readonly string[];
  readonly output: 'json' | 'table';
  /** A port of 127.0.0.1 that answers `/metrics` while the run lasts. */
  readonly metricsPort?: number;
}

export const thresholdsOf = ({ threshold = [] }: ReportFlags): Threshold[] =>
  threshold.map((text) => {
    try {
      return parseThreshold(text);
    } catch (error) {
      if (error instanceof BadThreshold) throw new UsageError(error.message);
      throw error;
    }
  });

/** A folder that holds no report is a slip of the pen. */
export const earlierRunsOf = ({ compare = [] }: ReportFlags): EarlierRun[] => {
  try {
    return readEarlierRuns(compare);
  } catch (error) {
    if (error instanceof NoReport) throw new CommandFailed(`--compare: ${error.message}`, EXIT.usage);
    throw error;
  }
};

export const prepareReportFolder = ({ report }: ReportFlags): void => {
  if (report === undefined) return;
  try {
    mkdirSync(report, { recursive: true });
  } catch (error) {
    throw new CommandFailed(`cannot make the folder ${report}: ${(error as NodeJS.ErrnoException).code ?? String(error)}. Choose another with --report.`, EXIT.usage);
  }
};

/** What a run is told of `--metrics-port`; `note` says where it answers. */
export const metricsAt = ({ metricsPort }: ReportFlags, note: (text: string) => void): { readonly metrics?: MetricsOption } =>
  metricsPort === undefined ? {} : { metrics: { port: metricsPort, opened: (url) => note(`metrics at ${url}`) } };

/** Why the port could not be had, if that is what a run failed of. */
export const portProblem = (error: unknown, { metricsPort }: ReportFlags): CommandFailed | undefined => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new CommandFailed(`port ${metricsPort} is in use. Choose another with --metrics-port, or --metrics-port 0 for a free one.`);
  return code === 'EACCES' ? new CommandFailed(`port ${metricsPort} may not be opened by this user. Choose one above 1023 with --metrics-port.`) : undefined;
};
