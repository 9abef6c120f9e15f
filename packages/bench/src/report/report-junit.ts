import { element, escapeMarkup, type Attributes } from './charts/svg.js';
import { outcomeText } from './report-page.js';
import { hadFaults, type Report, valueOf } from './report.js';

/** What went wrong of a test case, if anything. */
interface Failure {
  readonly message: string;
  readonly detail: string;
}

/**
 * A report as JUnit XML, which CI systems show as tests: that the run came to its end, that what was applied was accepted, that no host
 * was in trouble, and each threshold. Figures are properties.
 */
export const reportJunit = (report: Report): string => {
  const cases = testCases(report);
  const failures = cases.filter(({ failure }) => failure).length;
  const counts: Attributes = { name: 'naumachia bench', tests: cases.length, failures, errors: 0, skipped: 0, time: report.took.toFixed(3) };
  const suite = node('testsuite', { ...counts, timestamp: report.startedAt.slice(0, 19), hostname: 'localhost' }, [
    node('properties', {}, properties(report).map(([name, value]) => node('property', { name, value }, []))),
    ...cases.map(({ name, group, time, failure }) =>
      node('testcase', { classname: `naumachia.bench.${group}`, name, time }, failure ? [node('failure', { message: failure.message, type: group }, [escapeMarkup(printable(failure.detail))])] : []),
    ),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${node('testsuites', counts, [suite])}\n`;
};

interface TestCase {
  readonly name: string;
  readonly group: 'run' | 'thresholds';
  readonly time: string;
  readonly failure: Failure | undefined;
}

const testCases = (report: Report): TestCase[] => {
  const { outcome, refused, manifestErrors, incidents, thresholds } = report;
  const wrong = [...manifestErrors.map(({ file, line, problem }) => `${file}:${line}: ${problem}`), ...refused.map(({ kind, name, message, file, line }) => `${file === undefined ? '' : `${file}:${line}: `}${kind} ${name}: ${message}`)];
  const troubles = incidents.map(({ host, what, detail }) => `${host}: ${what}: ${detail}`);
  return [
    { name: 'every pod came to run in time', group: 'run', time: report.took.toFixed(3), failure: outcome === 'complete' ? undefined : { message: outcomeText(report).what, detail: outcome } },
    { name: 'every object was accepted', group: 'run', time: '0', failure: listed(wrong, 'refused') },
    hadFaults(report) ? { name: 'nothing that was acknowledged is lost', group: 'run', time: '0', failure: lost(report) } : { name: 'no host or actor failed', group: 'run', time: '0', failure: listed(troubles, 'in all') },
    ...thresholds.map((verdict): TestCase => ({
      name: verdict.threshold,
      group: 'thresholds',
      time: '0',
      failure: verdict.verdict === 'kept' ? undefined : { message: `${verdict.verdict}${'measured' in verdict ? `: ${verdict.measured}` : ''}`, detail: verdict.threshold },
    })),
  ];
};

const lost = (report: Report): Failure | undefined => {
  const count = valueOf(report, 'faults.lost')?.value ?? 0;
  return count === 0 ? undefined : { message: `${count} objects are lost`, detail: 'the API server had acknowledged them' };
};

const listed = (lines: readonly string[], what: string): Failure | undefined => (lines.length === 0 ? undefined : { message: `${lines.length} ${what}: ${lines[0]?.split('\n')[0] ?? ''}`, detail: lines.slice(0, 100).join('\n') });

const properties = ({ naumachia, kubernetes, environment, run, figures }: Report): (readonly [string, string])[] => [
  ['naumachia', naumachia], ['kubernetes', kubernetes], ['node', environment.node], ['cpu', `${environment.cpus} x ${environment.cpuModel}`], ['command', environment.command.join(' ')], ['seed', String(run.seed)],
  ...figures.filter(({ name }) => !name.startsWith('api.')).map(({ name, value, unit }) => [name, `${value} ${unit}`] as const),
];

const node = (name: string, attributes: Attributes, children: readonly string[]): string => element(name, clean(attributes), ...children);

const clean = (attributes: Attributes): Attributes => Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]));

/** XML has no place for most control characters, escaped or not. */
// oxlint-disable-next-line no-control-regex
const printable = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
