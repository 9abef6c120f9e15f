import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifests, UnreadableManifest } from './manifests.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'naumachia-manifests-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string, text: string): ReturnType<typeof readManifests> => {
  writeFileSync(join(folder, name), text);
  return readManifests([join(folder, name)]);
};

it('reads JSON, and lists as their items', () => {
  const { manifests, errors } = read('list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })) }));
  expect(errors).toEqual([]);
  expect(manifests.map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
});

it('says where malformed JSON ends to make sense', () => {
  const { manifests, errors } = read('broken.json', '{\n  "apiVersion": "v1",\n  "kind": "Pod",\n  "metadata": {"name": "x"\n');
  expect(manifests).toEqual([]);
  expect(errors[0]?.line).toBeGreaterThanOrEqual(4);
});

it.each([
  ['kind: Pod\nmetadata: { name: x }\n', 'apiVersion is missing'],
  ['apiVersion: v1\nmetadata: { name: x }\n', 'kind is missing'],
  ['apiVersion: v1\nkind: Pod\nspec: {}\n', 'metadata.name is missing'],
  ['- 1\n- 2\n', 'an object is expected here'],
  ['apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: { name: x }\n', 'Map keys must be unique'],
])('refuses %j: %s', (text, problem) => {
  const { manifests, errors } = read('wrong.yaml', text);
  expect(manifests).toEqual([]);
  expect(errors[0]?.problem).toContain(problem);
});

it('names the line of a field inside a list', () => {
  const { errors } = read('field.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec:\n  containers:\n    - name: a\n      image: nginx\n      imagePullPolitics: Always\n');
  expect(errors).toEqual([{ file: join(folder, 'field.yaml'), line: 8, problem: 'unknown field "spec.containers[0].imagePullPolitics"' }]);
});

it('skips empty documents and goes on after a wrong one', () => {
  const { manifests, errors } = read('some.yaml', '---\n# nothing\n---\napiVersion: v1\nkind: Nope\nmetadata: { name: x }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: y }\n');
  expect(errors.map(({ line, problem }) => [line, problem])).toEqual([[5, 'no matches for kind "Nope" in version "v1"']]);
  expect(manifests.map(({ object, line }) => [object.metadata.name, line])).toEqual([['y', 8]]);
});

it('throws for what cannot be read', () => {
  expect(() => readManifests([join(folder, 'nowhere')])).toThrow(UnreadableManifest);
});
