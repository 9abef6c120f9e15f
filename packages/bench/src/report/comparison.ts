import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Figure, Unit } from './figures.js';
import { REPORT_FORMAT, type Report } from './report.js';

/** A run that another is held against. */
export interface EarlierRun {
  /** What it is called in tables and legends: the last part of its folder's path. */
  readonly name: string;
  readonly report: Report;
}

/** A folder that holds no report that can be compared with; the message says why, and what would help. */
export class NoReport extends Error {
  override readonly name = 'NoReport';
}

export const readEarlierRun = (folder: string): EarlierRun => {
  const file = join(folder, 'report.json');
  let report: Partial<Report>;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>;
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new NoReport(isMissing ? `${folder} holds no report.json; name a folder that "naumachia bench --report" has written` : `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (!Array.isArray(report?.figures)) throw new NoReport(`${file} is no report of "naumachia bench --report": it has no figures`);
  if (report.format !== REPORT_FORMAT) throw new NoReport(`${file} has format ${report.format ?? 1}, and this version reads format ${REPORT_FORMAT}; run the benchmark again`);
  return { name: basename(resolve(folder)), report: report as Report };
};

/** Runs with names that tell them apart. */
export const readEarlierRuns = (folders: readonly string[]): EarlierRun[] => {
  const runs = folders.map(readEarlierRun);
  return runs.map((run, index) => (runs.filter(({ name }) => name === run.name).length > 1 ? { ...run, name: folders[index] ?? run.name } : run));
};

export interface ComparedFigure extends Figure {
  /** Per earlier run; nothing where it did not measure this. */
  readonly earlier: readonly (Comparison | undefined)[];
}

export interface Comparison {
  readonly value: number;
  /** This run's value as a multiple of the earlier one's; nothing where that was 0. */
  readonly ratio: number | undefined;
  /** `same` within five per cent, and where more is neither good nor bad. */
  readonly change: 'better' | 'worse' | 'same';
}

const SAME_WITHIN = 0.05;
const MORE_IS: Partial<Record<Unit, 'better' | 'worse'>> = { 'pods/s': 'better', 'per second': 'better', ns: 'worse', us: 'worse', ms: 'worse', s: 'worse', bytes: 'worse' };

export const compareFigures = (report: Report, runs: readonly EarlierRun[]): ComparedFigure[] => {
  const values = runs.map(({ report: { figures } }) => new Map(figures.map((figure) => [figure.name, figure])));
  return report.figures.map((figure) => ({
    ...figure,
    earlier: values.map((known) => {
      const then = known.get(figure.name);
      return then && then.unit === figure.unit ? compare(figure, then.value) : undefined;
    }),
  }));
};

const compare = ({ value, unit }: Figure, then: number): Comparison => {
  const ratio = then === 0 ? undefined : value / then;
  const more = MORE_IS[unit];
  if (ratio === undefined || more === undefined || Math.abs(ratio - 1) <= SAME_WITHIN) return { value: then, ratio, change: 'same' };
  return { value: then, ratio, change: ratio > 1 === (more === 'better') ? 'better' : 'worse' };
};

export const ratioText = (comparison: Comparison | undefined): string => (comparison?.ratio === undefined ? '' : `${comparison.ratio.toFixed(2)}×`);

/** In what an earlier run was another one, so that its figures cannot simply be held against this one's. */
export const differences = (report: Report, { report: earlier }: EarlierRun): string[] => {
  const aspects: readonly (readonly [string, (of: Report) => string | number])[] = [
    ['workload', ({ run }) => run.title ?? 'load'],
    ['nodes', ({ run }) => run.nodes],
    ['pods', ({ run }) => run.pods],
    ['Services', ({ run }) => run.services],
    ['mode', ({ run }) => run.mode],
    ['hosts', ({ run }) => run.hosts],
    ['seed', ({ run }) => run.seed],
    ['outcome', ({ outcome }) => outcome],
    ['CPU', ({ environment }) => `${environment.cpus} × ${environment.cpuModel}`],
    ['Node', ({ environment }) => environment.node],
    ['system', ({ environment }) => environment.system],
    ['Naumachia', ({ naumachia }) => naumachia],
  ];
  return aspects.flatMap(([name, of]) => (of(report) === of(earlier) ? [] : [`${name}: ${of(earlier)} then, ${of(report)} now`]));
};
