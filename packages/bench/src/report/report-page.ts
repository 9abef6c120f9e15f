import { colours, MARKS } from './charts/style.js';
import { escapeMarkup } from './charts/svg.js';
import { numberText, quantityText } from './quantity-text.js';
import { reportCharts } from './report-charts.js';
import { type Report, valueOf } from './report.js';

const STYLE = [
  colours(':root'),
  '*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}',
  'main{max-width:1120px;margin:0 auto;padding:28px 18px 56px}h1{font-size:22px;margin:0 0 2px}h2{font-size:16px;margin:0}h1,h2{font-weight:600;line-height:1.3}p{margin:0}.quiet{color:var(--quiet)}',
  '.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:10px;margin:20px 0}.tile,section,details{background:var(--ground);border:1px solid var(--edge);border-radius:8px;min-width:0}',
  '.tile{padding:12px 14px}.tile b{display:block;font-size:20px;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}.tile span{color:var(--quiet);font-size:13px}',
  '.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:12px}section{padding:14px 16px}section p{font-size:13px;color:var(--quiet);margin:2px 0 10px}svg{display:block;width:100%;height:auto}',
  'details{margin-top:12px;padding:12px 16px}summary{cursor:pointer;font-weight:600}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin-top:10px;font-size:13.5px}',
  'td,th{text-align:left;padding:4px 12px 4px 0;border-top:1px solid var(--grid);vertical-align:top}td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}code{font-family:ui-monospace,Menlo,"DejaVu Sans Mono",monospace;font-size:12.5px;overflow-wrap:anywhere}',
  '.good{color:var(--good)}.bad{color:var(--bad)}',
  MARKS,
].join('\n');

/** The figures that come first, and what they are called there. */
const TILES = [
  ['create-to-running.pods-per-second', 'pods created to Running'],
  ['create-to-running.p99', 'create to Running, 99th percentile'],
  ['nodes.all-ready', 'until all nodes were Ready'],
  ['writes.per-pod', 'writes per pod'],
  ['network-programming.p99', 'endpoint change to all proxies, 99th percentile'],
  ['memory.per-node', 'memory per idle node'],
] as const;

/** One self-contained page: no script, nothing fetched, light and dark, narrow and wide. */
export const reportPage = (report: Report): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeMarkup(headline(report))}</title><style>
${STYLE}
</style></head><body><main>
<h1>${escapeMarkup(headline(report))}</h1>
<p class="quiet">${escapeMarkup(subtitle(report))}</p>
${outcome(report)}
<div class="tiles">${tiles(report)}</div>
<div class="charts">${reportCharts(report).map(({ title, caption, svg }) => `<section><h2>${escapeMarkup(title)}</h2><p>${escapeMarkup(caption)}</p>${svg}</section>`).join('\n')}</div>
${problems(report)}${figureTable(report)}
</main></body></html>
`;

export const headline = ({ run }: Report): string => `${numberText(run.pods)} pods on ${numberText(run.nodes)} nodes`;

export const subtitle = ({ run, naumachia, kubernetes, node, machine, startedAt }: Report): string =>
  `${run.mode}, ${numberText(run.services)} Services, seed ${run.seed}; Naumachia ${naumachia} (Kubernetes ${kubernetes}) on Node ${node}, ${machine.cpus} × ${machine.model}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC`;

const outcome = ({ outcome, thresholds }: Report): string => {
  const lines = [
    ...(outcome === 'complete' ? [] : [`<p class="bad">${outcome === 'interrupted' ? 'Interrupted: figures are of the part that was run.' : 'The time was over before every pod ran.'}</p>`]),
    ...thresholds.map((verdict) => {
      const measured = 'measured' in verdict ? ` (${verdict.measured})` : '';
      return `<p class="${verdict.verdict === 'kept' ? 'good' : 'bad'}">${verdict.verdict === 'kept' ? '✓' : '✗'} <code>${escapeMarkup(verdict.threshold)}</code> ${verdict.verdict}${escapeMarkup(measured)}</p>`;
    }),
  ];
  return lines.join('\n');
};

const tiles = (report: Report): string =>
  TILES.flatMap(([name, words]) => {
    const figure = valueOf(report, name);
    return figure ? [`<div class="tile"><b>${escapeMarkup(quantityText(figure))}</b><span>${words}</span></div>`] : [];
  }).join('');

const problems = ({ refused, manifestErrors, incidents }: Report): string => {
  const rows = [
    ...manifestErrors.map(({ file, line, problem }) => [`${file}:${line}`, problem]),
    ...refused.slice(0, 100).map(({ kind, name, message, file, line }) => [file === undefined ? `${kind} ${name}` : `${file}:${line}`, message]),
    ...incidents.slice(0, 100).map(({ host, what, detail }) => [`${host}: ${what}`, detail.split('\n')[0] ?? '']),
  ];
  if (rows.length === 0) return '';
  return `<details open><summary>What went wrong</summary><div class="scroll"><table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell ?? '')}</td>`).join('')}</tr>`).join('')}</table></div></details>`;
};

const figureTable = ({ figures }: Report): string =>
  `<details><summary>All ${figures.length} figures</summary><div class="scroll"><table>${figures.map((figure) => `<tr><td><code>${escapeMarkup(figure.name)}</code></td><td class="number">${escapeMarkup(quantityText(figure))}</td></tr>`).join('\n')}</table></div></details>`;
