import { drawLegend, LEGEND_ROW, legendRows } from './legend.js';
import { CHART } from './line-chart.js';
import { element, label } from './svg.js';

export interface Bar {
  readonly name: string;
  /** What stands at the bar's end. */
  readonly text: string;
  /** From the axis outwards. */
  readonly parts: readonly BarPart[];
}

export interface BarPart {
  readonly value: number;
  readonly series: number;
  /** Shown when pointed at, and in the legend where there are several parts. */
  readonly name: string;
}

const ROW = 25;
const THICKNESS = 15;
const CHARACTER = 6.7;

/** A bar of one part. */
export const simpleBar = (name: string, value: number, text: string, series = 0): Bar => ({ name, text, parts: [{ value, series, name }] });

/** An SVG of horizontal bars, in the order given, with their names before and their values behind them. */
export const barChart = (title: string, bars: readonly Bar[]): string => {
  const left = Math.min(200, 12 + CHARACTER * longest(bars.map(({ name }) => name)));
  const right = 10 + CHARACTER * longest(bars.map(({ text }) => text));
  const most = bars.reduce((largest, bar) => Math.max(largest, valueOf(bar)), 0) || 1;
  const scale = (CHART.width - left - right) / most;
  const stacked = bars.some(({ parts }) => parts.length > 1);
  const kinds = new Map(bars.flatMap(({ parts }) => parts.map(({ name, series }) => [name, series])));
  const legend = stacked ? legendRows([...kinds].map(([name, series]) => ({ name, series })), CHART.width) : [];
  const rows = bars.flatMap((bar, index) => {
    const y = index * ROW;
    let x = left;
    const parts = bar.parts.map(({ value, series, name }, part) => {
      const from = x;
      x += value * scale;
      const d = part === bar.parts.length - 1 ? roundedEnd(from, y + (ROW - THICKNESS) / 2, Math.max(1, x - from)) : square(from, y + (ROW - THICKNESS) / 2, x - from);
      return element('path', { class: `bar series-${series}`, d }, element('title', {}, stacked ? `${bar.name}, ${name}` : `${bar.name}: ${bar.text}`));
    });
    return [label(left - 8, y + 16, bar.name, { class: 'name', 'text-anchor': 'end' }), ...parts, label(Math.max(x, left + 1) + 6, y + 16, bar.text, { class: 'tick' })];
  });
  const height = Math.max(1, bars.length) * ROW + (legend.length > 0 ? legend.length * LEGEND_ROW + 8 : 0);
  return element('svg', { viewBox: `0 0 ${CHART.width} ${height}`, role: 'img', 'aria-label': title }, ...rows, ...drawLegend(legend, 4, height - 5));
};

const valueOf = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0);
const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);

const square = (x: number, y: number, width: number): string => `M${x.toFixed(1)} ${y}h${width.toFixed(1)}v${THICKNESS}h-${width.toFixed(1)}z`;

/** A bar stands square on its axis and ends round. */
const roundedEnd = (x: number, y: number, width: number): string => {
  const radius = Math.min(3, width);
  return `M${x.toFixed(1)} ${y}h${(width - radius).toFixed(1)}a${radius} ${radius} 0 0 1 ${radius} ${radius}v${THICKNESS - 2 * radius}a${radius} ${radius} 0 0 1 -${radius} ${radius}h-${(width - radius).toFixed(1)}z`;
};
