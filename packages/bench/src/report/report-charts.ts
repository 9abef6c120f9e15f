import { barChart } from './charts/bar-chart.js';
import { lineChart } from './charts/line-chart.js';
import { bytesText, durationText, numberText } from './quantity-text.js';
import type { Report } from './report.js';

/** A chart of a report with the words around it. */
export interface ReportChart {
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
}

const BARS = 12;

/** The charts for which the run has data. */
export const reportCharts = (report: Report): ReportChart[] =>
  [rateChart(report), stepsChart(report), messagesChart(report), bytesChart(report), cpuChart(report), writesChart(report)].filter((chart) => chart !== undefined);

export const rateChart = ({ charts: { running } }: Pick<Report, 'charts'>): ReportChart | undefined => {
  if (running.pods.length === 0) return undefined;
  const perSecond = running.pods.map((count, index): readonly [number, number] => [((index + 0.5) * running.everyMs) / 1000, (count * 1000) / running.everyMs]);
  return chart('Pods that came to run, per second', `Counted every ${running.everyMs} ms since the first pod was created.`, (title) =>
    lineChart({ title, lines: [{ name: 'pods per second', points: [[0, 0], ...perSecond] }], x: { type: 'linear', text: (at) => `${numberText(at)} s` }, y: { text: short }, filled: true }));
};

export const stepsChart = ({ charts: { distributions } }: Pick<Report, 'charts'>): ReportChart | undefined =>
  distributions.length === 0
    ? undefined
    : chart("How long the steps of a pod's way took", 'Share of the pods that had made the step within that time.', (title) =>
        lineChart({ title, lines: distributions, x: { type: 'log', text: durationText }, y: { most: 1, text: (share) => `${Math.round(share * 100)} %` } }));

const messagesChart = (report: Report): ReportChart | undefined =>
  pairsChart(report, 'messages', 'Messages between kinds of components', 'The pairs that spoke most; watch entries are counted as the batches that carry them.', (value) => numberText(value));

const bytesChart = (report: Report): ReportChart | undefined =>
  pairsChart(report, 'bytes', 'Bytes that crossed from host to host', 'What stays on a host is not encoded at all.', bytesText);

const pairsChart = (report: Report, family: string, title: string, caption: string, text: (value: number) => string): ReportChart | undefined => {
  const pairs = report.figures.filter(({ name }) => name.startsWith(`${family}.`) && name.includes('.to.')).slice(0, BARS);
  if (pairs.length === 0) return undefined;
  return chart(title, caption, () => barChart(title, pairs.map(({ name, value }) => ({ name: name.slice(family.length + 1).replace('.to.', ' → '), value, text: text(value) }))));
};

const cpuChart = (report: Report): ReportChart | undefined => {
  const kinds = report.figures.filter(({ name }) => /^cpu\.[^.]+$/.test(name)).slice(0, BARS);
  if (kinds.length === 0) return undefined;
  return chart('CPU by kind of component', 'Time in handlers; encoding, queues and garbage collection come on top.', (title) => barChart(title, kinds.map(({ name, value }) => ({ name: name.slice(4), value, text: durationText(value) }))));
};

const writesChart = (report: Report): ReportChart | undefined => {
  const writers = report.figures.filter(({ name }) => /^writes\..+\.per-pod$/.test(name)).slice(0, BARS);
  if (writers.length === 0) return undefined;
  return chart('Writes per pod by component', 'Creates, updates, patches and deletions that the API server acknowledged, Events among them.', (title) =>
    barChart(title, writers.map(({ name, value }) => ({ name: name.slice('writes.'.length, -'.per-pod'.length), value, text: numberText(value) }))));
};

const chart = (title: string, caption: string, draw: (title: string) => string): ReportChart => ({ title, caption, svg: draw(title) });

const short = (value: number): string => (value >= 1000 ? `${numberText(value / 1000)}k` : numberText(value));
