export { compareWith, type Comparison, type Difference, type Reference } from './comparison.js';
export { EDGE_TOKEN, serveEdge } from './served-edge.js';
export { fuzz, type Finding, type FuzzOptions, type FuzzResult } from './fuzz-run.js';
export { describeDifference, describeFinding, fuzzTable } from './fuzz-report.js';
