import { element, label } from './svg.js';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands at the bar's end. */
  readonly text: string;
}

const WIDTH = 460;
const ROW = 25;
const THICKNESS = 15;
const CHARACTER = 6.7;

/** An SVG of horizontal bars, in the order given, with their names before and their values behind them. */
export const barChart = (title: string, bars: readonly Bar[]): string => {
  const left = Math.min(200, 12 + CHARACTER * bars.reduce((most, { name }) => Math.max(most, name.length), 0));
  const right = 10 + CHARACTER * bars.reduce((most, { text }) => Math.max(most, text.length), 0);
  const most = bars.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
  const rows = bars.flatMap(({ name, value, text }, index) => {
    const y = index * ROW;
    const width = Math.max(1, (value / most) * (WIDTH - left - right));
    return [
      label(left - 8, y + 16, name, { class: 'name', 'text-anchor': 'end' }),
      element('path', { class: 'bar series-0', d: roundedEnd(left, y + (ROW - THICKNESS) / 2, width) }, element('title', {}, `${name}: ${text}`)),
      label(left + width + 6, y + 16, text, { class: 'tick' }),
    ];
  });
  return element('svg', { viewBox: `0 0 ${WIDTH} ${Math.max(1, bars.length) * ROW}`, role: 'img', 'aria-label': title }, ...rows);
};

/** A bar stands square on its axis and ends round. */
const roundedEnd = (x: number, y: number, width: number): string => {
  const radius = Math.min(3, width);
  return `M${x} ${y}h${(width - radius).toFixed(1)}a${radius} ${radius} 0 0 1 ${radius} ${radius}v${THICKNESS - 2 * radius}a${radius} ${radius} 0 0 1 -${radius} ${radius}h-${(width - radius).toFixed(1)}z`;
};
