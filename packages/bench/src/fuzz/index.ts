export { fuzz, type Finding, type FuzzOptions, type FuzzResult } from './fuzz-run.js';
export { describeFinding, fuzzTable } from './fuzz-report.js';
