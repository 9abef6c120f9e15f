import { describe, expect, test, vi } from 'vitest';
import { readYaml, readYamlDocuments, repeatedKeysError, writeYaml } from './yaml.js';

const valueOf = (text: string): unknown => {
  const read = readYaml(text);
  if ('error' in read) throw new Error(read.error);
  return read.value;
};

describe('a YAML body', () => {
  test('is read as YAML 1.1, but times and base 60 stay texts', () => {
    expect(valueOf('a: yes\nb: off\nc: 0644\nd: 22:22\ne: 2026-11-21\nf: 1_000\ng: "no"\nh: ~\ni: 0x1f\n')).toEqual({
      a: true, b: false, c: 0o644, d: '22:22', e: '2026-11-21', f: 1000, g: 'no', h: null, i: 31,
    });
  });

  test('has text keys, whatever was written', () => {
    expect(valueOf('yes: 1\n5: 2\n')).toEqual({ true: 1, 5: 2 });
  });

  test('may hold the dot of field sets', () => {
    expect(valueOf('f:labels:\n  .: {}\nx: .\nhalf: .5\n')).toEqual({ 'f:labels': { '.': {} }, x: '.', half: 0.5 });
    expect(writeYaml({ '.': {} })).toBe('.: {}\n');
  });

  test('may use anchors and merge keys', () => {
    expect(valueOf('a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n  l: 2\n')).toEqual({ a: { k: 1 }, b: { k: 1 }, c: { k: 1, l: 2 } });
  });

  test('is refused for aliases that go-yaml 2.4 refuses, in its words', () => {
    const errorOf = (text: string): unknown => (readYaml(text) as { readonly error?: string }).error;
    expect(errorOf('a: 1\nb: {*note":"n"}\n')).toBe('yaml: line 2: did not find expected alphabetic or numeric character');
    expect(errorOf('a: 1\nb: {a: * }\n')).toBe('yaml: line 2: did not find expected alphabetic or numeric character');
    expect(errorOf('a: *nope\n')).toBe("yaml: unknown anchor 'nope' referenced");
    expect(errorOf('a: *late\nb: &late 1\n')).toBe("yaml: unknown anchor 'late' referenced");
    expect(errorOf('a:\n  <<: *nope\n')).toBe("yaml: unknown anchor 'nope' referenced");
    expect(errorOf('a: &a {x: *a}\n')).toBe("yaml: anchor 'a' value contains itself");
    const tens = (name: string): string => Array.from({ length: 10 }, () => name).join(',');
    const bomb = ['x', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, i, names) => (i === 0 ? `x: &x [${tens('1')}]` : `${name}: &${name} [${tens(`*${names[i - 1]}`)}]`)).join('\n');
    expect(errorOf(bomb)).toBe('yaml: document contains excessive aliasing');
  });

  test('that is nested too deeply is refused, however it is written, and the process lives', () => {
    const nested = (levels: number): readonly string[] => [
      `a: ${'['.repeat(levels)}${']'.repeat(levels)}`, `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`, `${'- '.repeat(levels)}x`, `${'? '.repeat(levels)}x`,
      Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n'), Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}- ["x",`).join('\n'),
    ];
    for (const levels of [300, 3000, 20_000]) for (const text of levels > 3000 ? nested(levels).slice(0, 4) : nested(levels)) expect(readYaml(text)).toEqual({ error: expect.stringMatching(/^yaml: line \d+: exceeded max depth of 256$/) as unknown });
    for (const text of nested(200).slice(0, 5)) expect(readYaml(text)).not.toHaveProperty('error');
    // Text that only looks nested.
    const art = Array.from({ length: 500 }, () => '  if [[ "$a" == "[[[" ]]; then {').join('\n');
    expect(valueOf(`script: |\n${art}\nb: "${'['.repeat(500)}"\nc: x${'['.repeat(500)}\n`)).toHaveProperty('c', `x${'['.repeat(500)}`);
  });

  test('may use one anchor hundreds of times', () => {
    expect(valueOf(`a: &x 1\nb: [${Array.from({ length: 300 }, () => '*x').join(', ')}]\n`)).toEqual({ a: 1, b: Array.from({ length: 300 }, () => 1) });
  });

  test('that is JSON is read as such', () => {
    expect(valueOf('{"a":"yes","b":[1,"0644"]}')).toEqual({ a: 'yes', b: [1, '0644'] });
    expect(readYaml('{"a":1,"a":2}')).toEqual({ value: { a: 2 }, repeated: ['line 1: key "a" already set in map'] });
    expect(valueOf('{a: yes}')).toEqual({ a: true });
  });

  test('with several documents is its first one', () => {
    expect(valueOf('a: 1\n---\na: 2\n')).toEqual({ a: 1 });
    expect(valueOf('')).toBeNull();
  });

  test('names the lines of repeated keys, and the last one wins', () => {
    // errors/field-validation and apply/field-validation of the golden conversations.
    const read = readYaml('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y0\n  bogus: 1\ndata:\n  a: "1"\n  a: "2"\n');
    expect(read).toMatchObject({ value: { data: { a: '2' } }, repeated: ['line 8: key "a" already set in map'] });
    expect(readYaml('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: "1", a: "2"}\n')).toMatchObject({ repeated: ['line 4: key "a" already set in map'] });
    expect(repeatedKeysError(['line 8: key "a" already set in map'])).toBe('yaml: unmarshal errors:\n  line 8: key "a" already set in map');
  });

  test.each([
    // errors/malformed-yaml and apply/refused of the golden conversations.
    ['a: [1', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: {b: 1', "yaml: line 1: did not find expected ',' or '}'"],
    ['\ta: b', 'yaml: found character that cannot start any token'],
  ])('%j is refused in the words of the real server', (text, error) => {
    expect(readYaml(text)).toEqual({ error });
  });
});

describe('a YAML file', () => {
  const file = 'kind: A\n---\n# comment\nkind: B\nspec:\n  containers:\n  - name: c\n    image: i\n---\nkind: [\n---\nkind: D\n';

  test('is read document by document: a broken one does not spoil the others', () => {
    const documents = readYamlDocuments(file);
    expect(documents.map((document) => (document.error === undefined ? document.value : 'broken'))).toEqual([
      { kind: 'A' }, { kind: 'B', spec: { containers: [{ name: 'c', image: 'i' }] } }, 'broken', { kind: 'D' },
    ]);
    expect(documents[2]?.error).toMatchObject({ message: "did not find expected ',' or ']'" });
    expect(documents.map((document) => document.line)).toEqual([1, 4, 10, 12]);
  });

  test('tells the line of a field', () => {
    const document = readYamlDocuments(file)[1];
    expect(document?.lineOf(['spec', 'containers', 0, 'image'])).toBe(8);
    expect(document?.lineOf(['spec', 'containers', 0, 'ports'])).toBe(7);
    expect(document?.lineOf([])).toBe(4);
  });
});

test('YAML is written with sorted keys and quotes where a reader of 1.1 would err', () => {
  // As representations/yaml-* of the golden conversations: `host: "n"`, a quoted time, a star in single quotes, lists not indented.
  const text = 'a: 1\nall: \'*\'\nempty: {}\nhost: "n"\nlist:\n- k: v\n- x\ntext: |\n  one\n  two\ntime: "2020-01-01T00:00:00Z"\nz: ""\n';
  expect(writeYaml({ z: '', all: '*', host: 'n', a: 1, list: [{ k: 'v' }, 'x'], text: 'one\ntwo\n', time: '2020-01-01T00:00:00Z', empty: {} })).toBe(text);
  expect(valueOf(text)).toEqual({ z: '', all: '*', host: 'n', a: 1, list: [{ k: 'v' }, 'x'], text: 'one\ntwo\n', time: '2020-01-01T00:00:00Z', empty: {} });
});

test('prints nothing of what it reads', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  readYaml('? { token: secret }\n: 1\n');
  readYaml('a: !unknown secret\n? [secret]\n: 2\n');
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});
