import { type Line, lineChart } from './charts/line-chart.js';
import type { ChartData, Point } from './chart-data.js';
import type { EarlierRun } from './comparison.js';
import { durationText } from './quantity-text.js';
import { axisText, percent, type ReportChart, secondsText } from './report-charts.js';
import type { Report } from './report.js';

/** The lines that are laid over those of earlier runs, where all have them. */
const OVERLAID = [['pods', 'running', 'Pods that came to run, per second'], ['create-to-running', 'p99', 'From creation to Running, 99th percentile'], ['api-latency', 'writes p99', 'API writes, 99th percentile'], ['memory', 'resident', 'Resident memory'], ['cpu', 'process', 'CPU of the process']] as const;
const MOST_RUNS = 7;

/** This run's lines over those of earlier ones. Runs are laid so that their first pods meet. */
export const comparisonCharts = (report: Report, runs: readonly EarlierRun[]): ReportChart[] => {
  const all = [{ name: 'this run', report }, ...runs.slice(0, MOST_RUNS)];
  return [...timelineOverlays(all), ...distributionOverlays(all)];
};

const timelineOverlays = (runs: readonly EarlierRun[]): ReportChart[] => {
  const [present] = runs;
  const own = (present?.report.charts.timelines ?? []).filter(({ name }) => !OVERLAID.some(([known]) => known === name));
  // What only some kinds of runs measure is overlaid by its first line.
  const wanted = [...own.map(({ name, title, lines }) => [name, lines[0]?.name ?? '', title] as const), ...OVERLAID];
  return wanted.flatMap(([timeline, line, title]) => {
    const unit = present?.report.charts.timelines.find(({ name }) => name === timeline)?.unit;
    const lines = overlaid(runs, ({ timelines, marks }) => shifted(timelines.find(({ name }) => name === timeline)?.lines.find(({ name }) => name === line)?.points, firstPod(marks)));
    if (unit === undefined || !isOverlay(lines)) return [];
    return [{ title, caption: 'Seconds since the first pod was created.', svg: lineChart({ title, lines, x: { type: 'linear', text: secondsText }, y: { text: axisText(unit) } }) }];
  });
};

const distributionOverlays = (runs: readonly EarlierRun[]): ReportChart[] =>
  (runs[0]?.report.charts.distributions ?? []).flatMap(({ name }) => {
    const lines = overlaid(runs, ({ distributions }) => distributions.find((distribution) => distribution.name === name)?.points);
    if (!isOverlay(lines)) return [];
    return [{ title: name, caption: 'Share that was done within that time.', svg: lineChart({ title: name, lines, x: { type: 'log', text: durationText }, y: { most: 1, text: percent } }) }];
  });

const overlaid = (runs: readonly EarlierRun[], pointsOf: (charts: ChartData) => Line['points'] | undefined): Line[] =>
  runs.flatMap(({ name, report }, index) => {
    const points = pointsOf(report.charts);
    return points === undefined ? [] : [{ name, points, series: index, earlier: index > 0 }];
  });

/** Without a line of this run there is nothing to compare. */
const isOverlay = ([first, ...others]: readonly Line[]): boolean => first?.earlier === false && others.length > 0;

const firstPod = (marks: ChartData['marks']): number => marks.find(({ name }) => name === 'first pod created')?.at ?? 0;

const shifted = (points: readonly Point[] | undefined, from: number): Line['points'] | undefined => points?.filter(([at]) => at >= from).map(([at, value]) => [at - from, value]);
