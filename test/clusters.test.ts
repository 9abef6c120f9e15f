import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { openShell, type Shell, until } from './naumachia-command.js';

const OFFICE = 'apiVersion: v1\nkind: Config\n# the office\ncurrent-context: office\nclusters:\n  - name: office\n    cluster: { server: https://office }\ncontexts:\n  - name: office\n    context: { cluster: office, user: me }\nusers:\n  - name: me\n    user: {}\n';
const SMALL = ['--nodes', '0', '--controllers', 'none', '--hosts', '1', '--port', '0'];

interface Shown {
  readonly name: string;
  readonly status: string;
  readonly nodes: number;
  readonly mode: string;
  readonly url: string;
  readonly context: string;
  readonly pid: number;
  readonly socket: string;
  readonly log: string | null;
}

// Others may have the machine for minutes.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let shell: Shell;
beforeEach(() => {
  shell = openShell();
});
afterEach(() => shell.close());

const clusters = async (): Promise<Shown[]> => JSON.parse((await shell.run('get', 'clusters', '-o', 'json')).out) as Shown[];
const currentContext = (file = shell.kubeconfig): string => (parse(readFileSync(file, 'utf8')) as { readonly 'current-context': string })['current-context'];
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** As Linux tells it: the fourth field, after a name that may have blanks. */
const parentOf = (pid: string): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return 0;
  }
};
const childrenOf = (pid: number): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).map(Number);
const left = (): string[] => readdirSync(join(shell.folder, 'clusters')).sort();

describe('a detached cluster', () => {
  it('is ready when the command returns, is listed, gives out its kubeconfig, and is gone after down', async () => {
    writeFileSync(shell.kubeconfig, OFFICE);
    const up = await shell.run('up', ...SMALL, '--detach', '--name', 'shop');
    expect(up).toMatchObject({ code: 0, err: '' });
    expect(up.out).toMatch(/^https:\/\/127\.0\.0\.1:\d+ is ready: 0 nodes, context "naumachia-shop" in .*It runs in the background \(process \d+, log .*\); "naumachia down shop" ends it\.\n$/);
    expect(currentContext()).toBe('naumachia-shop');

    const [shop] = await clusters();
    expect(shop).toMatchObject({ name: 'shop', status: 'ready', mode: 'packed', nodes: 0, context: 'naumachia-shop' });
    expect(readFileSync(shop?.log ?? '', 'utf8')).toContain('is ready');
    expect((await shell.run('get', 'clusters')).out).toMatch(/^NAME +STATUS +MODE +NODES +AGE +SERVER\nshop +ready +packed +0 +\d+s +https:\/\/127\.0\.0\.1:\d+\n$/);
    expect((await shell.run('get', 'clusters', '-o', 'wide')).out).toContain(`naumachia-shop   ${shop?.pid} `);
    expect((await shell.run('get', 'cluster', 'shop', '-o', 'name')).out).toBe('shop\n');

    const printed = await shell.run('kubeconfig', 'shop');
    expect(parse(printed.out)).toMatchObject({ 'current-context': 'naumachia-shop', clusters: [{ cluster: { server: shop?.url } }] });
    const own = join(shell.folder, 'own');
    expect((await shell.run('kubeconfig', '--write', '--kubeconfig', own)).out).toContain(`context "naumachia-shop" is the current one in ${own}`);
    expect(currentContext(own)).toBe('naumachia-shop');

    expect(await shell.run('down', 'shop')).toEqual({ code: 0, out: 'shop is down\n', err: '' });
    expect(isAlive(shop?.pid ?? 0)).toBe(false);
    expect(parse(readFileSync(shell.kubeconfig, 'utf8'))).toEqual(parse(OFFICE));
    expect(readFileSync(shell.kubeconfig, 'utf8')).toContain('# the office');
    expect(existsSync(own)).toBe(false);
    expect(left()).toEqual([]);
  });

  it('that cannot start says why, ends with 1, and leaves nothing', async () => {
    const { child, seen, ended } = shell.start('up', ...SMALL, '--name', 'holder');
    await until(() => seen.out.includes('is ready'));
    const port = new URL(seen.out.split(' ', 1)[0] ?? '').port;
    const { code, out, err } = await shell.run('up', '--nodes', '0', '--controllers', 'none', '--port', port, '--detach', '--name', 'late');
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: `error: port ${port} is in use. Choose another with --port, or --port 0 for a free one.\n` });
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    expect(left()).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/stat'))('with threads over several processes ends with all of them', async () => {
    const up = await shell.run('up', '--mode', 'threads', '--processes', '2', '--nodes', '2', '--controllers', 'none', '--port', '0', '--detach');
    expect(up).toMatchObject({ code: 0, err: '' });
    const [cluster] = await clusters();
    const processes = childrenOf(cluster?.pid ?? 0);
    expect(processes.length).toBeGreaterThanOrEqual(2);
    expect((await shell.run('down')).code).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it('whose start is interrupted leaves no process behind', async () => {
    const { child, ended } = shell.start('up', '--nodes', '40', '--mode', 'threads', '--port', '0', '--detach', '--name', 'hasty');
    const entry = join(shell.folder, 'clusters', 'hasty.json');
    const pid = (): number => (existsSync(entry) ? (JSON.parse(readFileSync(entry, 'utf8') || '{}') as { readonly pid?: number }).pid ?? 0 : 0);
    // The name is taken by the first process, and then by the one that it starts.
    await until(() => pid() !== 0 && pid() !== child.pid);
    const cluster = pid();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(isAlive(cluster)).toBe(false);
    expect(left()).toEqual([]);
  });
});

describe('several clusters', () => {
  it('have names and contexts of their own, and give back what was current before them', async () => {
    writeFileSync(shell.kubeconfig, OFFICE);
    expect((await shell.run('up', ...SMALL, '--detach')).code).toBe(0);
    expect((await shell.run('up', ...SMALL, '--detach')).code).toBe(0);
    expect((await clusters()).map(({ name }) => name)).toEqual(['naumachia', 'naumachia-2']);
    expect(currentContext()).toBe('naumachia-2');
    expect(await shell.run('up', ...SMALL, '--name', 'naumachia')).toEqual({ code: 1, out: '', err: 'error: a cluster called naumachia is running already. Choose another name with --name, or end it with "naumachia down naumachia".\n' });
    expect(await shell.run('down')).toEqual({ code: 1, out: '', err: 'error: several clusters are running: naumachia, naumachia-2. Say which one.\n' });
    expect((await shell.run('kubeconfig')).code).toBe(1);
    expect(await shell.run('down', 'naumachia')).toMatchObject({ code: 0 });
    expect(currentContext()).toBe('naumachia-2');
    expect((await shell.run('down', '--all')).out).toBe('naumachia-2 is down\n');
    expect(parse(readFileSync(shell.kubeconfig, 'utf8'))).toEqual(parse(OFFICE));
  });

  it('that start in the same moment do not take one another\'s names, nor write over one another\'s contexts', async () => {
    const started = await Promise.all([1, 2, 3].map(() => shell.run('up', ...SMALL, '--detach')));
    expect(started.map(({ code, err }) => `${code}${err}`)).toEqual(['0', '0', '0']);
    const names = (await clusters()).map(({ name }) => name);
    expect(names).toEqual(['naumachia', 'naumachia-2', 'naumachia-3']);
    expect((parse(readFileSync(shell.kubeconfig, 'utf8')) as { readonly contexts: readonly { readonly name: string }[] }).contexts.map(({ name }) => name).sort()).toEqual(names);
    await shell.run('down', '--all');
    expect(existsSync(shell.kubeconfig)).toBe(false);
  });

  it('where none is running, say what to do', async () => {
    expect(await shell.run('get', 'clusters')).toEqual({ code: 0, out: '', err: 'No clusters are running. "naumachia up" starts one.\n' });
    expect(await shell.run('get', 'clusters', '-o', 'json')).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(await shell.run('down')).toEqual({ code: 1, out: '', err: 'error: no cluster is running. Start one with "naumachia up".\n' });
    expect(await shell.run('down', '--all')).toEqual({ code: 0, out: '', err: '' });
    expect((await shell.run('kubeconfig', 'shop')).err).toBe('error: there is no cluster called shop, and no other one is running. Start one with "naumachia up".\n');
  });
});

describe('a cluster that crashed', () => {
  it('is found out, taken out of the kubeconfig and named with its log', async () => {
    writeFileSync(shell.kubeconfig, OFFICE);
    await shell.run('up', ...SMALL, '--detach', '--name', 'shop');
    const [shop] = await clusters();
    process.kill(shop?.pid ?? 0, 'SIGKILL');
    await until(() => !isAlive(shop?.pid ?? 0));
    const { out, err } = await shell.run('get', 'clusters', '-o', 'name');
    expect(out).toBe('');
    expect(err).toBe(`note: the cluster shop (process ${shop?.pid}) is gone without having been ended; what it left has been cleaned up. Its log: ${shop?.log}\n`);
    expect(parse(readFileSync(shell.kubeconfig, 'utf8'))).toEqual(parse(OFFICE));
    expect(left()).toEqual(['shop.log']);
    expect((await shell.run('up', ...SMALL, '--detach', '--name', 'shop')).code).toBe(0);
    expect((await shell.run('down')).code).toBe(0);
  });

  // Whoever continues all stopped processes of a machine continues this one too.
  it('or only stands still does not answer, and down ends it all the same', { retry: 2 }, async () => {
    writeFileSync(shell.kubeconfig, OFFICE);
    await shell.run('up', ...SMALL, '--detach', '--name', 'shop');
    const [shop] = await clusters();
    process.kill(shop?.pid ?? 0, 'SIGSTOP');
    expect(await clusters()).toMatchObject([{ name: 'shop', status: 'not responding' }]);
    expect((await shell.run('down')).out).toBe(`shop is down; it did not answer, so its process ${shop?.pid} was killed\n`);
    expect(isAlive(shop?.pid ?? 0)).toBe(false);
    expect(left().filter((file) => !file.endsWith('.log'))).toEqual([]);
    expect(currentContext()).toBe('office');
  });
});

describe('the control socket', () => {
  it('is open to its user alone, and refuses what there is not', async () => {
    await shell.run('up', ...SMALL, '--detach', '--name', 'shop');
    const [shop] = await clusters();
    const { socket } = shop as Shown;
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(shell.folder, 'clusters')).mode & 0o777).toBe(0o700);
    expect(statSync(join(shell.folder, 'clusters', 'shop.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(shell.folder, 'clusters', 'shop.json'), 'utf8')).not.toContain('token');
    expect(await ask(socket, 'GET', '/status')).toMatchObject({ code: 200, body: { name: 'shop', status: 'ready' } });
    expect(await ask(socket, 'GET', '/nowhere')).toMatchObject({ code: 404, body: { error: expect.stringContaining('POST /stop') as string } });
    expect(await ask(socket, 'GET', '/stop')).toMatchObject({ code: 405 });
    expect(await ask(socket, 'POST', '/kubeconfig', '{"file": 7}')).toMatchObject({ code: 400, body: { error: 'expected {"file": "..."}' } });
    expect(await ask(socket, 'POST', '/kubeconfig', 'file')).toMatchObject({ code: 400, body: { error: 'expected a JSON object' } });
    await shell.run('down');
  });

  it('stands elsewhere where the path would be too long for a socket', async () => {
    const deep = openShell({ NAUMACHIA_HOME: join(shell.folder, 'd'.repeat(90)) });
    await deep.run('up', ...SMALL, '--detach');
    const [cluster] = JSON.parse((await deep.run('get', 'clusters', '-o', 'json')).out) as Shown[];
    expect(cluster?.socket.length).toBeLessThan(100);
    expect((await deep.run('down')).out).toBe('naumachia is down\n');
    expect(existsSync(cluster?.socket ?? '')).toBe(false);
    await deep.close();
  });
});

describe('a cluster file', () => {
  it('describes what up starts, and flags count more', async () => {
    writeFileSync(join(shell.folder, 'cluster.yaml'), 'name: described\nhosts: 1\ncontrollers: none\nnodes: 1\nnodeGroups:\n  - { name: web, count: 2, zone: a }\nlinks:\n  - { between: [apiserver, { zone: a }], latency: 1ms }\n');
    const { out } = await shell.run('up', '--config', 'cluster.yaml', '--nodes', '2', '--port', '0', '--no-kubeconfig', '--detach');
    expect(out).toContain('is ready: 4 nodes, no kubeconfig; "naumachia kubeconfig described" prints one.');
    expect((await clusters()).map(({ name, nodes }) => [name, nodes])).toEqual([['described', 4]]);
    expect((await shell.run('down')).code).toBe(0);
  });

  it('that is wrong is refused with file, line and field before anything starts', async () => {
    writeFileSync(join(shell.folder, 'wrong.yaml'), 'nodes: 3\nnodeGroups:\n  - name: web\n    count: many\n    zones: a\n');
    expect(await shell.run('up', '--config', 'wrong.yaml', '--port', '0')).toEqual({
      code: 2, out: '',
      err: 'error: wrong.yaml:4: nodeGroups[0].count: expected a whole number from 0 to 100000, found "many"\nerror: wrong.yaml:5: nodeGroups[0].zones: unknown field; there are name, count, zone, labels, taints, capacity\n',
    });
    expect(await shell.run('up', '--config', 'nowhere.yaml')).toEqual({ code: 2, out: '', err: 'error: cannot read nowhere.yaml: ENOENT. Check the path given with --config.\n' });
    expect(await clusters()).toEqual([]);
  });
});

describe('naumachia version', () => {
  it('names itself, its Kubernetes and its Node', async () => {
    const about = JSON.parse((await shell.run('version', '-o', 'json')).out) as Record<string, string>;
    expect(about).toEqual({ naumachia: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, kubernetes: expect.stringMatching(/^v1\.36\.\d+$/) as string, node: process.version, platform: `${process.platform}/${process.arch}` });
    expect((await shell.run('version')).out).toBe(`naumachia ${about['naumachia']}\nKubernetes ${about['kubernetes']}\nNode ${process.version} ${about['platform']}\n`);
  });
});

const ask = (socketPath: string, method: string, path: string, body?: string): Promise<{ readonly code: number | undefined; readonly body: unknown }> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => resolve({ code: response.statusCode, body: JSON.parse(text) }));
    });
    asked.on('error', reject).end(body);
  });
