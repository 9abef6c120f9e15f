import { linearScale, logScale, type Scale } from './scale.js';
import { element, label, path } from './svg.js';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly x: { readonly type: 'linear' | 'log'; readonly text: (value: number) => string };
  readonly y: { readonly most?: number; readonly text: (value: number) => string };
  /** Whether the ground below a single line is filled. */
  readonly filled?: boolean;
}

const WIDTH = 460;
const HEIGHT = 250;
const LEFT = 46;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 28;
const LEGEND = 22;
const CHARACTER = 6.7;

/** An SVG of `lines`, told apart by colour and by a legend; every line says its name when pointed at. */
export const lineChart = ({ title, lines, x, y, filled }: LineChart): string => {
  const shown = lines.filter((line) => line.points.length > 0);
  const all = shown.flatMap((line) => line.points);
  const legend = shown.length > 1 ? LEGEND : 0;
  const bottom = HEIGHT - BOTTOM - legend;
  const xs = xScale(x.type, all.map(([at]) => at));
  const ys = linearScale(y.most ?? largest(all.map(([, at]) => at)), bottom, TOP);
  const parts = [
    ...ys.ticks.map((tick) => element('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: ys.place(tick), y2: ys.place(tick) }) + label(LEFT - 6, ys.place(tick) + 4, y.text(tick), { class: 'tick', 'text-anchor': 'end' })),
    ...sparse(xs.ticks).map((tick) => label(xs.place(tick), bottom + 17, x.text(tick), { class: 'tick', 'text-anchor': 'middle' })),
    element('line', { class: 'axis', x1: LEFT, x2: WIDTH - RIGHT, y1: bottom, y2: bottom }),
    ...shown.flatMap((line, index) => drawn(line, index, xs, ys, filled === true ? bottom : undefined)),
    ...(legend > 0 ? legendOf(shown, HEIGHT - 8) : []),
  ];
  return element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': title }, ...parts);
};

const xScale = (type: 'linear' | 'log', values: readonly number[]): Scale => {
  const most = largest(values);
  if (type === 'linear') return linearScale(most, LEFT, WIDTH - RIGHT, 6);
  return logScale(values.reduce((least, value) => (value > 0 && value < least ? value : least), most || 1), most || 10, LEFT, WIDTH - RIGHT);
};

const drawn = (line: Line, index: number, xs: Scale, ys: Scale, ground: number | undefined): string[] => {
  const points = line.points.map(([x, y]): readonly [number, number] => [xs.place(x), ys.place(y)]);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const named = element('title', {}, line.name);
  const area = ground === undefined ? [] : [element('path', { class: `area series-${index}`, d: `${path([[first[0], ground], ...points, [last[0], ground]])}Z` }, named)];
  return [...area, element('path', { class: `line series-${index}`, d: path(points) }, named)];
};

const legendOf = (lines: readonly Line[], y: number): string[] => {
  let x = RIGHT;
  return lines.flatMap(({ name }, index) => {
    const at = x;
    x += 15 + name.length * CHARACTER + 14;
    return [element('rect', { class: `bar series-${index}`, x: at, y: y - 9, width: 10, height: 10, rx: 2 }), label(at + 15, y, name, { class: 'tick' })];
  });
};

/** At most seven ticks: more would run into one another. */
const sparse = (ticks: readonly number[]): readonly number[] => {
  const every = Math.ceil(ticks.length / 7);
  return ticks.filter((_, index) => index % every === 0);
};

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
