import { expect, test } from 'vitest';
import { jsonOf, yamlOf } from './body-text.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

test('JSON that is no UTF-8 is refused by the byte where it stops being JSON, and read where that is within a text', () => {
  expect(jsonOf(bytes('7b ff'))).toEqual({ error: "invalid character 'ÿ' looking for beginning of object key string" });
  expect(jsonOf(bytes('7b 80'))).toEqual({ error: String.raw`invalid character '\u0080' looking for beginning of object key string` });
  expect(jsonOf(bytes('22 ff 22'))).toMatchObject({ value: '\ufffd' });
});

test('of keys that a patch repeats the last one counts, whole', () => {
  expect(jsonOf(Buffer.from('{"a":{"b":1},"a":{"c":2}}'), 'last')).toMatchObject({ value: { a: { c: 2 } } });
  expect(jsonOf(Buffer.from('{"a":{"b":1},"a":{"c":2}}'))).toMatchObject({ value: { a: { b: 1, c: 2 } } });
});

test.each([
  ['61 3a 20 ff', 'invalid leading UTF-8 octet'],
  ['61 3a 20 c3 28', 'invalid trailing UTF-8 octet'],
  ['61 3a 20 e2 82', 'incomplete UTF-8 octet sequence'],
  ['61 3a 20 c0 80', 'invalid length of a UTF-8 sequence'],
  ['61 3a 20 ed a0 80', 'invalid Unicode character'],
  ['61 3a 20 07', 'control characters are not allowed'],
  ['61 3a 20 ef bb bf', 'control characters are not allowed'],
])('YAML of the bytes %s is refused as go-yaml does', (hex, error) => expect(yamlOf(bytes(hex))).toEqual({ error: `yaml: ${error}` }));

test('a byte order mark may begin YAML', () => expect(yamlOf(bytes('ef bb bf 61 3a 20 31'))).toEqual({ value: { a: 1 }, repeated: [] }));
