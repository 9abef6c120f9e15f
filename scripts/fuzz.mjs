// Sends mutated requests to the API server's edge: npm run fuzz -- [--count N] [--seed S] [--only INDEX]
import { parseArgs } from 'node:util';
import { describeFinding, fuzz, fuzzTable } from '../packages/bench/dist/index.js';

const whole = (name, text) => {
  if (!/^\d+$/.test(text)) {
    process.stderr.write(`--${name} wants a whole number, not ${JSON.stringify(text)}\n`);
    process.exit(2);
  }
  return Number(text);
};

let values;
try {
  ({ values } = parseArgs({ options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } } }));
} catch (error) {
  process.stderr.write(`${error.message}\nusage: npm run fuzz -- [--count N] [--seed S] [--only INDEX]\n`);
  process.exit(2);
}
const seed = whole('seed', values.seed);
const count = whole('count', values.count);
const only = values.only === undefined ? {} : { only: whole('only', values.only) };
const result = await fuzz({ seed, count, ...only, progress: (done) => void (process.stderr.isTTY && process.stderr.write(`\r${done}/${count}`)) });
process.stdout.write(`${fuzzTable(result)}\n`);
for (const finding of result.findings) process.stdout.write(`${describeFinding(finding, seed)}\n`);
if (result.lastPanic !== undefined) process.stdout.write(`last panic: ${result.lastPanic}\n`);
for (const incident of result.incidents) process.stdout.write(`incident: ${JSON.stringify(incident)}\n`);
process.stdout.write(`${result.findings.length + result.incidents.length} findings\n`);
process.exitCode = result.findings.length + result.incidents.length === 0 ? 0 : 1;
