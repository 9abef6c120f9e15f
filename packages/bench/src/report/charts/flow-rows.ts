import { arrowHead, type FlowArrow, type FlowBox, type FlowChart, hubOf, strokeOf } from './flow-chart.js';
import { CHART } from './line-chart.js';
import { element, label } from './svg.js';

const HUB = { width: 92, left: 2 };
const BOX = { width: 146, height: 46 };
const ROW = 92;
/** From the middle of a row to either of its arrows. */
const APART = 11;
const LINE = 20;

/** The same as `flowChart` for a narrow screen: what most goes through stands at the side, all others below one another. */
export const flowRows = ({ title, boxes, arrows }: FlowChart): string => {
  const hub = hubOf(boxes, arrows);
  if (!hub) return '';
  const others = boxes.filter((box) => box !== hub);
  const aside = arrows.filter(({ from, to }) => from !== hub.name && to !== hub.name);
  const most = arrows.reduce((largest, { value }) => Math.max(largest, value), 0) || 1;
  const height = others.length * ROW;
  const arrow = (from: string, to: string): FlowArrow | undefined => arrows.find((each) => each.from === from && each.to === to && each.value > 0);
  const rows = others.flatMap((box, index) => {
    const y = (index + 0.5) * ROW;
    const [there, back] = [arrow(hub.name, box.name), arrow(box.name, hub.name)];
    const [left, right] = [HUB.left + HUB.width + 4, CHART.width - BOX.width - 6];
    return [
      ...(there ? flat(there, left, right, y - APART, hub.series, strokeOf(there.value, most), -1) : []),
      ...(back ? flat(back, right, left, y + APART, box.series, strokeOf(back.value, most), 1) : []),
      boxAt(box, CHART.width - BOX.width - 2, y - BOX.height / 2, BOX.width, BOX.height),
    ];
  });
  const lines = aside.map(({ from, to, text }, index) => label(HUB.left, height + (index + 1) * LINE, `${from} → ${to}: ${text}`, { class: 'tick' }));
  return element('svg', { viewBox: `0 0 ${CHART.width} ${height + (aside.length > 0 ? (aside.length + 0.5) * LINE : 0)}`, role: 'img', 'aria-label': title }, boxAt(hub, HUB.left, 10, HUB.width, height - 20), ...rows, ...lines);
};

/** An arrow along a row with its text above (-1) or below (1) it. */
const flat = ({ from, to, text }: FlowArrow, begin: number, tip: number, y: number, series: number, stroke: number, side: -1 | 1): string[] => {
  const head = arrowHead([tip, y], [Math.sign(tip - begin), 0], stroke);
  return [
    element('path', { class: `flow series-${series}`, 'stroke-width': stroke, d: `M${begin} ${y}H${head.base[0].toFixed(1)}` }, element('title', {}, `${from} to ${to}: ${text}`)),
    element('polygon', { class: `head series-${series}`, points: head.points }),
    label((begin + tip) / 2, y + side * (stroke / 2 + 5) + (side > 0 ? 9 : 0), text, { class: 'tick halo', 'text-anchor': 'middle' }),
  ];
};

const boxAt = ({ name, note, series }: FlowBox, x: number, y: number, width: number, height: number): string => {
  const middle = y + height / 2;
  return [
    element('rect', { class: `box series-${series}`, x, y, width, height, rx: 7 }),
    label(x + width / 2, note === '' ? middle + 4 : middle - 3, name, { class: 'strong', 'text-anchor': 'middle' }),
    ...(note === '' ? [] : [label(x + width / 2, middle + 14, note, { class: 'tick', 'text-anchor': 'middle' })]),
  ].join('');
};
