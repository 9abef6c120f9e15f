// Sends mutated requests to the API server's edge: npm run fuzz -- [--count N] [--seed S] [--only INDEX] [--against URL --token T]
import { parseArgs } from 'node:util';
import { compareWith, describeDifference, describeFinding, fuzz, fuzzTable } from '../packages/bench/dist/index.js';

const USAGE = `usage: npm run fuzz -- [--count N] [--seed S] [--only INDEX]
       npm run fuzz -- --against https://127.0.0.1:6443 --token T [--count N] [--seed S]
With --against the same requests go to another API server too, and what differs between the answers is shown. It must be one that was
started for this, without controllers: objects there are deleted.`;

const refuse = (text) => {
  process.stderr.write(`${text}\n${USAGE}\n`);
  process.exit(2);
};

const whole = (name, text) => (/^\d+$/.test(text) ? Number(text) : refuse(`--${name} wants a whole number, not ${JSON.stringify(text)}`));

let values;
try {
  const text = { type: 'string' };
  ({ values } = parseArgs({ options: { count: { ...text, default: '20000' }, seed: { ...text, default: '1' }, only: text, against: text, token: text, help: { type: 'boolean' } } }));
} catch (error) {
  refuse(error.message);
}
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const seed = whole('seed', values.seed);
const count = whole('count', values.count);
const only = values.only === undefined ? {} : { only: whole('only', values.only) };
const progress = (done) => void (process.stderr.isTTY && process.stderr.write(`\r${done}/${count}`));
if (values.against === undefined) {
  const result = await fuzz({ seed, count, ...only, progress });
  process.stdout.write(`${fuzzTable(result)}\n`);
  for (const finding of result.findings) process.stdout.write(`${describeFinding(finding, seed)}\n`);
  if (result.lastPanic !== undefined) process.stdout.write(`last panic: ${result.lastPanic}\n`);
  for (const incident of result.incidents) process.stdout.write(`incident: ${JSON.stringify(incident)}\n`);
  process.stdout.write(`${result.findings.length + result.incidents.length} findings\n`);
  process.exitCode = result.findings.length + result.incidents.length === 0 ? 0 : 1;
} else {
  if (values.only !== undefined) refuse('--only goes without --against: what a request is answered depends on those before it');
  if (!URL.canParse(values.against)) refuse(`--against wants the URL of an API server, not ${JSON.stringify(values.against)}`);
  const { asked, differences } = await compareWith({ url: values.against, token: values.token ?? '' }, { seed, count, progress }).catch((error) => refuse(`${values.against}: ${error.message}`));
  for (const difference of differences) process.stdout.write(`${describeDifference(difference)}\n`);
  process.stdout.write(`${asked} requests answered by both, ${differences.length} differently\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}
