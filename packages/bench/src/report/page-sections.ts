import { comparisonCharts } from './comparison-charts.js';
import { compareFigures, type ComparedFigure, type Comparison, differences, type EarlierRun, ratioText } from './comparison.js';
import { escapeMarkup } from './charts/svg.js';
import { kindText } from './component-kinds.js';
import { type Column, markup, type Markup, table, tagged } from './html.js';
import { bytesText, durationText, numberText, quantityText } from './quantity-text.js';
import { cpuChart, flowsChart, hostsChart, networkChart, type ReportChart, stepsChart, timelineCharts, writesChart } from './report-charts.js';
import { hadFaults, type Report, valueOf } from './report.js';

/** A part of the page with a place in its table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

const STEPS = ['create-to-scheduled', 'scheduled-to-running', 'create-to-running', 'network-programming', 'watch-delay'];
const QUANTILES = ['p50', 'p90', 'p99', 'max', 'mean'];
const REQUESTS = 20;
const FLOWS = 14;
const KEY_FIGURES = /^(?:scheduling-throughput\.|create-to-running\.(?:pods-per-second|p50|p99)$|create-to-scheduled\.p99$|scheduled-to-running\.p99$|pods\.all-running$|nodes\.all-ready$|writes\.per-pod$|network-programming\.p99$|watch-delay\.p99$|scheduling-cycle\.mean$|memory\.(?:per-node|per-pod|end|resident)$|messages\.total$|cpu\.[^.]+\.per-pod$)/;
const LABEL: Column = { title: '' };

/** What a report has to show; a section without data is not there. */
export const sections = (report: Report, runs: readonly EarlierRun[]): Section[] =>
  [
    { id: 'problems', title: 'What went wrong', body: problems(report) },
    { id: 'faults', title: 'After the faults', body: faults(report) },
    { id: 'thresholds', title: 'Thresholds', body: thresholds(report) },
    { id: 'comparison', title: 'Compared with earlier runs', body: runs.length === 0 ? '' : comparison(report, runs) },
    { id: 'over-time', title: 'Over time', body: overTime(report) },
    { id: 'steps', title: "A pod's way", body: steps(report) },
    { id: 'messages', title: 'Who talks to whom', body: messages(report) },
    { id: 'resources', title: 'CPU and memory', body: resources(report) },
    { id: 'requests', title: 'API requests', body: requests(report) },
    { id: 'environment', title: 'Environment', body: environment(report) },
    { id: 'figures', title: 'All figures', body: allFigures(report, runs) },
  ].filter(({ body }) => body !== '');

const chartPanel = ({ title, caption, svg, narrow }: ReportChart): string =>
  `<div class="panel"><h3>${escapeMarkup(title)}</h3><p>${escapeMarkup(caption)}</p>${narrow === undefined ? svg : `<div class="only-wide">${svg}</div><div class="only-narrow">${narrow}</div>`}</div>`;
const panel = (title: string, caption: string, body: string): string => `<div class="panel"><h3>${escapeMarkup(title)}</h3><p>${escapeMarkup(caption)}</p>${body}</div>`;
const grid = (panels: readonly (string | undefined)[]): string => {
  const shown = panels.filter((each) => each !== undefined && each !== '');
  return shown.length === 0 ? '' : `<div class="grid-2">${shown.join('\n')}</div>`;
};
const charts = (...each: readonly (ReportChart | undefined)[]): string[] => each.flatMap((chart) => (chart ? [chartPanel(chart)] : []));

const problems = (report: Report): string => {
  const { refused, manifestErrors } = report;
  const rows = [
    ...manifestErrors.map(({ file, line, problem }) => [`${file}:${line}`, problem]),
    ...refused.slice(0, 100).map(({ kind, name, message, file, line }) => [file === undefined ? `${kind} ${name}` : `${file}:${line}`, message]),
    ...(hadFaults(report) ? [] : incidentRows(report)),
  ];
  return rows.length === 0 ? '' : `<div class="panel">${table([LABEL, LABEL], rows)}</div>`;
};

const incidentRows = ({ incidents }: Report): string[][] => incidents.slice(0, 100).map(({ host, what, detail }) => [`${host}: ${what}`, detail.split('\n')[0] ?? '']);

/** What the planned faults left behind, and what hosts and actors went through. */
const faults = (report: Report): string => {
  if (!hadFaults(report)) return '';
  const figures = report.figures.filter(({ name }) => name.startsWith('faults.')).map((figure) => [figureName(figure.name), quantityText(figure)]);
  const incidents = incidentRows(report);
  return grid([panel('Figures', 'What was to be well again, and when it was.', table([{ title: 'figure' }, { title: 'measured', number: true }], figures)), incidents.length === 0 ? '' : panel('Incidents', 'In the order in which they were told.', table([LABEL, LABEL], incidents))]);
};

const thresholds = ({ thresholds: verdicts }: Report): string =>
  verdicts.length === 0
    ? ''
    : `<div class="panel">${table(
        [{ title: 'verdict', whole: true }, { title: 'threshold' }, { title: 'measured', number: true }],
        verdicts.map((verdict) => [tagged('span', verdict.verdict === 'kept' ? '✓ kept' : `✗ ${verdict.verdict}`, verdict.verdict === 'kept' ? 'good' : 'bad'), tagged('code', verdict.threshold), 'measured' in verdict ? verdict.measured : '-']),
      )}</div>`;

const comparison = (report: Report, runs: readonly EarlierRun[]): string => {
  const figures = compareFigures(report, runs);
  const other = runs.map((run) => [tagged('span', run.name, 'key'), differences(report, run).join('; ')] as const).filter(([, different]) => different !== '');
  return [
    other.length === 0 ? '' : panel('Not the same', 'What differed besides the figures; read them with it.', table([LABEL, LABEL], other)),
    panel('Key figures', 'This run, each earlier one, and how many times as much it is now. Green is better, red is worse, by more than five per cent.', comparisonTable(figures.filter(({ name }) => KEY_FIGURES.test(name)), runs)),
    grid(charts(...comparisonCharts(report, runs))),
  ].join('\n');
};

const comparisonTable = (figures: readonly ComparedFigure[], runs: readonly EarlierRun[]): string =>
  table(
    [{ title: 'figure' }, { title: 'this run', number: true }, ...runs.flatMap(({ name }) => [{ title: name, number: true }, { title: 'ratio', number: true }])],
    figures.map((figure) => [figureName(figure.name), quantityText(figure), ...figure.earlier.flatMap((then) => [then === undefined ? '-' : quantityText({ value: then.value, unit: figure.unit }), ratioMarkup(then)])]),
  );

export const ratioMarkup = (comparison: Comparison | undefined): Markup => tagged('span', ratioText(comparison), comparison?.change === 'better' ? 'good' : comparison?.change === 'worse' ? 'bad' : '');

const overTime = (report: Report): string => {
  const marks = report.charts.marks.map(({ name, at }) => `${name} after ${durationText(at * 1000)}`).join(', ');
  const drawn = charts(...timelineCharts(report));
  if (drawn.length === 0) return '';
  return `<p class="lead quiet">Seconds since the run began.${marks === '' ? '' : ` Dotted: ${escapeMarkup(marks)}.`}</p>\n${grid(drawn)}`;
};

const steps = (report: Report): string => {
  const rows = STEPS.filter((step) => valueOf(report, `${step}.p99`)).map((step) => [step, ...QUANTILES.map((quantile) => textOf(report, `${step}.${quantile}`))]);
  const quantiles = rows.length === 0 ? '' : panel('Quantiles', 'The time that this share of all stayed within.', table([{ title: 'step', whole: true }, ...QUANTILES.map((title) => ({ title, number: true }))], rows));
  return grid([...charts(stepsChart(report), networkChart(report)), quantiles, ...charts(writesChart(report))]);
};

const messages = (report: Report): string => {
  const [chart] = charts(flowsChart(report));
  if (chart === undefined) return '';
  const rows = report.charts.flows.slice(0, FLOWS).map(({ from, to, messages: count, batches, entries, bytes }) => [`${kindText(from)} → ${kindText(to)}`, numberText(count), numberText(batches), numberText(entries), bytes === 0 ? '' : bytesText(bytes)]);
  const columns = [{ title: 'from → to' }, ...['messages', 'watch batches', 'entries in them', 'bytes between hosts'].map((title) => ({ title, number: true }))];
  return `${chart}<details><summary>The ${rows.length} pairs that speak most</summary>${table(columns, rows)}</details>`;
};

const resources = (report: Report): string => {
  const { hosts } = report.charts;
  const rows = hosts.map(({ host, count, actors, active, heapBytes, loopDelay, busy }) => [
    count > 1 ? `${count} × ${host}` : host, numberText(actors), durationText(active), bytesText(heapBytes), durationText(loopDelay), Object.keys(busy).map(kindText).join(', '),
  ]);
  const columns: Column[] = [{ title: 'host', whole: true }, { title: 'actors', number: true }, { title: 'busy', number: true }, { title: 'heap', number: true }, { title: 'delay p99', number: true }, { title: 'runs' }];
  const byHost = rows.length === 0 ? '' : panel('Hosts', 'A host is a thread. Its heap was collected before it was weighed; the delay is that of its event loop.', table(columns, rows));
  const kinds = report.figures.filter(({ name }) => /^cpu\.[^.]+$/.test(name)).map(({ name }) => name.slice(4));
  const byKind = kinds.length === 0 ? '' : panel('Kinds of components', 'On all hosts together.', table([{ title: 'kind' }, ...['CPU', 'per pod', 'steps', 'writes per pod'].map((title) => ({ title, number: true }))], kinds.map((kind) => [kindText(kind), textOf(report, `cpu.${kind}`), textOf(report, `cpu.${kind}.per-pod`), textOf(report, `cpu.${kind}.steps`), textOf(report, `writes.${kind}.per-pod`)])));
  return grid([...charts(cpuChart(report), hostsChart(report)), byKind, byHost]);
};

const requests = (report: Report): string => {
  const names = report.figures.filter(({ name }) => name.startsWith('api.') && name.endsWith('.count')).map(({ name }) => name.slice(0, -'.count'.length));
  if (names.length === 0) return '';
  const columns = [{ title: 'request' }, ...['count', 'p50', 'p90', 'p99'].map((title) => ({ title, number: true }))];
  const rows = names.slice(0, REQUESTS).map((name) => [name.slice('api.'.length).replace('.', ' '), ...['count', 'p50', 'p90', 'p99'].map((quantile) => textOf(report, `${name}.${quantile}`))]);
  return `<div class="panel">${table(columns, rows)}${names.length > REQUESTS ? `<p class="quiet">${names.length - REQUESTS} more are among all figures.</p>` : ''}</div>`;
};

const environment = ({ naumachia, kubernetes, environment: machine, run, startedAt, took }: Report): string => {
  const { cpus, cpuModel, memoryBytes, system, architecture, node, v8, command, nodeOptions } = machine;
  const rows: (readonly [string, string | Markup])[] = [
    ['command', tagged('code', `naumachia ${command.join(' ')}`)],
    ['versions', `Naumachia ${naumachia}, Kubernetes ${kubernetes}, Node ${node}, V8 ${v8}`],
    ...(nodeOptions.length === 0 ? [] : [['Node options', tagged('code', nodeOptions.join(' '))] as const]),
    ['CPU', `${cpus} × ${cpuModel}`],
    ['memory', bytesText(memoryBytes)],
    ['system', `${system}, ${architecture}`],
    ['run', `${run.mode}, ${numberText(run.nodes)} nodes, ${numberText(run.pods)} pods, ${numberText(run.services)} Services, ${numberText(run.objects)} objects applied, hosts: ${run.hosts}, at most ${durationText(run.limit)}`],
    ['seed', String(run.seed)],
    ['manifests', run.manifests.join(', ')],
    ['started', `${startedAt.slice(0, 19).replace('T', ' ')} UTC, took ${durationText(took * 1000)}`],
  ];
  return `<div class="panel">${table([LABEL, LABEL], rows.map(([key, value]) => [tagged('span', key, 'key'), value]))}</div>`;
};

const allFigures = (report: Report, runs: readonly EarlierRun[]): string =>
  `<details><summary>${report.figures.length} figures by name</summary>${comparisonTable(compareFigures(report, runs), runs)}</details>`;

/** It may be broken where it has joints, and nowhere else. */
const figureName = (name: string): Markup => markup(`<code class="figure">${escapeMarkup(name).replaceAll('.', '.<wbr>')}</code>`);

const textOf = (report: Report, name: string): string => {
  const figure = valueOf(report, name);
  return figure ? quantityText(figure) : '-';
};
