// A node of a simulated cluster dies, and its pods move within seconds of the wall clock: node scripts/evict.mjs
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kubectlBinary } from '../test/golden-runner/dist/kubectl/binary.js';

const NAUMACHIA = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const NODES = 10;
const PODS = 20;

const folder = mkdtempSync(join(tmpdir(), 'naumachia-evict-'));
const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), NAUMACHIA_HOME: folder, PATH: `${dirname(kubectlBinary())}${delimiter}${process.env.PATH}` };

/** Runs a command as a user would, shows both, and returns what it printed. */
const run = async (command, ...args) => {
  process.stdout.write(`$ ${[command, ...args].join(' ')}\n`);
  const [program, ...rest] = command === 'naumachia' ? [process.execPath, NAUMACHIA, ...args] : [command, ...args];
  const { stdout, stderr } = await promisify(execFile)(program, rest, { env });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return stdout;
};
const podsOn = (table, node) => table.split('\n').filter((line) => line.includes(` ${node} `));

process.stdout.write(`$ naumachia up --mode simulated --paused --nodes ${NODES}\n`);
const cluster = spawn(process.execPath, [NAUMACHIA, 'up', '--mode', 'simulated', '--paused', '--nodes', String(NODES), '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const ended = new Promise((resolve) => void cluster.once('close', resolve));
try {
  await new Promise((resolve, reject) => {
    cluster.stdout.on('data', (chunk) => String(chunk).includes(' is ready') && resolve(process.stdout.write(chunk)));
    cluster.once('close', (code) => reject(new Error(`naumachia up ended with ${code}`)));
  });
  await run('kubectl', 'create', 'deployment', 'web', '--image=nginx', `--replicas=${PODS}`);
  await run('naumachia', 'clock', 'advance', '1m');
  await run('kubectl', 'rollout', 'status', 'deployment/web');
  const before = await run('kubectl', 'get', 'pods', '-o', 'wide');
  const [, node = ''] = / (node-\d+) /.exec(before) ?? [];
  await run('naumachia', 'fault', 'kill', `kubelet/${node}`);

  const began = performance.now();
  await run('naumachia', 'clock', 'advance', '6m');
  const after = await run('kubectl', 'get', 'pods', '-o', 'wide');
  const seconds = (performance.now() - began) / 1000;

  const lost = podsOn(before, node);
  const elsewhere = after.split('\n').filter((line) => line.includes(' Running ') && !line.includes(` ${node} `));
  const leaving = podsOn(after, node).filter((line) => line.includes(' Terminating '));
  if (lost.length === 0 || leaving.length !== lost.length || elsewhere.length !== PODS) throw new Error(`of ${lost.length} pods on ${node} ${leaving.length} are leaving, and ${elsewhere.length} of ${PODS} run elsewhere`);
  process.stdout.write(`\n${lost.length} pods of ${node} moved: \`clock advance 6m\` and \`kubectl get pods\` took ${seconds.toFixed(2)} s\n`);
} finally {
  cluster.kill('SIGINT');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
