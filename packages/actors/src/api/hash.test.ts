import { expect, test } from 'vitest';
import { fnv128a, fnv32, fnv32a, fnv32aBytes, safeEncode } from './hash.js';

test('FNV is that of Go, over UTF-8', () => {
  expect(fnv32a('')).toBe(0x811c9dc5);
  expect(fnv32a('a')).toBe(0xe40c292c);
  expect(fnv32a('foobar')).toBe(0xbf9cf968);
  expect(fnv32('foobar')).toBe(0x31f0b262);
  expect(fnv32a('né☃')).toBe(fnv32aBytes(new TextEncoder().encode('né☃')));
  expect(fnv32a('bar', fnv32a('foo'))).toBe(fnv32a('foobar'));
  expect(fnv128a('')).toBe('6c62272e07bb014262b821756295c58d');
  expect(fnv128a('hello')).toBe('e3e1efd54283d94f7081314b599d31b3');
});

test('the safe alphabet is that of Kubernetes', () => {
  expect(safeEncode('0123456789')).toBe('456789bcdf');
});
