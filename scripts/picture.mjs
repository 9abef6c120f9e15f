#!/usr/bin/env node
// Draws the picture in the README from a report:  node scripts/picture.mjs REPORT_FOLDER [FILE]   (default: docs/bench.svg)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportPicture } from '@naumachia/bench';

const [folder, file = fileURLToPath(new URL('../docs/bench.svg', import.meta.url))] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/picture.mjs REPORT_FOLDER [FILE]');
  process.exit(2);
}
writeFileSync(file, reportPicture(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))));
