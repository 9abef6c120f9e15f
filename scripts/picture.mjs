#!/usr/bin/env node
// Draws the picture in the README from a report:  node scripts/picture.mjs REPORT_FOLDER [FILE]   (default: docs/bench.svg)
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NoReport, readEarlierRuns, reportPicture } from '@naumachia/bench';

const [folder, file = fileURLToPath(new URL('../docs/bench.svg', import.meta.url))] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/picture.mjs REPORT_FOLDER [FILE]');
  process.exit(2);
}
try {
  const [{ report }] = readEarlierRuns([folder]);
  writeFileSync(file, reportPicture(report));
} catch (error) {
  if (!(error instanceof NoReport)) throw error;
  console.error(`error: ${error.message}`);
  process.exit(2);
}
