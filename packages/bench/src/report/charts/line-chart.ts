import { drawLegend, LEGEND_ROW, legendRows } from './legend.js';
import { linearScale, logScale, rangeScale, type Scale } from './scale.js';
import { element, label, path } from './svg.js';

export interface Line {
  readonly name: string;
  /** A point without a value is a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
  /** Its colour; default: its place among the lines. */
  readonly series?: number;
  /** Drawn as what was before. */
  readonly earlier?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** `least` and `most` of a linear axis are those of the values by default. */
  readonly x: { readonly type: 'linear' | 'log'; readonly least?: number; readonly most?: number; readonly text: (value: number) => string };
  readonly y: { readonly most?: number; readonly text: (value: number) => string };
  /** Whether the ground below the first line is filled. */
  readonly filled?: boolean;
  /** Places along the x axis that are pointed out. */
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
}

export const CHART = { width: 460, height: 250 } as const;
const LEFT = 50;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 28;
const LEGEND_LEFT = 12;

/** An SVG of `lines`, told apart by colour and by a legend; every line says its name when pointed at. */
export const lineChart = ({ title, lines, x, y, filled, marks = [] }: LineChart): string => {
  const shown = lines.flatMap((line, index) => (line.points.some(([, value]) => value !== null) ? [{ ...line, series: line.series ?? index }] : []));
  const all = shown.flatMap((line) => line.points).filter((point): point is readonly [number, number] => point[1] !== null);
  const legend = shown.length > 1 ? legendRows(shown, CHART.width - 2 * LEGEND_LEFT) : [];
  const bottom = CHART.height - BOTTOM - legend.length * LEGEND_ROW;
  const xs = xScale(x, all.map(([at]) => at));
  const ys = linearScale(y.most ?? largest(all.map(([, at]) => at)), bottom, TOP);
  const right = CHART.width - RIGHT;
  const parts = [
    ...ys.ticks.map((tick) => element('line', { class: 'grid', x1: LEFT, x2: right, y1: ys.place(tick), y2: ys.place(tick) }) + label(LEFT - 6, ys.place(tick) + 4, y.text(tick), { class: 'tick', 'text-anchor': 'end' })),
    ...sparse(xs.ticks).map((tick) => label(xs.place(tick), bottom + 17, x.text(tick), { class: 'tick', 'text-anchor': xs.place(tick) > right - 12 ? 'end' : 'middle' })),
    element('line', { class: 'axis', x1: LEFT, x2: right, y1: bottom, y2: bottom }),
    ...marks.map(({ at, name }) => element('line', { class: 'mark', x1: xs.place(at), x2: xs.place(at), y1: TOP, y2: bottom }, element('title', {}, `${name}: ${x.text(at)}`))),
    // The first line lies on top of the others.
    ...shown.flatMap((line, index) => drawn(line, xs, ys, filled === true && index === 0 ? bottom : undefined)).reverse(),
    ...drawLegend(legend, LEGEND_LEFT, CHART.height - 6),
  ];
  return element('svg', { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': title }, ...parts);
};

const xScale = ({ type, least, most }: LineChart['x'], values: readonly number[]): Scale => {
  const to = most ?? largest(values);
  if (type === 'linear') return rangeScale(least ?? 0, to, LEFT, CHART.width - RIGHT, 6);
  return logScale(values.reduce((smallest, value) => (value > 0 && value < smallest ? value : smallest), to || 1), to || 10, LEFT, CHART.width - RIGHT);
};

const drawn = (line: Line & { readonly series: number }, xs: Scale, ys: Scale, ground: number | undefined): string[] => {
  const pieces = connected(line.points).map((points) => points.map(([x, y]): readonly [number, number] => [xs.place(x), ys.place(y)]));
  const named = element('title', {}, line.name);
  const areas = ground === undefined ? [] : pieces.map((points) => element('path', { class: `area series-${line.series}`, d: `${path([[points[0]?.[0] ?? 0, ground], ...points, [points.at(-1)?.[0] ?? 0, ground]])}Z` }));
  // A point alone would not be seen as a line.
  const dots = pieces.flatMap(([point, ...others]) => (point && others.length === 0 ? [element('circle', { class: `bar series-${line.series}`, cx: point[0], cy: point[1], r: 2.5 }, named)] : []));
  const whole = pieces.filter((points) => points.length > 1).map(path).join('');
  return [...(whole === '' ? [] : [element('path', { class: `line series-${line.series}${line.earlier === true ? ' earlier' : ''}`, d: whole }, named)]), ...dots, ...areas];
};

/** The stretches of a line between its gaps. */
const connected = (points: Line['points']): (readonly [number, number])[][] => {
  const pieces: [number, number][][] = [];
  let open = false;
  for (const [x, y] of points) {
    if (y !== null) {
      if (!open) pieces.push([]);
      pieces.at(-1)?.push([x, y]);
    }
    open = y !== null;
  }
  return pieces;
};

/** At most seven ticks: more would run into one another. */
const sparse = (ticks: readonly number[]): readonly number[] => {
  const every = Math.ceil(ticks.length / 7);
  return ticks.filter((_, index) => index % every === 0);
};

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
