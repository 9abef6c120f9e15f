import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EarlierRun } from './comparison.js';
import { reportJunit } from './report-junit.js';
import { reportMarkdown } from './report-markdown.js';
import { reportPage } from './report-page.js';
import type { Report } from './report.js';

/** Writes `report.json`, `report.html`, `report.md` and `junit.xml` into a folder, which is made if it is not there. Returns the paths. */
export const writeReport = (folder: string, report: Report, earlier: readonly EarlierRun[] = []): readonly string[] => {
  mkdirSync(folder, { recursive: true });
  return [
    ['report.json', `${JSON.stringify(report, null, 1)}\n`],
    ['report.html', reportPage(report, earlier)],
    ['report.md', reportMarkdown(report, earlier)],
    ['junit.xml', reportJunit(report)],
  ].map(([name = '', text = '']) => {
    const path = join(folder, name);
    // Whoever reads the report while it is written sees the former one whole.
    writeFileSync(`${path}.partial`, text);
    renameSync(`${path}.partial`, path);
    return path;
  });
};
