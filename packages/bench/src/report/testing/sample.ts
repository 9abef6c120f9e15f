import { readFileSync } from 'node:fs';
import type { Report } from '../report.js';

/** A report of a small run, thinned, with one of each thing that can go wrong. */
export const sampleReport = (): Report => JSON.parse(readFileSync(new URL('./sample-report.json', import.meta.url), 'utf8')) as Report;
