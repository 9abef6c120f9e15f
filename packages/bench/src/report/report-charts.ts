import { type Bar, barChart, simpleBar } from './charts/bar-chart.js';
import { flowChart } from './charts/flow-chart.js';
import { flowRows } from './charts/flow-rows.js';
import { type Line, lineChart } from './charts/line-chart.js';
import { TOTAL_SERIES } from './charts/style.js';
import type { MessageFlow, Timeline } from './chart-data.js';
import { aroundTheMiddle, kindText, seriesOfKind } from './component-kinds.js';
import type { Unit } from './figures.js';
import { bytesText, durationText, numberText, quantityText } from './quantity-text.js';
import type { Report } from './report.js';

/** A chart of a report with the words around it. */
export interface ReportChart {
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
  /** The same for narrow screens, where it is not enough to make it smaller. */
  readonly narrow?: string;
}

type Charted = Pick<Report, 'charts' | 'figures'>;

const BARS = 12;
const STEPS = ['create-to-scheduled', 'scheduled-to-running', 'create-to-running'];

/** A line chart for each timeline, all along the same seconds. */
export const timelineCharts = ({ charts: { timelines, marks } }: Charted): ReportChart[] => {
  const most = timelines.reduce((end, { lines }) => lines.reduce((last, { points }) => Math.max(last, points.at(-1)?.[0] ?? 0), end), 0);
  return timelines.filter(({ lines }) => lines.some(({ points }) => points.some(([, value]) => value !== null))).map((timeline) => timelineChart(timeline, { most, marks }));
};

export const timelineChart = (timeline: Timeline, { least = 0, most, marks }: { readonly least?: number; readonly most: number; readonly marks: Report['charts']['marks'] }): ReportChart => ({
  title: timeline.title,
  caption: timeline.caption,
  svg: lineChart({
    title: timeline.title,
    lines: timeline.lines.map(({ name, points }, index): Line => ({ name: kindText(name), points: points.map(([x, y]) => [x - least, y] as const), series: seriesOfLine(timeline, name, index) })),
    x: { type: 'linear', most: most - least, text: secondsText },
    y: { text: axisText(timeline.unit) },
    filled: timeline.unit === 'pods/s',
    marks: marks.filter(({ at }) => at >= least && at <= most).map(({ at, name }) => ({ at: at - least, name })),
  }),
});

/** Kinds of components keep their colours. */
const seriesOfLine = ({ name }: Timeline, line: string, index: number): number => {
  if (line === 'process' || line === 'resident') return TOTAL_SERIES;
  return name === 'cpu' ? seriesOfKind(line) : name === 'memory' ? index - 1 : index;
};

export const stepsChart = ({ charts: { distributions } }: Charted): ReportChart | undefined => {
  const steps = distributions.filter(({ name }) => STEPS.includes(name));
  if (steps.length === 0) return undefined;
  const title = "How long the steps of a pod's way took";
  return { title, caption: 'Share of the pods that had made the step within that time.', svg: lineChart({ title, lines: steps, x: { type: 'log', text: durationText }, y: { most: 1, text: percent } }) };
};

export const networkChart = ({ charts: { distributions } }: Charted): ReportChart | undefined => {
  const ways = distributions.filter(({ name }) => !STEPS.includes(name));
  if (ways.length === 0) return undefined;
  const title = 'How long changes were under way';
  return {
    title, caption: 'watch-delay: from the publication of a revision to its last watcher. network-programming: from a change of endpoints until the last kube-proxy routed by it.',
    svg: lineChart({ title, lines: ways, x: { type: 'log', text: durationText }, y: { most: 1, text: percent } }),
  };
};

/** Who sends how much to whom. */
export const flowsChart = ({ charts: { flows } }: Charted): ReportChart | undefined => {
  const between = flows.filter(({ from, to }) => from !== to && to !== 'watchers' && from !== 'hosts');
  if (between.length === 0) return undefined;
  const kinds = [...new Set(between.flatMap(({ from, to }) => [from, to]))].toSorted(aroundTheMiddle);
  const title = 'Messages between kinds of components';
  const chart = {
    title,
    boxes: kinds.map((kind) => ({ name: kindText(kind), series: seriesOfKind(kind), note: toItself(flows, kind) })),
    arrows: between.map((flow) => ({ from: kindText(flow.from), to: kindText(flow.to), value: flow.messages + flow.batches, text: flowText(flow) })),
  };
  const watched = flows.reduce((sum, { to, bytes }) => (to === 'watchers' ? sum + bytes : sum), 0);
  return {
    title,
    caption: `The thicker an arrow, the more messages went that way, batches of watched entries among them; bytes are those that crossed from host to host.${watched > 0 ? ` Watched entries, which a host gets once for all its watchers, were another ${bytesText(watched)}.` : ''}`,
    svg: flowChart(chart),
    narrow: flowRows(chart),
  };
};

const flowText = ({ messages, batches, bytes }: MessageFlow): string => [short(messages + batches), ...(bytes > 0 ? [bytesText(bytes)] : [])].join(' · ');

const toItself = (flows: readonly MessageFlow[], kind: string): string => {
  const own = flows.find(({ from, to }) => from === kind && to === kind);
  return own && own.messages > 0 ? `${short(own.messages)} to itself` : '';
};

export const cpuChart = ({ figures }: Charted): ReportChart | undefined => {
  const kinds = figures.filter(({ name }) => /^cpu\.[^.]+$/.test(name)).slice(0, BARS);
  if (kinds.length === 0) return undefined;
  return bars('CPU by kind of component', 'Time in handlers; encoding, queues and garbage collection come on top.', kinds.map(({ name, value }) => simpleBar(kindText(name.slice(4)), value, durationText(value), seriesOfKind(name.slice(4)))));
};

/** Each host's time by kind of component, and what of its time was none of theirs. */
export const hostsChart = ({ charts: { hosts } }: Charted): ReportChart | undefined => {
  const busy = hosts.filter(({ active }) => active > 0);
  if (busy.length === 0) return undefined;
  return bars(
    'Busy threads',
    'Time in which each host had something to do: in handlers by kind of component, and the rest (encoding, queues, garbage collection).',
    busy.map(({ host, count, active, busy: byKind }): Bar => {
      const kinds = Object.entries(byKind).toSorted(([, a], [, b]) => b - a);
      const rest = Math.max(0, active - kinds.reduce((sum, [, value]) => sum + value, 0));
      return {
        name: count > 1 ? `${count} × ${host}` : host,
        text: durationText(active),
        parts: [...kinds.map(([kind, value]) => ({ value, series: seriesOfKind(kind), name: kindText(kind) })), { value: rest, series: TOTAL_SERIES, name: 'rest' }],
      };
    }),
  );
};

export const writesChart = ({ figures }: Charted): ReportChart | undefined => {
  const writers = figures.filter(({ name }) => /^writes\..+\.per-pod$/.test(name)).slice(0, BARS);
  if (writers.length === 0) return undefined;
  const kindOf = (name: string): string => name.slice('writes.'.length, -'.per-pod'.length);
  return bars('Writes per pod by component', 'Creates, updates, patches and deletions that the API server acknowledged, Events among them.', writers.map(({ name, value }) => simpleBar(kindText(kindOf(name)), value, numberText(value), seriesOfKind(kindOf(name)))));
};

const bars = (title: string, caption: string, each: readonly Bar[]): ReportChart => ({ title, caption, svg: barChart(title, each) });

export const secondsText = (at: number): string => `${numberText(at)} s`;
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What stands at an axis has little room. */
export const axisText = (unit: Unit): ((value: number) => string) => (unit === 'bytes' ? bytesText : unit === 'ms' || unit === 'us' || unit === 'ns' || unit === 's' ? (value) => quantityText({ value, unit }) : short);

const short = (value: number): string => (value >= 1_000_000 ? `${numberText(value / 1_000_000)}M` : value >= 1000 ? `${numberText(value / 1000)}k` : numberText(value));
