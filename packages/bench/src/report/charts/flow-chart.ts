import { element, label } from './svg.js';

export interface FlowChart {
  readonly title: string;
  readonly boxes: readonly FlowBox[];
  readonly arrows: readonly FlowArrow[];
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

const SIZE = { width: 940, height: 470 };
const SPREAD = { x: 395, y: 200 };
const BOX = { height: 46, character: 7.2, padding: 14 };
const THINNEST = 1.5;
const THICKEST = 15;
const HEAD = 9;
/** How far the two directions of a pair keep from each other. */
const APART = 12;
/** Where along a spoke its texts stand: nearer to its outer end, where there is more room between spokes. */
const TEXT_AT = 0.72;

type Point = readonly [x: number, y: number];
interface Placed extends FlowBox {
  readonly at: Point;
  readonly width: number;
}

/** An SVG of boxes around the one that most goes through, with an arrow for each direction: the square of an arrow's width says how much. */
export const flowChart = ({ title, boxes, arrows }: FlowChart): string => {
  const placed = place(boxes, arrows);
  const hub = hubOf(boxes, arrows);
  const most = arrows.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
  const drawn = arrows
    .toSorted((a, b) => b.value - a.value)
    .map((arrow) => drawArrow(arrow, placed, hub?.name, strokeOf(arrow.value, most)))
    .filter((parts) => parts !== undefined);
  // No more room above and below than the boxes take.
  const heights = [...placed.values()].map(({ at }) => at[1]);
  const top = Math.min(SIZE.height / 2, ...heights) - BOX.height;
  const bottom = Math.max(SIZE.height / 2, ...heights) + BOX.height;
  return element('svg', { viewBox: `0 ${Math.floor(top)} ${SIZE.width} ${Math.ceil(bottom - top)}`, role: 'img', 'aria-label': title }, ...drawn.map(({ shape }) => shape), ...[...placed.values()].map(drawBox), ...drawn.map(({ text }) => text));
};

/** What most goes through. */
export const hubOf = (boxes: readonly FlowBox[], arrows: readonly FlowArrow[]): FlowBox | undefined => {
  const through = (name: string): number => arrows.reduce((sum, { from, to, value }) => (from === name || to === name ? sum + value : sum), 0);
  return boxes.reduce<FlowBox | undefined>((most, box) => (most === undefined || through(box.name) > through(most.name) ? box : most), undefined);
};

export const strokeOf = (value: number, most: number): number => THINNEST + (THICKEST - THINNEST) * Math.sqrt(value / most);

/** The triangle at the end of an arrow that comes along a direction of length 1, and the middle of its base. */
export const arrowHead = (tip: Point, [x, y]: Point, stroke: number): { readonly points: string; readonly base: Point } => {
  const length = HEAD + stroke * 0.55;
  const half = length * 0.62;
  const base: Point = [tip[0] - x * length, tip[1] - y * length];
  const corners: readonly Point[] = [tip, [base[0] - y * half, base[1] + x * half], [base[0] + y * half, base[1] - x * half]];
  return { points: corners.map((corner) => corner.map((value) => value.toFixed(1)).join(',')).join(' '), base };
};

const place = (boxes: readonly FlowBox[], arrows: readonly FlowArrow[]): Map<string, Placed> => {
  const hub = hubOf(boxes, arrows);
  const others = boxes.filter((box) => box !== hub);
  const [middle, centre] = [SIZE.width / 2, SIZE.height / 2];
  const sized = (box: FlowBox, at: Point): [string, Placed] => [box.name, { ...box, at, width: Math.max(box.name.length, box.note.length * 0.92) * BOX.character + 2 * BOX.padding }];
  return new Map([
    ...(hub ? [sized(hub, [middle, centre])] : []),
    // From the left, clockwise.
    ...others.map((box, index) => {
      const angle = Math.PI + (index * 2 * Math.PI) / others.length;
      return sized(box, [middle + SPREAD.x * Math.cos(angle), centre + SPREAD.y * Math.sin(angle)]);
    }),
  ]);
};

const drawArrow = ({ from, to, value, text }: FlowArrow, boxes: ReadonlyMap<string, Placed>, hub: string | undefined, stroke: number): { readonly shape: string; readonly text: string } | undefined => {
  const [source, target] = [boxes.get(from), boxes.get(to)];
  if (!source || !target || source === target || value <= 0) return undefined;
  const [dx, dy] = [target.at[0] - source.at[0], target.at[1] - source.at[1]];
  const length = Math.hypot(dx, dy);
  const along: Point = [dx / length, dy / length];
  const outwards: Point = [-along[1], along[0]];
  const begin = leaving(source, along, outwards);
  const tip = leaving(target, [-along[0], -along[1]], outwards);
  const { points, base } = arrowHead(tip, along, stroke);
  // On the outer side of the pair, so that the texts of its two directions keep apart.
  const out = stroke / 2 + 5;
  const flat = Math.abs(along[1]) < 0.35;
  const share = from === hub ? TEXT_AT : to === hub ? 1 - TEXT_AT : 0.5;
  const at: Point = [begin[0] + (base[0] - begin[0]) * share + outwards[0] * out, begin[1] + (base[1] - begin[1]) * share + outwards[1] * (flat ? out + 3 : out) + 4];
  return {
    shape: [
      element('path', { class: `flow series-${source.series}`, 'stroke-width': stroke, d: `M${begin[0].toFixed(1)} ${begin[1].toFixed(1)}L${base[0].toFixed(1)} ${base[1].toFixed(1)}` }, element('title', {}, `${from} to ${to}: ${text}`)),
      element('polygon', { class: `head series-${source.series}`, points }),
    ].join(''),
    text: label(at[0], at[1], text, { class: 'tick halo', 'text-anchor': flat ? 'middle' : outwards[0] > 0 ? 'start' : 'end' }),
  };
};

/** Where a line that leaves the middle of a box, shifted aside, comes out of it. */
const leaving = ({ at, width }: Placed, [x, y]: Point, outwards: Point): Point => {
  const [asideX, asideY] = [outwards[0] * APART, outwards[1] * APART];
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
