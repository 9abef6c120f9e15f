import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandFailed } from './exit-codes.js';
import { addToKubeconfig, contextOf, type KubeconfigEntry, kubeconfigText, removeFromKubeconfig } from './kubeconfig-file.js';

interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
  readonly contexts: readonly { readonly name: string }[];
}

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'naumachia-kubeconfig-'));
  file = join(folder, 'config');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const access = (port: number, context = 'naumachia') => ({ context, url: `https://127.0.0.1:${port}`, certificateAuthority: 'PEM', token: 'secret' });
const current = (): string => read()['current-context'];
const read = (): Kubeconfig => parse(readFileSync(file, 'utf8')) as Kubeconfig;
const OTHER = 'apiVersion: v1\nkind: Config\n# the office\ncurrent-context: office\nclusters:\n- name: office\n  cluster: {server: https://office}\ncontexts:\n- name: office\n  context: {cluster: office, user: me}\nusers:\n- name: me\n  user: {}\n';

it('a new file is readable by its owner alone, and gone afterwards', () => {
  const entry = addToKubeconfig(file, access(1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(read()).toMatchObject({ 'current-context': 'naumachia', clusters: [{ name: 'naumachia', cluster: { server: 'https://127.0.0.1:1' } }] });
  removeFromKubeconfig(entry);
  expect(existsSync(file)).toBe(false);
});

it('other clusters and comments stay, and the former context is current afterwards', () => {
  writeFileSync(file, OTHER);
  const entry = addToKubeconfig(file, access(1));
  expect(read().contexts.map(({ name }) => name)).toEqual(['office', 'naumachia']);
  expect(readFileSync(file, 'utf8')).toContain('# the office');
  removeFromKubeconfig(entry);
  expect(parse(readFileSync(file, 'utf8'))).toEqual(parse(OTHER));
  expect(readFileSync(file, 'utf8')).toContain('# the office');
});

it('an entry that a later cluster has taken over is left to it', () => {
  const first = addToKubeconfig(file, access(1));
  const second = addToKubeconfig(file, access(2));
  removeFromKubeconfig(first);
  expect(read().clusters).toMatchObject([{ cluster: { server: 'https://127.0.0.1:2' } }]);
  removeFromKubeconfig(second);
  expect(read().clusters).toEqual([]);
});

it('a context that the user has chosen meanwhile stays current', () => {
  writeFileSync(file, OTHER);
  const entry = addToKubeconfig(file, access(1));
  writeFileSync(file, readFileSync(file, 'utf8').replace('current-context: naumachia', 'current-context: elsewhere'));
  removeFromKubeconfig(entry);
  expect(read()['current-context']).toBe('elsewhere');
});

it('what was current before several clusters is current again when the last of them ends, in whatever order they do', () => {
  for (const order of [[0, 1], [1, 0]]) {
    writeFileSync(file, OTHER);
    const entries: KubeconfigEntry[] = [];
    entries.push(addToKubeconfig(file, access(1), entries));
    entries.push(addToKubeconfig(file, access(2, 'naumachia-2'), entries));
    expect(read().contexts.map(({ name }) => name)).toEqual(['office', 'naumachia', 'naumachia-2']);
    expect(current()).toBe('naumachia-2');
    for (const at of order) removeFromKubeconfig(entries[at] as KubeconfigEntry);
    expect(parse(readFileSync(file, 'utf8'))).toEqual(parse(OTHER));
  }
});

it('a file that one of several clusters made is gone with the last of them', () => {
  const first = addToKubeconfig(file, access(1));
  const second = addToKubeconfig(file, access(2, 'naumachia-2'), [first]);
  removeFromKubeconfig(first);
  expect(read().contexts.map(({ name }) => name)).toEqual(['naumachia-2']);
  removeFromKubeconfig(second);
  expect(existsSync(file)).toBe(false);
});

it('a context that is gone when it is to be current again leaves none', () => {
  writeFileSync(file, OTHER);
  const entry = addToKubeconfig(file, access(1));
  writeFileSync(file, readFileSync(file, 'utf8').replace(/name: office(\s+context)/, 'name: elsewhere$1'));
  removeFromKubeconfig(entry);
  expect(current()).toBe('');
});

it('no cluster takes the name of a context that is not its own', () => {
  expect(['naumachia', 'naumachia-2', 'office'].map(contextOf)).toEqual(['naumachia', 'naumachia-2', 'naumachia-office']);
});

it('a kubeconfig of one cluster alone is what kubectl reads', () => {
  expect(parse(kubeconfigText(access(1, 'naumachia-shop')))).toEqual({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'naumachia-shop',
    clusters: [{ name: 'naumachia-shop', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': Buffer.from('PEM').toString('base64') } }],
    users: [{ name: 'naumachia-shop', user: { token: 'secret' } }],
    contexts: [{ name: 'naumachia-shop', context: { cluster: 'naumachia-shop', user: 'naumachia-shop' } }],
  });
});

it('a file that kubectl is writing is waited for, and one whose lock was left behind is named', () => {
  writeFileSync(`${file}.lock`, '');
  expect(() => addToKubeconfig(file, access(1))).toThrow(`remove ${file}.lock and try again`);
  expect(existsSync(file)).toBe(false);
  rmSync(`${file}.lock`);
  addToKubeconfig(file, access(1));
  expect(existsSync(`${file}.lock`)).toBe(false);
});

it('a link to a kubeconfig stays a link', () => {
  const target = join(folder, 'target');
  writeFileSync(target, OTHER);
  symlinkSync(target, file);
  addToKubeconfig(file, access(1));
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, 'utf8')).toContain('current-context: naumachia');
});

it('a file that is no kubeconfig is left alone', () => {
  writeFileSync(file, 'clusters: yes\n');
  expect(() => addToKubeconfig(file, access(1))).toThrow(CommandFailed);
  expect(readFileSync(file, 'utf8')).toBe('clusters: yes\n');
  writeFileSync(file, 'a: [\n');
  expect(() => addToKubeconfig(file, access(1))).toThrow(/config:\d/);
});
