import { escapeMarkup } from './charts/svg.js';
import { compareFigures, type EarlierRun } from './comparison.js';
import { markup, rendered, tagged } from './html.js';
import { ratioMarkup, sections } from './page-sections.js';
import { PAGE_STYLE } from './page-style.js';
import { numberText, quantityText } from './quantity-text.js';
import type { Report } from './report.js';

/** The figures that come first, and what they are called there. */
const TILES = [
  ['scheduling-throughput.average', 'scheduled, average'],
  ['create-to-running.pods-per-second', 'pods created to Running'],
  ['create-to-running.p99', 'create to Running, 99th percentile'],
  ['nodes.all-ready', 'until all nodes were Ready'],
  ['writes.per-pod', 'writes per pod'],
  ['network-programming.p99', 'endpoint change to all proxies, 99th percentile'],
  ['memory.per-node', 'memory per idle node'],
] as const;

/** One self-contained page: no script, nothing fetched, light and dark, narrow and wide. */
export const reportPage = (report: Report, earlier: readonly EarlierRun[] = []): string => {
  const parts = sections(report, earlier);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeMarkup(headline(report))}</title><style>
${PAGE_STYLE}
</style></head><body><main>
<h1>${escapeMarkup(headline(report))}</h1>
<p class="quiet">${escapeMarkup(subtitle(report))}</p>
<nav>${parts.map(({ id, title }) => `<a href="#${id}">${escapeMarkup(title)}</a>`).join('')}</nav>
${banner(report)}
<div class="tiles">${tiles(report, earlier)}</div>
${parts.map(({ id, title, body }) => `<h2 id="${id}">${escapeMarkup(title)}</h2>\n${body}`).join('\n')}
</main></body></html>
`;
};

export const headline = ({ run }: Report): string => {
  const size = `${numberText(run.pods)} pods on ${numberText(run.nodes)} nodes`;
  return run.title === undefined ? size : `${run.title}: ${size}`;
};

export const subtitle = ({ run, naumachia, kubernetes, environment: { node, cpus, cpuModel }, startedAt }: Report): string =>
  `${run.mode}, ${numberText(run.services)} Services, seed ${run.seed}; Naumachia ${naumachia} (Kubernetes ${kubernetes}) on Node ${node}, ${cpus} × ${cpuModel}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC`;

/** How a run ended, in words, and whether that is as it should be. */
export const outcomeText = ({ outcome, thresholds, refused, manifestErrors }: Report): { readonly good: boolean; readonly what: string; readonly more: string } => {
  const kept = thresholds.filter(({ verdict }) => verdict === 'kept').length;
  const wrong = refused.length + manifestErrors.length;
  const more = [...(wrong > 0 ? [wrong === 1 ? '1 object was refused.' : `${wrong} objects were refused.`] : []), ...(thresholds.length > 0 ? [`${kept} of ${thresholds.length} thresholds kept.`] : [])].join(' ');
  switch (outcome) {
    case 'complete':
      if (wrong > 0) return { good: false, what: 'Everything that was accepted ran.', more };
      return kept === thresholds.length ? { good: true, what: 'Everything ran.', more } : { good: false, what: 'Everything ran, but not as it should.', more };
    case 'incomplete':
      return { good: false, what: 'The time was over before every pod ran.', more };
    case 'interrupted':
      return { good: false, what: 'Interrupted: figures are of the part that was run.', more };
  }
};

const banner = (report: Report): string => {
  const { good, what, more } = outcomeText(report);
  return rendered(tagged('p', markup(`${good ? '✓' : '✗'} ${escapeMarkup(what)} ${rendered(tagged('span', more))}`), `banner ${good ? 'good' : 'bad'}`));
};

const tiles = (report: Report, earlier: readonly EarlierRun[]): string => {
  const [latest] = earlier;
  const figures = compareFigures(report, latest ? [latest] : []);
  return TILES.flatMap(([name, words]) => {
    const figure = figures.find((each) => each.name === name);
    if (!figure) return [];
    const [then] = figure.earlier;
    const ratio = latest && then?.ratio !== undefined ? `<span class="ratio">${rendered(ratioMarkup(then))} of ${escapeMarkup(latest.name)}</span>` : '';
    return [`<div class="tile"><b>${escapeMarkup(quantityText(figure))}</b><span>${words}</span>${ratio}</div>`];
  }).join('');
};
