import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const SMALL = ['--nodes', '3', '--duration', '50s'];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (args: readonly string[]): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended>; readonly seen: { out: string; err: string } } => {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, NAUMACHIA_HOME: folder, KUBECONFIG: join(folder, 'default-config') } });
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.out += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (seen.err += String(chunk)));
  // `close` comes when nobody holds the pipes any more: a thread or process left behind would keep it away.
  return { child, seen, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...seen }))) };
};
const naumachia = async (...args: string[]): Promise<Ended> => start(args).ended;

const until = async (true_: () => boolean, limit = 40_000): Promise<void> => {
  for (const end = Date.now() + limit; !true_(); ) {
    if (Date.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const manifest = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const deployment = (name: string, spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  ${spec}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: nginx, image: nginx }] }
`;

describe('naumachia bench', () => {
  it('runs a scaled load to its end and prints the figures as JSON', async () => {
    const { code, out, err } = await naumachia('bench', ...SMALL, '--pods', '30', '--services', '4', '-o', 'json', '--threshold', 'create-to-running.pods-per-second > 0');
    expect({ code, err }).toMatchObject({ code: 0 });
    const { figures, outcome } = JSON.parse(out) as { figures: { name: string; value: number; unit: string }[]; outcome: string };
    expect(outcome).toBe('complete');
    const value = (name: string): number | undefined => figures.find((figure) => figure.name === name)?.value;
    expect(value('pods.running')).toBe(30);
    for (const name of ['create-to-running.pods-per-second', 'create-to-scheduled.p99', 'scheduled-to-running.p99', 'writes.per-pod', 'memory.per-node', 'api.create.pods.p50', 'cpu.apiserver', 'service-lookup.mean']) expect(value(name), name).toBeGreaterThan(0);
    // A pod is created, bound and reported as running by three components, so there are at least three writes for each.
    expect(value('writes.per-pod')).toBeGreaterThanOrEqual(3);
  });

  it('runs on the cluster of a cluster file', async () => {
    const config = manifest('cluster.yaml', 'nodes: 1\nnodeGroups:\n  - { name: web, count: 2, zone: a, capacity: { pods: 20 } }\nlinks:\n  - { between: [apiserver, { zone: a }], latency: 2ms }\n');
    const { code, out } = await naumachia('bench', '--config', config, '--pods', '120', '--services', '4', '--duration', '50s', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ outcome: 'complete', run: { nodes: 3, mode: 'packed', seed: 1, pods: 120 } });
    expect(code).toBe(0);
    const refused = await naumachia('bench', '--config', config, '--pods', '151', '--services', '4');
    expect(refused.err).toContain('error: 151 pods do not fit on the nodes of the cluster file, which take 150 together');
    expect(refused.code).toBe(2);
  });

  it('ends with 99 when a threshold is crossed, and writes the report all the same', async () => {
    const report = join(folder, 'report');
    const { code, out } = await naumachia('bench', ...SMALL, '--pods', '10', '--services', '2', '--report', report, '--threshold', 'p99(create-to-running) < 1us');
    expect(code).toBe(99);
    expect(out).toContain('CROSSED p99(create-to-running) < 1us');
    expect(JSON.parse(readFileSync(join(report, 'report.json'), 'utf8'))).toMatchObject({ thresholds: [{ verdict: 'crossed' }] });
    const page = readFileSync(join(report, 'report.html'), 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|(?:src|href)="?https?:/);
  });

  it('names file and line of what is wrong, leaves that document out, applies the rest and ends with 1', async () => {
    const file = manifest('mixed.yaml', [deployment('typo', 'replica: 2'), deployment('text', 'replicas: two'), 'apiVersion: v1\nkind: Nonsense\nmetadata: { name: x }\n', 'apiVersion: v1\nkind: Pod\n  metadata: { name: x }\n', deployment('good', 'replicas: 2')].join('---\n'));
    const { code, out, err } = await naumachia('bench', ...SMALL, '-f', file, '-o', 'json');
    expect(err).toContain(`${file}:5: unknown field "spec.replica"`);
    expect(err).toContain(`${file}:15: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`);
    expect(err).toContain(`${file}:22: no matches for kind "Nonsense" in version "v1"`);
    expect(err).toMatch(/mixed\.yaml:2[5-7]: .*mapping/i);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'complete', run: { pods: 2 } });
    expect(code).toBe(1);
  });

  it('reports what the API server refuses with the place of its manifest', async () => {
    const file = manifest('refused.yaml', `${deployment('good', 'replicas: 1')}---\napiVersion: v1\nkind: Pod\nmetadata: { name: Wrong_Name }\nspec: { containers: [{ name: a, image: nginx }] }\n`);
    const { code, err } = await naumachia('bench', ...SMALL, '-f', file, '-o', 'json');
    expect(err).toContain(`${file}:11: Pod Wrong_Name: Pod "Wrong_Name" is invalid: metadata.name: Invalid value`);
    expect(code).toBe(1);
  });

  it.each([
    ['a number that is none', ['--nodes', 'many']],
    ['a mode that there is not', ['--mode', 'sideways']],
    ['a threshold that cannot be understood', ['--threshold', 'fast']],
    ['a figure that there is not', ['--threshold', 'p99(create-to-nowhere) < 1s']],
    ['a flag that there is not', ['--speed', '9']],
    ['more pods than the nodes take', ['--nodes', '1', '--pods', '111', '--services', '1']],
  ])('answers %s with its usage and 2', async (_what, flags) => {
    const { code, out, err } = await naumachia('bench', ...flags);
    expect(err).toContain('error: ');
    expect(err).toContain('Usage: naumachia bench');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('ends with 2 when a file cannot be read', async () => {
    const { code, err } = await naumachia('bench', '-f', join(folder, 'nowhere.yaml'));
    expect(err).toContain('nowhere.yaml: ENOENT');
    expect(code).toBe(2);
  });

  it('refuses more threads than the machine holds before it starts any, and says how many would fit', async () => {
    const { code, err } = await naumachia('bench', '--mode', 'threads', '--nodes', '5000', '--pods', '10', '--services', '1');
    expect(err).toMatch(/at most --nodes \d+ would fit/);
    expect(err).not.toContain('starting');
    expect(code).toBe(1);
  });

  it('stops cleanly on Ctrl-C and keeps the partial report', async () => {
    const report = join(folder, 'partial');
    const { child, seen, ended } = start(['bench', '--nodes', '20', '--pods', '2200', '--services', '20', '--report', report]);
    await until(() => seen.err.includes('pods Running'));
    child.kill('SIGINT');
    const { code } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(readFileSync(join(report, 'report.json'), 'utf8'))).toMatchObject({ outcome: 'interrupted', run: { pods: 2200 } });
  });
});

describe('naumachia up', () => {
  const FORMER = '# mine\napiVersion: v1\nkind: Config\ncurrent-context: other\ncontexts:\n  - name: other\n    context: { cluster: other, user: other }\nclusters: []\nusers: []\n';

  it('serves kubectl at the printed URL, with a kubeconfig that it takes back on Ctrl-C', async () => {
    const kubeconfig = manifest('kubeconfig', FORMER);
    const { child, seen, ended } = start(['up', '--nodes', '2', '--port', '0', '--kubeconfig', kubeconfig, '--token', 'secret-for-the-test']);
    await until(() => seen.out.includes('is ready'));
    const [url = ''] = /https:\/\/127\.0\.0\.1:\d+/.exec(seen.out) ?? [];
    const config = readFileSync(kubeconfig, 'utf8');
    expect(config).toContain('# mine');
    expect(config).toContain('current-context: naumachia');
    expect(config).toContain(`server: ${url}`);
    expect(`${seen.out}${seen.err}`).not.toContain('secret-for-the-test');

    const ca = Buffer.from(/certificate-authority-data: (\S+)/.exec(config)?.[1] ?? '', 'base64');
    expect((await fetchJson(`${url}/api/v1/namespaces/default/pods`, { ca })).status).toBe(403);
    const nodes = async (): Promise<Answer> => fetchJson(`${url}/api/v1/nodes`, { ca, headers: { authorization: 'Bearer secret-for-the-test' } });
    let answer = await nodes();
    await until(() => {
      void nodes().then((next) => (answer = next));
      return (answer.body as { items: unknown[] }).items.length === 2;
    });
    expect(answer.status).toBe(200);

    const second = await naumachia('up', '--nodes', '0', '--port', new URL(url).port, '--kubeconfig', join(folder, 'second'));
    expect(second.err).toContain('is in use. Choose another with --port');
    expect(second.code).toBe(1);
    expect(existsSync(join(folder, 'second'))).toBe(false);

    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    const after = readFileSync(kubeconfig, 'utf8');
    expect(after).toContain('# mine');
    expect(after).toContain('current-context: other');
    expect(after).not.toContain('naumachia');
  });

  it('removes a kubeconfig that it made', async () => {
    const kubeconfig = join(folder, 'new', 'config');
    const { child, seen, ended } = start(['up', '--nodes', '0', '--controllers', 'none', '--port', '0', '--kubeconfig', kubeconfig]);
    await until(() => seen.out.includes('is ready'));
    expect(existsSync(kubeconfig)).toBe(true);
    child.kill('SIGTERM');
    await ended;
    expect(existsSync(kubeconfig)).toBe(false);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

const fetchJson = (url: string, options: RequestOptions & { readonly ca: Buffer }): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get(url, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    }).on('error', reject);
  });
