/**
 * Colours by role. Series colours keep their distance for colour-blind eyes on both grounds, neighbours in the list most of all; the last one is for totals.
 */
const LIGHT = {
  page: '#f6f6f3', ground: '#ffffff', edge: '#e1e0db', ink: '#1c1b19', quiet: '#66655f', grid: '#ecebe6', accent: '#2a63b8', good: '#0a7a2f', bad: '#b42318', 'good-ground': '#e7f5ea', 'bad-ground': '#fdecea',
  series: ['#2a78d6', '#e0622c', '#149a6a', '#8b52cc', '#b58900', '#cf4079', '#4f7a8c', '#7d6148', '#55544f'],
};
const DARK: typeof LIGHT = {
  page: '#121211', ground: '#1b1b1a', edge: '#34332f', ink: '#f0efeb', quiet: '#a3a199', grid: '#2b2a27', accent: '#7db3f2', good: '#4cc271', bad: '#f0726a', 'good-ground': '#16291b', 'bad-ground': '#331a18',
  series: ['#4a97ea', '#e8743f', '#2bb583', '#a97be6', '#cfa52b', '#e5689c', '#7fa8ba', '#b08f70', '#b4b2aa'],
};

/** Of what is the sum of other lines. */
export const TOTAL_SERIES = LIGHT.series.length - 1;

const variables = ({ series, ...colours }: typeof LIGHT): string =>
  [...Object.entries(colours).map(([role, colour]) => `--${role}:${colour}`), ...series.map((colour, index) => `--series-${index}:${colour}`)].join(';');

/** The variables on `root`, for both colour schemes. */
export const colours = (root: string): string => `${root}{${variables(LIGHT)};color-scheme:light dark}@media (prefers-color-scheme:dark){${root}{${variables(DARK)}}}`;

/** What the charts' marks look like. */
export const MARKS = [
  'svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:12px;fill:var(--ink)}',
  'svg .tick{fill:var(--quiet);font-variant-numeric:tabular-nums}.grid{stroke:var(--grid)}.axis{stroke:var(--edge)}.mark{stroke:var(--quiet);stroke-dasharray:2 4;opacity:.7}',
  '.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.line.earlier{stroke-width:1.5;stroke-dasharray:6 3}.area{stroke:none;opacity:.12}',
  '.box{fill:var(--ground);stroke-width:1.5}.flow{fill:none;stroke-linecap:butt;opacity:.55}svg .halo{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}svg .strong{font-weight:600}',
  ...LIGHT.series.map((_, index) => `.line.series-${index},.flow.series-${index},.box.series-${index}{stroke:var(--series-${index})}.bar.series-${index},.area.series-${index},.head.series-${index}{fill:var(--series-${index})}`),
].join('');
