import { expect, it } from 'vitest';
import { reportJunit } from './report-junit.js';
import { sampleReport } from './testing/sample.js';

const REPORT = sampleReport();

/** Elements of a document by name, with their attributes; fails where tags do not match. */
const read = (xml: string): { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly within: readonly string[] }[] => {
  const within: string[] = [];
  const found: ReturnType<typeof read> = [];
  for (const [, close, name = '', attributes = '', selfClosed] of xml.replace(/^<\?xml.*?\?>/, '').matchAll(/<(\/)?([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/)?>/g)) {
    if (close !== undefined) {
      expect(within.pop()).toBe(name);
      continue;
    }
    found.push({ name, attributes: Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? ''])), within: [...within] });
    if (selfClosed === undefined) within.push(name);
  }
  expect(within).toEqual([]);
  return found;
};

it('is well-formed XML in which each threshold is a test case, and those that were not kept have failed', () => {
  const elements = read(reportJunit(REPORT));
  const suite = elements.find(({ name }) => name === 'testsuite');
  const cases = elements.filter(({ name }) => name === 'testcase');
  expect(cases.map(({ attributes }) => attributes['name'])).toEqual(['every pod came to run in time', 'every object was accepted', 'no host or actor failed', 'p99(create-to-running) &lt; 5s', 'p99(watch-delay) &lt; 1ms', 'p99(service-lookup) &lt; 1s']);
  const failures = elements.filter(({ name }) => name === 'failure');
  expect(failures.map(({ attributes }) => attributes['message'])).toEqual(['1 refused: a.yaml:3: Pod x: &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;\ufffd', '1 in all: host-1: actor-failed: kubelet/node-7: Error: | no such thing', 'crossed: 305 ms', 'not measured']);
  expect(suite?.attributes).toMatchObject({ tests: '6', failures: '4', errors: '0' });
  expect(elements.filter(({ name }) => name === 'property').map(({ attributes }) => attributes['name'])).toContain('create-to-running.pods-per-second');
});

it('what a run was told is text, whatever characters it has', () => {
  const xml = reportJunit(REPORT);
  expect(xml).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;\ufffd');
  // oxlint-disable-next-line no-control-regex
  expect(xml).not.toMatch(/[\u0000-\u0008]/);
});

it('an interrupted run has failed', () => {
  expect(reportJunit({ ...REPORT, outcome: 'interrupted' })).toContain('<failure message="Interrupted: figures are of the part that was run."');
});

it('where faults were planned, what hosts went through is no failure, but what is lost is', () => {
  const after = (lost: number): string => reportJunit({ ...REPORT, figures: [...REPORT.figures, { name: 'faults.lost', value: lost, unit: 'count' }] });
  expect(after(0)).not.toContain('no host or actor failed');
  expect(after(0)).toContain('tests="6" failures="3"');
  expect(after(2)).toMatch(/name="nothing that was acknowledged is lost" time="0"><failure message="2 objects are lost"/);
});
