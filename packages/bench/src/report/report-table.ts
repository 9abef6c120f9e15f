import { compareFigures, differences, type EarlierRun, ratioText } from './comparison.js';
import { quantityText } from './quantity-text.js';
import { textTable } from './text-table.js';
import { headline, subtitle } from './report-page.js';
import { type Report, valueOf } from './report.js';

const STEPS = ['scheduling-attempt', 'create-to-scheduled', 'scheduled-to-running', 'create-to-running', 'network-programming', 'watch-delay'];
const QUANTILES = ['p50', 'p90', 'p99', 'max'];
const REQUESTS = 12;

/** What a run prints at its end. */
export const reportTable = (report: Report, earlier: readonly EarlierRun[] = []): string => {
  const text = (name: string): string => {
    const figure = valueOf(report, name);
    return figure ? quantityText(figure) : '-';
  };
  const measured = (...rows: readonly (readonly [string, string])[]): string[][] => rows.filter(([, name]) => valueOf(report, name)).map(([words, name]) => [words, text(name)]);
  const kinds = report.figures.filter(({ name }) => /^cpu\.[^.]+$/.test(name)).map(({ name }) => name.slice(4));
  const requests = report.figures.filter(({ name }) => name.startsWith('api.') && name.endsWith('.count')).slice(0, REQUESTS).map(({ name }) => name.slice(0, -'.count'.length));
  const parts = [
    `${headline(report)} (${subtitle(report)})`,
    textTable([
      ...measured(
        ['scheduling throughput, average', 'scheduling-throughput.average'],
        ['scheduling throughput, p50 of samples', 'scheduling-throughput.p50'],
        ['scheduling throughput, p99 of samples', 'scheduling-throughput.p99'],
        ['pods bound per second, over the whole', 'scheduling-throughput.whole'],
        ['measured for', 'scheduling-throughput.duration'],
        ['nodes Ready', 'nodes.count'],
        ['pods bound', 'pods.scheduled'],
        ['all nodes Ready after', 'nodes.all-ready'],
        ['pods Running', 'pods.running'],
        ['all pods Running after', 'pods.all-running'],
        ['create to all Running', 'create-to-running.all'],
        ['pods per second, create to Running', 'create-to-running.pods-per-second'],
        ['nodes that were not Ready, at most', 'faults.nodes-not-ready'],
        ['pods that were moved', 'faults.pods-moved'],
        ['all well again, after the last fault', 'faults.recovered'],
        ['objects acknowledged', 'faults.acknowledged'],
        ['of these lost', 'faults.lost'],
        ['scheduling cycle, mean', 'scheduling-cycle.mean'],
        ['service look-up, mean', 'service-lookup.mean'],
        ['event loop delay, p99', 'event-loop.p99'],
        ['memory per idle node', 'memory.per-node'],
        ['memory at the end, all heaps', 'memory.end'],
        ['memory at the end, resident', 'memory.resident'],
        ['threads', 'threads.count'],
        ['messages', 'messages.total'],
        ['bytes between hosts', 'frames.bytes'],
      ),
    ]),
    table(['step', ...QUANTILES], STEPS.filter((step) => valueOf(report, `${step}.p99`)).map((step) => [step, ...QUANTILES.map((quantile) => text(`${step}.${quantile}`))])),
    table(['component', 'CPU', 'CPU per pod', 'writes per pod'], kinds.map((kind) => [kind, text(`cpu.${kind}`), text(`cpu.${kind}.per-pod`), text(`writes.${kind}.per-pod`)]), ['all', '', '', text('writes.per-pod')]),
    table(['request', 'count', 'p50', 'p90', 'p99'], requests.map((name) => [name.slice('api.'.length).replace('.', ' '), text(`${name}.count`), text(`${name}.p50`), text(`${name}.p90`), text(`${name}.p99`)])),
    comparison(report, earlier),
    ...report.thresholds.map((verdict) => `${verdict.verdict === 'kept' ? 'ok     ' : 'CROSSED'} ${verdict.threshold}${'measured' in verdict ? ` (${verdict.measured})` : ' (not measured)'}`),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n').replaceAll(/(?<=\n(?:ok {5}|CROSSED).*)\n\n(?=ok {5}|CROSSED)/g, '\n')}\n`;
};

const COMPARED = /^(?:scheduling-throughput\.|create-to-running\.(?:pods-per-second|p50|p99)$|nodes\.all-ready$|writes\.per-pod$|network-programming\.p99$|memory\.(?:per-node|end|resident)$|cpu\.[^.]+\.per-pod$)/;

const comparison = (report: Report, runs: readonly EarlierRun[]): string => {
  if (runs.length === 0) return '';
  const rows = compareFigures(report, runs)
    .filter(({ name }) => COMPARED.test(name))
    .map((figure) => [figure.name, quantityText(figure), ...figure.earlier.flatMap((then) => (then === undefined ? ['-', ''] : [quantityText({ value: then.value, unit: figure.unit }), ratioText(then)]))]);
  const others = runs.flatMap((run) => differences(report, run).map((difference) => `${run.name}: ${difference}`));
  return [textTable([['COMPARED', 'THIS RUN', ...runs.flatMap(({ name }) => [name, 'RATIO'])], ...rows]), ...(others.length > 0 ? ['not the same:', ...others.map((line) => `  ${line}`)] : [])].join('\n');
};

const table = (head: readonly string[], rows: readonly (readonly string[])[], foot?: readonly string[]): string => (rows.length === 0 ? '' : textTable([head.map((word) => word.toUpperCase()), ...rows, ...(foot ? [foot] : [])]));
