/** Colours by role. Series colours keep their distance for colour-blind eyes on both grounds. */
const LIGHT = { page: '#f9f9f7', ground: '#ffffff', edge: '#e3e2de', ink: '#1c1b19', quiet: '#6a6963', grid: '#eceae6', series: ['#2a78d6', '#eb6834', '#1baf7a'], good: '#0a7a2f', bad: '#b42318' };
const DARK: typeof LIGHT = { page: '#121211', ground: '#1b1b1a', edge: '#34332f', ink: '#f2f1ed', quiet: '#a3a199', grid: '#2b2a27', series: ['#3987e5', '#d95926', '#199e70'], good: '#4cc271', bad: '#f0726a' };

const variables = ({ series, ...colours }: typeof LIGHT): string =>
  [...Object.entries(colours).map(([role, colour]) => `--${role}:${colour}`), ...series.map((colour, index) => `--series-${index}:${colour}`)].join(';');

/** The variables on `root`, for both colour schemes. */
export const colours = (root: string): string => `${root}{${variables(LIGHT)};color-scheme:light dark}@media (prefers-color-scheme:dark){${root}{${variables(DARK)}}}`;

/** What the charts' marks look like. */
export const MARKS = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:12px;fill:var(--ink)}',
  '.tick{fill:var(--quiet);font-variant-numeric:tabular-nums}.grid{stroke:var(--grid)}.axis{stroke:var(--edge)}',
  '.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.area{stroke:none;opacity:.14}',
  ...LIGHT.series.map((_, index) => `.line.series-${index}{stroke:var(--series-${index})}.bar.series-${index},.area.series-${index}{fill:var(--series-${index})}`),
].join('');
