import { colours, MARKS } from './charts/style.js';
import { element, label } from './charts/svg.js';
import { quantityText } from './quantity-text.js';
import { stepsChart, timelineChart } from './report-charts.js';
import { headline, subtitle } from './report-page.js';
import { type Report, valueOf } from './report.js';

const WIDTH = 980;
const HEIGHT = 400;
const NUMBERS = [
  ['create-to-running.pods-per-second', 'create to Running'],
  ['create-to-running.p99', 'p99 of a pod'],
  ['nodes.all-ready', 'all nodes Ready'],
  ['writes.per-pod', 'writes per pod'],
  ['memory.per-node', 'per idle node'],
] as const;

/** A run as one picture for a document: an SVG file that follows the reader's colour scheme. */
export const reportPicture = (report: Report): string => {
  const numbers = NUMBERS.flatMap(([name, words]) => {
    const figure = valueOf(report, name);
    return figure ? [[quantityText(figure), words] as const] : [];
  });
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': headline(report) },
    element('style', {}, `${colours('svg')}${MARKS}svg .title{font-size:17px;font-weight:600}svg .big{font-size:20px;font-weight:600}svg .heading{font-weight:600}`),
    element('rect', { x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, rx: 8, fill: 'var(--ground)', stroke: 'var(--edge)' }),
    label(22, 34, headline(report), { class: 'title' }),
    label(22, 54, subtitle(report), { class: 'tick' }),
    ...numbers.flatMap(([value, words], index) => [label(22 + index * 190, 90, value, { class: 'big' }), label(22 + index * 190, 108, words, { class: 'tick' })]),
    ...[podsChart(report), stepsChart(report)].flatMap((chart, index) => (chart ? placed(chart.title, chart.svg, 18 + index * 480) : [])),
  )}\n`;
};

/** From the first pod on: the picture is of the load alone. */
const podsChart = ({ charts: { timelines, marks } }: Report): ReturnType<typeof timelineChart> | undefined => {
  const pods = timelines.find(({ name }) => name === 'pods');
  if (!pods) return undefined;
  const least = marks.find(({ name }) => name === 'first pod created')?.at ?? 0;
  return timelineChart(pods, { least, most: pods.lines.reduce((end, { points }) => Math.max(end, points.at(-1)?.[0] ?? 0), least), marks: [] });
};

const placed = (title: string, svg: string, x: number): string[] => [label(x + 4, 138, title, { class: 'heading' }), svg.replace('<svg ', `<svg x="${x}" y="146" width="460" height="250" `)];
