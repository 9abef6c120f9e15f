import { compareFigures, differences, type EarlierRun, ratioText } from './comparison.js';
import { quantityText } from './quantity-text.js';
import { headline, outcomeText, subtitle } from './report-page.js';
import { hadFaults, type Report, valueOf } from './report.js';

const STEPS = ['create-to-scheduled', 'scheduled-to-running', 'create-to-running', 'network-programming', 'watch-delay'];
const QUANTILES = ['p50', 'p90', 'p99', 'max'];
const SHOWN = 20;

/** The figures that a reader of a pull request wants to see; all others are in `report.json`. */
const KEY = /^(?:scheduling-throughput\..*|faults\..*|create-to-running\.pods-per-second|pods\.all-running|nodes\.all-ready|writes\.per-pod|scheduling-cycle\.mean|service-lookup\.mean|memory\.(?:per-node|per-pod|end|resident)|messages\.total|frames\.bytes|event-loop\.p99)$/;

/** A report as Markdown, for the summary of a CI job or a comment. */
export const reportMarkdown = (report: Report, earlier: readonly EarlierRun[] = []): string => {
  const { good, what, more } = outcomeText(report);
  const parts = [
    `## ${good ? '✅' : '❌'} ${text(headline(report))}`,
    `${text(what)}${more === '' ? '' : ` ${text(more)}`}`,
    thresholds(report),
    keyFigures(report, earlier),
    steps(report),
    ...earlier.map((run) => other(report, run)),
    problems(report),
    `<sub>${text(subtitle(report))}; <code>naumachia ${text(report.environment.command.join(' '))}</code></sub>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
};

const thresholds = ({ thresholds: verdicts }: Report): string =>
  table(['', 'threshold', 'measured'], verdicts.map((verdict) => [verdict.verdict === 'kept' ? '✅' : `❌ ${verdict.verdict}`, code(verdict.threshold), 'measured' in verdict ? verdict.measured : '-']));

const keyFigures = (report: Report, earlier: readonly EarlierRun[]): string =>
  table(
    ['figure', 'this run', ...earlier.flatMap(({ name }) => [name, 'ratio'])],
    compareFigures(report, earlier)
      .filter(({ name }) => KEY.test(name))
      .map((figure) => [
        code(figure.name),
        quantityText(figure),
        ...figure.earlier.flatMap((then) => (then === undefined ? ['-', ''] : [quantityText({ value: then.value, unit: figure.unit }), `${ratioText(then)}${then.change === 'same' ? '' : then.change === 'better' ? ' 🟢' : ' 🔴'}`])),
      ]),
  );

const steps = (report: Report): string =>
  table(
    ['step', ...QUANTILES],
    STEPS.filter((step) => valueOf(report, `${step}.p99`)).map((step) => [
      step,
      ...QUANTILES.map((quantile) => {
        const figure = valueOf(report, `${step}.${quantile}`);
        return figure ? quantityText(figure) : '-';
      }),
    ]),
  );

const other = (report: Report, run: EarlierRun): string => {
  const found = differences(report, run);
  return found.length === 0 ? '' : `${text(run.name)} was another run: ${text(found.join('; '))}.`;
};

const problems = (report: Report): string => {
  const { refused, manifestErrors, incidents } = report;
  const lines = [
    ...manifestErrors.map(({ file, line, problem }) => `${code(`${file}:${line}`)} ${text(problem)}`),
    ...refused.map(({ kind, name, message, file, line }) => `${code(file === undefined ? `${kind} ${name}` : `${file}:${line}`)} ${text(message)}`),
    ...(hadFaults(report) ? [] : incidents).map(({ host, what, detail }) => `${code(host)} ${what}: ${text(detail.split('\n')[0] ?? '')}`),
  ];
  if (lines.length === 0) return '';
  return ['**What went wrong**', '', ...lines.slice(0, SHOWN).map((line) => `- ${line}`), ...(lines.length > SHOWN ? [`- and ${lines.length - SHOWN} more`] : [])].join('\n');
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 || head[0] === '' && index === 1 ? '---' : '---:'))), ...rows.map(line)].join('\n');
};

const code = (content: string): string => `\`${content.replaceAll('`', "'").replaceAll('\n', ' ')}\``;

/** Text that stays text, whatever stands in it. */
const text = (content: string): string => content.replaceAll(/[\\`*_[\]#]/g, String.raw`\$&`).replaceAll('<', '&lt;').replaceAll('\n', ' ');
