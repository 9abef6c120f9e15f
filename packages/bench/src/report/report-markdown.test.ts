import { expect, it } from 'vitest';
import { reportMarkdown } from './report-markdown.js';
import { sampleReport } from './testing/sample.js';

const REPORT = sampleReport();
const tables = (text: string): string[][] => text.split('\n\n').map((block) => block.split('\n').filter((line) => line.startsWith('|'))).filter((lines) => lines.length > 0);

it('tells outcome, thresholds, key figures and steps, in tables whose rows have as many cells as their heads', () => {
  const text = reportMarkdown(REPORT, [{ name: 'before', report: REPORT }]);
  expect(text).toMatch(/^## ❌ 1,500 pods on 50 nodes\n/);
  expect(tables(text)).toHaveLength(3);
  for (const [head = '', ...rows] of tables(text)) for (const row of rows) expect(row.replaceAll(String.raw`\|`, '').split('|')).toHaveLength(head.split('|').length);
  expect(text).toContain('| ❌ crossed | `p99(watch-delay) < 1ms` | 305 ms |');
  expect(text).toContain('| `create-to-running.pods-per-second` | 179 pods/s | 179 pods/s | 1.00× |');
});

it('markup in what a run was told stays text', () => {
  const text = reportMarkdown(REPORT);
  expect(text).toContain('- `a.yaml:3` &lt;script>alert(1)&lt;/script>');
  expect(text).not.toContain('<script');
});
