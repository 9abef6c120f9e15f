import { mkdirSync } from 'node:fs';
import { BadThreshold, type EarlierRun, NoReport, parseThreshold, readEarlierRuns, type Threshold } from '@naumachia/bench';
import { CommandFailed, EXIT, UsageError } from './exit-codes.js';

/** Flags about what is made of a run's figures: looked at before the run, for afterwards it would be a pity. */
export interface ReportFlags {
  readonly report?: string;
  readonly compare?: readonly string[];
  readonly threshold?: readonly string[];
  readonly output: 'json' | 'table';
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
