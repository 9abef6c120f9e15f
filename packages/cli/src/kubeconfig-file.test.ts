import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandFailed } from './exit-codes.js';
import { addToKubeconfig } from './kubeconfig-file.js';

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

const access = (port: number) => ({ url: `https://127.0.0.1:${port}`, certificateAuthority: 'PEM', token: 'secret' });
const read = (): Kubeconfig => parse(readFileSync(file, 'utf8')) as Kubeconfig;
const OTHER = 'apiVersion: v1\nkind: Config\n# the office\ncurrent-context: office\nclusters:\n- name: office\n  cluster: {server: https://office}\ncontexts:\n- name: office\n  context: {cluster: office, user: me}\nusers:\n- name: me\n  user: {}\n';

it('a new file is readable by its owner alone, and gone afterwards', () => {
  const remove = addToKubeconfig(file, access(1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(read()).toMatchObject({ 'current-context': 'naumachia', clusters: [{ name: 'naumachia', cluster: { server: 'https://127.0.0.1:1' } }] });
  remove();
  expect(existsSync(file)).toBe(false);
});

it('other clusters and comments stay, and the former context is current afterwards', () => {
  writeFileSync(file, OTHER);
  const remove = addToKubeconfig(file, access(1));
  expect(read().contexts.map(({ name }) => name)).toEqual(['office', 'naumachia']);
  expect(readFileSync(file, 'utf8')).toContain('# the office');
  remove();
  expect(parse(readFileSync(file, 'utf8'))).toEqual(parse(OTHER));
  expect(readFileSync(file, 'utf8')).toContain('# the office');
});

it('an entry that a later cluster has taken over is left to it', () => {
  const removeFirst = addToKubeconfig(file, access(1));
  const removeSecond = addToKubeconfig(file, access(2));
  removeFirst();
  expect(read().clusters).toMatchObject([{ cluster: { server: 'https://127.0.0.1:2' } }]);
  removeSecond();
  expect(read().clusters).toEqual([]);
});

it('a context that the user has chosen meanwhile stays current', () => {
  writeFileSync(file, OTHER);
  const remove = addToKubeconfig(file, access(1));
  writeFileSync(file, readFileSync(file, 'utf8').replace('current-context: naumachia', 'current-context: elsewhere'));
  remove();
  expect(read()['current-context']).toBe('elsewhere');
});

it('a file that is no kubeconfig is left alone', () => {
  writeFileSync(file, 'clusters: yes\n');
  expect(() => addToKubeconfig(file, access(1))).toThrow(CommandFailed);
  expect(readFileSync(file, 'utf8')).toBe('clusters: yes\n');
  writeFileSync(file, 'a: [\n');
  expect(() => addToKubeconfig(file, access(1))).toThrow(/config:\d/);
});
