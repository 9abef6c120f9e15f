import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExposition, type Scraped, valueAt } from '../packages/actors/src/machinery/metrics/testing/parse.js';
import { openShell, type Shell, until } from './naumachia-command.js';

const SMALL = ['bench', '--nodes', '3', '--pods', '30', '--services', '4', '--duration', '200s'];
const MINUTES = 240_000;

let shell: Shell;
beforeAll(() => {
  shell = openShell();
});
afterAll(async () => shell.close());

const read = (...parts: string[]): string => readFileSync(join(shell.folder, ...parts), 'utf8');

describe('naumachia bench --report', () => {
  it(
    'writes JSON, HTML, Markdown and JUnit XML, and holds a second run against the first with --compare',
    async () => {
      const first = await shell.run(...SMALL, '--report', 'first');
      expect({ code: first.code, err: first.err }).toMatchObject({ code: 0 });
      expect(readdirSync(join(shell.folder, 'first')).toSorted()).toEqual(['junit.xml', 'report.html', 'report.json', 'report.md']);
      const { charts, environment } = JSON.parse(read('first', 'report.json')) as { charts: { timelines: { name: string; lines: unknown[] }[]; flows: { from: string; to: string; messages: number }[]; hosts: { busy: Record<string, number> }[] }; environment: { command: string[] } };
      expect(charts.timelines.map(({ name }) => name)).toEqual(['pods', 'create-to-running', 'api-requests', 'api-latency', 'cpu', 'memory']);
      for (const { name, lines } of charts.timelines) expect(lines.length, name).toBeGreaterThan(0);
      const between = (from: string, to: string): number => charts.flows.find((flow) => flow.from === from && flow.to === to)?.messages ?? 0;
      // Each pod's kubelet writes at least once, and is answered; each write is one of etcd's, too.
      for (const [from, to] of [['kubelet', 'apiserver'], ['apiserver', 'kubelet'], ['apiserver', 'etcd']] as const) expect(between(from, to), `${from} to ${to}`).toBeGreaterThan(30);
      expect(Object.keys(Object.assign({}, ...charts.hosts.map(({ busy }) => busy)) as object)).toEqual(expect.arrayContaining(['etcd', 'apiserver', 'scheduler', 'controller-manager', 'kubelet', 'kube-proxy']));
      expect(environment.command).toEqual([...SMALL, '--report', 'first']);
      expect(read('first', 'report.html')).not.toContain('Compared with earlier runs');

      const second = await shell.run(...SMALL, '--seed', '2', '--report', 'second', '--compare', 'first', '--threshold', 'pods.running == 30', '--threshold', 'p99(create-to-running) < 1us');
      expect(second.code).toBe(99);
      expect(second.out).toMatch(/COMPARED +THIS RUN +first +RATIO/);
      expect(second.out).toContain('first: seed: 1 then, 2 now');
      const page = read('second', 'report.html');
      expect(page).toContain('Compared with earlier runs');
      expect(page).toMatch(/class="line series-1 earlier"/);
      expect(page).not.toMatch(/<script|(?:src|href)="?https?:|NaN|undefined/);
      expect(read('second', 'report.md')).toMatch(/\| figure \| this run \| first \| ratio \|/);
      const junit = read('second', 'junit.xml');
      expect(junit).toContain('tests="5" failures="1"');
      expect(junit).toMatch(/<testcase [^>]*name="p99\(create-to-running\) &lt; 1us"[^>]*><failure message="crossed: /);
    },
    MINUTES,
  );

  it('refuses to compare with a folder that holds no report, before anything starts', async () => {
    mkdirSync(join(shell.folder, 'empty'), { recursive: true });
    const { code, err, out } = await shell.run(...SMALL, '--compare', 'empty');
    expect(err).toBe('error: --compare: empty holds no report.json; name a folder that "naumachia bench --report" has written\n');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    writeFileSync(join(shell.folder, 'empty', 'report.json'), '{"figures": [], "format": 99}');
    expect((await shell.run(...SMALL, '--compare', 'empty')).err).toContain('has format 99');
  });
});

describe('/metrics', () => {
  it(
    'can be scraped while a benchmark runs, from this machine, and counts more as it goes on',
    async () => {
      const { seen, ended } = shell.start('bench', '--nodes', '5', '--pods', '120', '--services', '4', '--duration', '200s', '--metrics-port', '0');
      await until(() => seen.err.includes('metrics at'));
      const url = /metrics at (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(seen.err)?.[1] ?? '';
      const scrapes: Map<string, Scraped>[] = [];
      while (seen.out === '') {
        const response = await fetch(url).catch(() => undefined);
        if (response?.ok === true) scrapes.push(parseExposition(await response.text()));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect((await ended).code).toBe(0);
      const bound = scrapes.map((scrape) => valueAt(scrape, 'scheduler_schedule_attempts_total', { result: 'scheduled' }) ?? 0);
      expect(bound).toEqual(bound.toSorted((a, b) => a - b));
      const last = scrapes.at(-1) as Map<string, Scraped>;
      expect(bound.at(-1)).toBeGreaterThan(0);
      expect(valueAt(last, 'apiserver_request_total', { verb: 'POST', resource: 'pods', subresource: 'binding', code: '201' })).toBeGreaterThan(0);
      expect(last.get('apiserver_request_duration_seconds')?.type).toBe('histogram');
      await expect(fetch(url)).rejects.toThrow();
    },
    MINUTES,
  );

  it(
    'is answered by the API server under `up`, to those whom it knows, with what all threads have counted',
    async () => {
      const up = shell.start('up', '--nodes', '2', '--port', '0', '--token', 'secret-for-the-test');
      await until(() => up.seen.out.includes('is ready'));
      const [url = ''] = /https:\/\/127\.0\.0\.1:\d+/.exec(up.seen.out) ?? [];
      const ca = Buffer.from(/certificate-authority-data: (\S+)/.exec(readFileSync(shell.kubeconfig, 'utf8'))?.[1] ?? '', 'base64');
      const metrics = (headers: Record<string, string>): Promise<{ readonly status: number | undefined; readonly text: string }> =>
        new Promise((resolve, reject) => {
          get(`${url}/metrics`, { ca, headers, agent: false }, (response) => {
            let text = '';
            response.on('data', (chunk: Buffer) => (text += String(chunk)));
            response.on('end', () => resolve({ status: response.statusCode, text }));
          }).on('error', reject);
        });
      expect((await metrics({})).status).toBe(403);
      const scrape = async (): Promise<Map<string, Scraped>> => parseExposition((await metrics({ authorization: 'Bearer secret-for-the-test' })).text);
      // Of the edge itself, of the control plane on its thread, and of components on others, which take a moment to see the nodes.
      const settled = (seen: Map<string, Scraped>): boolean => valueAt(seen, 'apiserver_storage_objects', { resource: 'nodes' }) === 2 && (valueAt(seen, 'workqueue_adds_total', { name: 'cidrallocator_node' }) ?? 0) >= 2;
      let scraped = await scrape();
      for (let tries = 0; tries < 200 && !settled(scraped); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        scraped = await scrape();
      }
      expect(settled(scraped)).toBe(true);
      expect(valueAt(scraped, 'apiserver_request_total', { subresource: '/metrics', code: '403' })).toBe(1);
      expect(valueAt(scraped, 'etcd_requests_total', { operation: 'create', resource: 'nodes' })).toBe(2);
      expect(valueAt(scraped, 'kubelet_running_pods')).toBe(0);
      expect(valueAt(scraped, 'process_resident_memory_bytes')).toBeGreaterThan(1e7);
      up.child.kill('SIGINT');
      expect((await up.ended).code).toBe(0);
    },
    MINUTES,
  );
});
