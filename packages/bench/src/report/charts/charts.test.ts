import { describe, expect, it } from 'vitest';
import { barChart, simpleBar } from './bar-chart.js';
import { flowChart } from './flow-chart.js';
import { flowRows } from './flow-rows.js';
import { lineChart } from './line-chart.js';

const numbers = (text: string | undefined): number[] => [...(text ?? '').matchAll(/-?[\d.]+/g)].map((match) => Number(match[0]));
const seconds = { type: 'linear', text: String } as const;

describe('a line chart', () => {
  it('ends a line where its values say', () => {
    const svg = lineChart({ title: 'x', lines: [{ name: 'a', points: [[0, 0], [5, 0.5], [10, 1]] }], x: seconds, y: { most: 1, text: String } });
    const [x1, y1, , , x3, y3] = numbers(/class="line series-0" d="([^"]+)"/.exec(svg)?.[1]);
    // A value of 0 lies on the axis, and the largest on the highest line of the grid.
    expect(svg).toContain(`class="axis" x1="${x1}" x2="${x3}" y1="${y1}"`);
    expect(y3).toBe(12);
  });

  it('leaves a gap where there is no value', () => {
    const svg = lineChart({ title: 'x', lines: [{ name: 'a', points: [[0, 1], [1, 1], [2, null], [3, 1], [4, 1]] }], x: seconds, y: { text: String } });
    expect(/class="line series-0" d="([^"]+)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(2);
  });

  it('shows a point alone as a dot', () => {
    const svg = lineChart({ title: 'x', lines: [{ name: 'a', points: [[0, 1], [1, null], [2, 1], [3, 1]] }], x: seconds, y: { text: String } });
    expect(svg.match(/<circle class="bar series-0"/g)).toHaveLength(1);
    expect(/class="line series-0" d="([^"]+)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(1);
  });

  it('has a legend for several lines, in rows that fit', () => {
    const lines = Array.from({ length: 8 }, (_, index) => ({ name: `a line with a long name ${index}`, points: [[0, 1], [1, index]] as const }));
    const svg = lineChart({ title: 'x', lines, x: seconds, y: { text: String } });
    const swatches = [...svg.matchAll(/<rect class="bar series-\d" x="([\d.]+)" y="([\d.]+)"/g)].map((match) => match.slice(1).map(Number));
    expect(swatches).toHaveLength(8);
    expect(new Set(swatches.map(([, y]) => y)).size).toBe(4);
    for (const [x = 0, y = 0] of swatches) expect(x + 15 + 25 * 6.7 < 460 && y < 250).toBe(true);
  });
});

it('bars are as long as their values', () => {
  const svg = barChart('x', [simpleBar('long', 700, '700'), simpleBar('half', 350, '350')]);
  const [long, half] = [...svg.matchAll(/d="M[\d.]+ [\d.]+h([\d.]+)a/g)].map((match) => Number(match[1]));
  expect((half as number) + 3).toBeCloseTo(((long as number) + 3) / 2, 0);
});

it('the parts of a bar follow one another, and each has its colour', () => {
  const svg = barChart('x', [{ name: 'host', text: '3', parts: [{ value: 2, series: 1, name: 'a' }, { value: 1, series: 4, name: 'b' }] }]);
  const [first, second] = [...svg.matchAll(/class="bar series-(\d)" d="M([\d.]+) [\d.]+h([\d.]+)/g)].map((match) => match.slice(1).map(Number));
  expect([first?.[0], second?.[0]]).toEqual([1, 4]);
  expect(second?.[1]).toBeCloseTo((first?.[1] ?? 0) + (first?.[2] ?? 0), 0);
});

describe('a flow chart', () => {
  const boxes = ['hub', 'left', 'right', 'below'].map((name, series) => ({ name, series, note: '' }));
  const arrows = [['left', 'hub', 100], ['hub', 'left', 25], ['right', 'hub', 400], ['below', 'hub', 1], ['hub', 'below', 0]].map(([from, to, value]) => ({ from: String(from), to: String(to), value: Number(value), text: `${value}` }));

  it.each([['wide', flowChart], ['narrow', flowRows]] as const)('that is %s has a box for each kind, none over another, inside of the picture', (_shape, draw) => {
    const svg = draw({ title: 'x', boxes, arrows });
    const [, top = 0, width = 0, height = 0] = numbers(/viewBox="([^"]+)"/.exec(svg)?.[1]);
    const rects = [...svg.matchAll(/class="box series-\d" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((match) => match.slice(1).map(Number) as [number, number, number, number]);
    expect(rects).toHaveLength(4);
    for (const [x, y, w, h] of rects) expect(x >= 0 && y >= top && x + w <= width && y + h <= top + height).toBe(true);
    for (const [index, [x, y, w, h]] of rects.entries()) for (const [x2, y2, w2, h2] of rects.slice(index + 1)) expect(x + w < x2 || x2 + w2 < x || y + h < y2 || y2 + h2 < y).toBe(true);
  });

  it.each([['wide', flowChart], ['narrow', flowRows]] as const)('that is %s has an arrow for each direction with messages, thicker where there are more', (_shape, draw) => {
    const svg = draw({ title: 'x', boxes, arrows });
    const widths = Object.fromEntries([...svg.matchAll(/stroke-width="([\d.]+)"[^>]*><title>(\w+ to \w+)/g)].map((match) => [match[2], Number(match[1])]));
    expect(Object.keys(widths).toSorted()).toEqual(['below to hub', 'hub to left', 'left to hub', 'right to hub']);
    expect((widths['right to hub'] as number) > (widths['left to hub'] as number) && (widths['left to hub'] as number) > (widths['hub to left'] as number)).toBe(true);
  });

  it('that is narrow says in words what does not pass through the middle', () => {
    expect(flowRows({ title: 'x', boxes, arrows: [...arrows, { from: 'left', to: 'right', value: 3, text: '3' }] })).toContain('left → right: 3');
  });
});
