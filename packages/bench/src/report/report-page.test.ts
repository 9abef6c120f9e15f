import { expect, it } from 'vitest';
import { reportCharts } from './report-charts.js';
import { reportPage } from './report-page.js';
import { reportPicture } from './report-picture.js';
import type { Report } from './report.js';
import { reportTable } from './report-table.js';

const REPORT: Report = {
  naumachia: '0.1.0', kubernetes: '1.36', node: 'v20.0.0', machine: { cpus: 2, model: 'A <Processor>' }, startedAt: '2026-11-21T15:00:00.000Z',
  run: { nodes: 10, mode: 'packed', seed: 1, pods: 100, services: 4, objects: 9, hosts: 2, limit: 60_000, manifests: ['examples'] },
  outcome: 'complete',
  figures: [
    { name: 'create-to-running.pods-per-second', value: 3120, unit: 'pods/s' },
    { name: 'create-to-running.p99', value: 412, unit: 'ms' },
    { name: 'messages.kubelet.to.apiserver', value: 700, unit: 'count' },
    { name: 'messages.apiserver.to.kubelet', value: 350, unit: 'count' },
    { name: 'cpu.apiserver', value: 1500, unit: 'ms' },
    { name: 'cpu.apiserver.steps', value: 9, unit: 'count' },
    { name: 'writes.kubelet.per-pod', value: 5, unit: 'count' },
  ],
  thresholds: [{ threshold: 'p99(create-to-running) < 1s', verdict: 'kept', value: 412, unit: 'ms', measured: '412 ms' }],
  refused: [{ kind: 'Pod', name: 'x', message: '<script>alert(1)</script>', file: 'a.yaml', line: 3 }],
  manifestErrors: [], incidents: [],
  charts: { running: { everyMs: 250, pods: [0, 40, 60] }, distributions: [{ name: 'create-to-running', points: [[10, 0], [100, 0.5], [412, 1]] }] },
};

it('a page holds the numbers, the charts and what went wrong, and nothing that it would have to fetch', () => {
  const page = reportPage(REPORT);
  for (const text of ['100 pods on 10 nodes', '3,120 pods/s', '412 ms', 'kubelet → apiserver', 'a.yaml:3', 'prefers-color-scheme:dark']) expect(page).toContain(text);
  expect(page.match(/<svg /g)).toHaveLength(5);
  expect(page).not.toMatch(/<script|\bsrc=|url\(|@import/);
  expect(page).toContain('A &lt;Processor&gt;');
});

it('a chart is drawn only where there is something to show', () => {
  expect(reportCharts({ ...REPORT, figures: [], charts: { running: { everyMs: 250, pods: [] }, distributions: [] } })).toEqual([]);
});

it('bars are as long as their values', () => {
  const [chart] = reportCharts(REPORT).filter(({ title }) => title.startsWith('Messages'));
  const [long, half] = [...(chart?.svg ?? '').matchAll(/d="M[\d.]+ [\d.]+h([\d.]+)a/g)].map((match) => Number(match[1]));
  expect((half as number) + 3).toBeCloseTo(((long as number) + 3) / 2, 0);
});

it('a line ends where its values say', () => {
  const [chart] = reportCharts(REPORT).filter(({ title }) => title.startsWith('How long'));
  const [, first, last] = /class="line series-0" d="M([\d. ]+)L.*?L([\d. ]+)"/.exec(chart?.svg ?? '') ?? [];
  const [top, bottom] = [last, first].map((point) => Number(point?.split(' ')[1]));
  // A share of 0 lies on the axis, and a share of 1 on the highest line of the grid.
  expect(chart?.svg).toContain(`class="axis" x1="46" x2="446" y1="${bottom}"`);
  expect(top).toBe(12);
});

it('the picture is one SVG with both charts', () => {
  const picture = reportPicture(REPORT);
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(picture.match(/<svg /g)).toHaveLength(3);
});

it('the table says whether thresholds were kept', () => {
  expect(reportTable(REPORT)).toContain('ok      p99(create-to-running) < 1s (412 ms)');
});
