import { element, label } from './svg.js';

export interface FlowChart {
  readonly title: string;
  readonly boxes: readonly FlowBox[];
  readonly arrows: readonly FlowArrow[];
  readonly shape: 'wide' | 'narrow';
}

export interface FlowBox {
  readonly name: string;
  readonly series: number;
  /** A line below the name. */
  readonly note: string;
}

export interface FlowArrow {
  readonly from: string;
  readonly to: string;
  /** Decides the width. */
  readonly value: number;
  readonly text: string;
}

const SHAPES = {
  wide: { width: 940, height: 500, spread: [380, 205], turn: Math.PI },
  narrow: { width: 460, height: 660, spread: [155, 280], turn: -Math.PI / 2 },
} as const;
const BOX = { height: 46, character: 7.2, padding: 14 };
const THINNEST = 1.5;
const THICKEST = 15;
const HEAD = 9;
/** How far the two directions of a pair keep from each other. */
const APART = 12;

type Point = readonly [x: number, y: number];
interface Placed extends FlowBox {
  readonly at: Point;
  readonly width: number;
}

/** An SVG of boxes around the one that most goes through, with an arrow for each direction: the area of an arrow's width says how much. */
export const flowChart = ({ title, boxes, arrows, shape }: FlowChart): string => {
  const { width, height } = SHAPES[shape];
  const placed = place(boxes, arrows, shape);
  const most = arrows.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
  const drawn = arrows
    .toSorted((a, b) => b.value - a.value)
    .map((arrow) => drawArrow(arrow, placed, THINNEST + (THICKEST - THINNEST) * Math.sqrt(arrow.value / most)))
    .filter((parts) => parts !== undefined);
  return element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, ...drawn.map(({ shape }) => shape), ...[...placed.values()].map(drawBox), ...drawn.map(({ text }) => text));
};

const place = (boxes: readonly FlowBox[], arrows: readonly FlowArrow[], shape: FlowChart['shape']): Map<string, Placed> => {
  const { width, height, spread, turn } = SHAPES[shape];
  const through = (name: string): number => arrows.reduce((sum, { from, to, value }) => (from === name || to === name ? sum + value : sum), 0);
  const hub = boxes.reduce<FlowBox | undefined>((most, box) => (most === undefined || through(box.name) > through(most.name) ? box : most), undefined);
  const others = boxes.filter((box) => box !== hub);
  const sized = (box: FlowBox, at: Point): [string, Placed] => [box.name, { ...box, at, width: Math.max(box.name.length, box.note.length * 0.92) * BOX.character + 2 * BOX.padding }];
  return new Map([
    ...(hub ? [sized(hub, [width / 2, height / 2])] : []),
    ...others.map((box, index) => {
      const angle = turn + (index * 2 * Math.PI) / others.length;
      return sized(box, [width / 2 + spread[0] * Math.cos(angle), height / 2 + spread[1] * Math.sin(angle)]);
    }),
  ]);
};

const drawArrow = ({ from, to, value, text }: FlowArrow, boxes: ReadonlyMap<string, Placed>, width: number): { readonly shape: string; readonly text: string } | undefined => {
  const [source, target] = [boxes.get(from), boxes.get(to)];
  if (!source || !target || source === target || value <= 0) return undefined;
  const [dx, dy] = [target.at[0] - source.at[0], target.at[1] - source.at[1]];
  const length = Math.hypot(dx, dy);
  const along: Point = [dx / length, dy / length];
  const aside: Point = [-along[1] * APART, along[0] * APART];
  const head = HEAD + width * 0.55;
  const begin = leaving(source, along, aside);
  const tip = leaving(target, [-along[0], -along[1]], aside);
  const end: Point = [tip[0] - along[0] * head, tip[1] - along[1] * head];
  const half = head * 0.62;
  const points = [tip, [end[0] - along[1] * half, end[1] + along[0] * half], [end[0] + along[1] * half, end[1] - along[0] * half]].map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const named = element('title', {}, `${from} to ${to}: ${text}`);
  // Nearer to where it comes from: the labels of the two directions then keep apart.
  const at: Point = [begin[0] + (tip[0] - begin[0]) * 0.36, begin[1] + (tip[1] - begin[1]) * 0.36];
  return {
    shape: element('g', {}, element('path', { class: `flow series-${source.series}`, 'stroke-width': width, d: `M${begin[0].toFixed(1)} ${begin[1].toFixed(1)}L${end[0].toFixed(1)} ${end[1].toFixed(1)}` }, named), element('polygon', { class: `head series-${source.series}`, points: points.join(' ') })),
    text: label(at[0] + aside[0] * 0.4, at[1] + aside[1] * 0.4 + 4, text, { class: 'tick halo', 'text-anchor': 'middle' }),
  };
};

/** Where a line that leaves the middle of a box, shifted aside, comes out of it. */
const leaving = ({ at, width }: Placed, [x, y]: Point, [asideX, asideY]: Point): Point => {
  const toSide = (width / 2 + 3 - Math.sign(x) * asideX) / Math.max(1e-9, Math.abs(x));
  const toEdge = (BOX.height / 2 + 3 - Math.sign(y) * asideY) / Math.max(1e-9, Math.abs(y));
  const distance = Math.max(0, Math.min(toSide, toEdge));
  return [at[0] + asideX + x * distance, at[1] + asideY + y * distance];
};

const drawBox = ({ name, note, series, at: [x, y], width }: Placed): string =>
  [
    element('rect', { class: `box series-${series}`, x: x - width / 2, y: y - BOX.height / 2, width, height: BOX.height, rx: 7 }),
    label(x, note === '' ? y + 5 : y - 3, name, { class: 'strong', 'text-anchor': 'middle' }),
    ...(note === '' ? [] : [label(x, y + 14, note, { class: 'tick', 'text-anchor': 'middle' })]),
  ].join('');
