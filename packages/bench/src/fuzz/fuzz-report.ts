import { textTable } from '../report/text-table.js';
import type { Difference } from './comparison.js';
import type { Finding, FuzzResult } from './fuzz-run.js';
import type { MutatedRequest } from './mutations.js';

const SHOWN = 2000;

/** Counts by mutation and code. */
export const fuzzTable = ({ codes, heap }: FuzzResult): string => {
  const columns = [...new Set([...codes.values()].flatMap((row) => [...row.keys()]))].sort((a, b) => a - b);
  const rows = [...codes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([mutation, row]) => [mutation, ...columns.map((code) => String(row.get(code) ?? ''))]);
  const heaps = `the server's heap: ${(heap.early / 1e6).toFixed(1)} MB after a fifth of the requests, ${(heap.end / 1e6).toFixed(1)} MB at the end`;
  return `${textTable([['MUTATION', ...columns.map((code) => (code === 0 ? 'HUNG UP' : String(code)))], ...rows])}\n${heaps}`;
};

/** What was sent and what both servers answered. */
export const describeDifference = ({ index, request, what, theirs, ours }: Difference): string =>
  [`request ${index} (${request.mutation}): ${what.slice(0, SHOWN)}`, ...sent(request), ...[theirs, ours].map(({ code, body }, i) => `  ${i === 0 ? 'theirs' : 'ours  '} ${code}: ${JSON.stringify(body.toString('latin1').slice(0, SHOWN))}`)].join('\n');

const sent = ({ method, path, query, headers, body }: MutatedRequest): string[] => [
  `  ${method} ${path.slice(0, SHOWN)}${query === '' ? '' : `?${query}`} ${JSON.stringify(headers).slice(0, SHOWN)}`,
  `  ${JSON.stringify(body?.toString('latin1').slice(0, SHOWN))}`,
];

/** What was sent and what came back, with the command that does it again. */
export const describeFinding = ({ index, request, answer, what }: Finding, seed: number): string => {
  return [
    `${what}: request ${index} (${request.mutation}); again: npm run fuzz -- --seed ${seed} --only ${index}`,
    ...sent(request),
    `  answer ${answer.code}: ${JSON.stringify(answer.body.toString('latin1').slice(0, SHOWN))}`,
  ].join('\n');
};
