import { element, label } from './svg.js';

export interface LegendEntry {
  readonly name: string;
  readonly series: number;
}

export const LEGEND_ROW = 19;
const CHARACTER = 6.4;
const SWATCH = 15;
const GAP = 12;

/** Entries as rows that are not wider than `width`. */
export const legendRows = (entries: readonly LegendEntry[], width: number): (readonly LegendEntry[])[] => {
  const rows: LegendEntry[][] = [];
  let left = 0;
  for (const entry of entries) {
    const wide = widthOf(entry);
    if (rows.length === 0 || wide > left) {
      rows.push([]);
      left = width;
    }
    rows.at(-1)?.push(entry);
    left -= wide + GAP;
  }
  return rows;
};

/** The rows, the last of which stands at `bottom`. */
export const drawLegend = (rows: readonly (readonly LegendEntry[])[], x: number, bottom: number): string[] =>
  rows.flatMap((row, index) => {
    const y = bottom - (rows.length - 1 - index) * LEGEND_ROW;
    let at = x;
    return row.flatMap((entry) => {
      const from = at;
      at += widthOf(entry) + GAP;
      return [element('rect', { class: `bar series-${entry.series}`, x: from, y: y - 9, width: 10, height: 10, rx: 2 }), label(from + SWATCH, y, entry.name, { class: 'tick' })];
    });
  });

const widthOf = ({ name }: LegendEntry): number => SWATCH + name.length * CHARACTER;
