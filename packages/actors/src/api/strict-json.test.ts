import { describe, expect, test } from 'vitest';
import { readTypeMeta, unrecognizedObject } from './decode-error.js';
import { readJson } from './strict-json.js';

describe('a JSON document', () => {
  test.each([
    // errors/malformed-json and deep-json of the golden conversations; the last four follow scanner.go of Go 1.24.
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"apiVersion":"v1"', 'unexpected end of JSON input'],
    ['{"apiVersion":"v1","kind":"ConfigMap"} x', "invalid character 'x' after top-level value"],
    ['{"metadata":{"name":"j"},}', "invalid character '}' looking for beginning of object key string"],
    ["{'apiVersion':'v1'}", "invalid character '\\'' looking for beginning of object key string"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    [`{"x":${'['.repeat(20_000)}`, "invalid character '[' exceeded max depth"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
  ])('%.40s is refused in the words of the real server', (text, error) => {
    expect(readJson(text)).toEqual({ error });
  });

  test('that is good is what JSON.parse makes of it, however it is written', () => {
    const text = String.raw` {"a:b":"x\":\\","c":[{},[],{"d":[1.5e3,-0.5,true,null,"\u00e9"]}],"e":{"f":"{[:,"}} `;
    expect(readJson(text)).toEqual({ value: JSON.parse(text), duplicates: undefined });
  });

  test('with repeated keys tells which, and the last one wins', () => {
    const read = readJson('{"a":1,"b":{"c":1,"c":2,"d":3,"c":4},"a":5}');
    if ('error' in read) throw new Error(read.error);
    expect(read.value).toEqual({ a: 5, b: { c: 4, d: 3 } });
    expect([...(read.duplicates ?? new Map())].map(([, keys]) => keys)).toEqual([[{ key: 'c', after: 1 }, { key: 'c', after: 2 }], [{ key: 'a', after: 2 }]]);
  });

  test('with a repeated object is merged, as Go decodes over what is there', () => {
    const read = readJson('{"a":{"x":1,"y":1},"a":{"y":2}}');
    expect('value' in read && read.value).toEqual({ a: { x: 1, y: 2 } });
  });

  test('cannot reach the prototype of objects', () => {
    const read = readJson('{"__proto__":{"x":1},"a":1,"a":2}');
    if ('error' in read) throw new Error(read.error);
    expect((read.value as { x?: number }).x).toBeUndefined();
    expect(Object.keys(read.value as object)).toEqual(['__proto__', 'a']);
  });

  test('that does not say what it is is refused with the beginning of the body', () => {
    const refusal = (text: string): string | undefined => {
      const body = new TextEncoder().encode(text);
      const read = readJson(text);
      const meta = 'error' in read ? { error: `couldn't get version/kind; json parse error: ${read.error}` } : readTypeMeta(read.value);
      return 'error' in meta ? unrecognizedObject('ConfigMap', meta.error, body).message : undefined;
    };
    const head = "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ";
    const struct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    expect(refusal('')).toBe(`${head}unexpected end of JSON input (<empty>)`);
    expect(refusal('[]')).toBe(`${head}json: cannot unmarshal array into Go value of type ${struct} (5b5d)`);
    expect(refusal('5')).toBe(`${head}json: cannot unmarshal number into Go value of type ${struct} (35)`);
    expect(refusal('{"apiVersion":1,"kind":"ConfigMap"}')).toBe(`${head}json: cannot unmarshal number into Go struct field .apiVersion of type string ({"apiVersion":1,"kind":"Config ...)`);
    expect(refusal('{"apiVersion":"a/b/c","kind":"ConfigMap"}')).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)',
    );
    expect(refusal('null')).toBeUndefined();
  });
});
