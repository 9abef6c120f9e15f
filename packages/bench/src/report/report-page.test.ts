import { expect, it } from 'vitest';
import type { EarlierRun } from './comparison.js';
import { reportPage } from './report-page.js';
import { reportPicture } from './report-picture.js';
import { reportTable } from './report-table.js';
import { sampleReport } from './testing/sample.js';

const REPORT = sampleReport();
const EARLIER: EarlierRun = {
  name: 'yesterday & before',
  report: { ...REPORT, run: { ...REPORT.run, seed: 7 }, figures: REPORT.figures.map((figure) => (figure.name === 'create-to-running.p99' ? { ...figure, value: figure.value * 2 } : figure)) },
};

it('a page holds the numbers, the charts and what went wrong, and nothing that it would have to fetch', () => {
  const page = reportPage(REPORT);
  for (const text of ['1,500 pods on 50 nodes', '179 pods/s', '3.44 s', 'a.yaml:3', 'kubelet/node-7: Error', 'prefers-color-scheme:dark', 'naumachia bench --nodes 50', 'clients → apiserver']) expect(page, text).toContain(text);
  expect(page).not.toMatch(/<script|\bsrc=|url\(|@import|href="(?!#)/);
  expect(page).toContain('A &lt;Processor&gt;');
});

it('every section that the table of contents names is there, with a chart of each kind', () => {
  const page = reportPage(REPORT, [EARLIER]);
  const linked = [...page.matchAll(/href="#([\w-]+)"/g)].map((match) => match[1]);
  expect(linked).toEqual(['problems', 'thresholds', 'comparison', 'over-time', 'steps', 'messages', 'resources', 'requests', 'environment', 'figures']);
  for (const id of linked) expect(page, id).toContain(`<h2 id="${id}">`);
  for (const title of ['Pods per second', 'From creation to Running', 'API requests per second', 'How long API requests took', 'CPU by kind of component', 'Memory', 'Messages between kinds of components', 'Busy threads', 'Writes per pod by component']) {
    expect(page, title).toContain(`<h3>${title}</h3>`);
  }
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

it('a section without data is left out', () => {
  const page = reportPage({ ...REPORT, figures: [], thresholds: [], refused: [], incidents: [], charts: { marks: [], timelines: [], distributions: [], flows: [], hosts: [] } });
  expect([...page.matchAll(/<h2 id="([\w-]+)"/g)].map((match) => match[1])).toEqual(['environment', 'figures']);
  expect(page).not.toContain('<svg');
});

it('incidents of a run with planned faults stand with what they left behind', () => {
  const page = reportPage({ ...REPORT, refused: [], figures: [...REPORT.figures, { name: 'faults.recovered', value: 3, unit: 's' }] });
  expect(page).not.toContain('What went wrong');
  expect(page).toMatch(/<h2 id="faults">After the faults<\/h2>[\s\S]*faults\.<wbr>recovered[\s\S]*kubelet\/node-7: Error/);
});

it('a timeline in which nothing was measured is not drawn', () => {
  const page = reportPage({ ...REPORT, charts: { ...REPORT.charts, timelines: [{ name: 'x', title: 'Nothing to see', caption: '', unit: 'ms', lines: [{ name: 'a', points: [] }, { name: 'b', points: [[1, null]] }] }] } });
  expect(page).not.toContain('Nothing to see');
});

it('every tag that a page opens it closes', () => {
  const open: string[] = [];
  for (const [, close, name = '', selfClosed] of reportPage(REPORT, [EARLIER]).replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<(\/)?([a-z][a-z0-9]*)[^>]*?(\/)?>/g)) {
    if (selfClosed !== undefined || name === 'meta' || name === 'wbr') continue;
    if (close === undefined) open.push(name);
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
});

it('thresholds that were crossed or not measured make the banner red', () => {
  expect(reportPage(REPORT)).toContain('banner bad');
  expect(reportPage({ ...REPORT, refused: [], thresholds: REPORT.thresholds.filter(({ verdict }) => verdict === 'kept') })).toContain('banner good');
});

it('a comparison shows the ratio of each figure, colours what changed, and says in what the runs differed', () => {
  const page = reportPage(REPORT, [EARLIER]);
  expect(page).toMatch(/create-to-running\.<wbr>p99<\/code><\/td><td class="number">3\.44 s<\/td><td class="number">6\.88 s<\/td><td class="number"><span class="good">0\.50×/);
  expect(page).toMatch(/create-to-running\.<wbr>p50<\/code>.*?<span>1\.00×/);
  expect(page).toContain('seed: 7 then, 1 now');
  expect(page).toContain('yesterday &amp; before');
  expect(page.match(/class="line series-1 earlier"/g)?.length).toBeGreaterThanOrEqual(8);
});

it('the picture is one SVG with both charts', () => {
  const picture = reportPicture(REPORT);
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(picture.match(/<svg /g)).toHaveLength(3);
  expect(picture).not.toMatch(/NaN|undefined/);
});

it('the table says whether thresholds were kept, and the ratios to earlier runs', () => {
  const table = reportTable(REPORT, [EARLIER]);
  expect(table).toContain('ok      p99(create-to-running) < 5s (3.44 s)');
  expect(table).toContain('CROSSED p99(service-lookup) < 1s (not measured)');
  expect(table).toMatch(/create-to-running\.p99 +3\.44 s +6\.88 s +0\.50×/);
  expect(table).toContain('yesterday & before: seed: 7 then, 1 now');
});
