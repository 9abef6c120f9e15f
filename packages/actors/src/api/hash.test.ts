import { expect, test } from 'vitest';
import { fnv32a, safeEncode, templateHash } from './hash.js';

test('FNV-1a and the safe alphabet are those of Go', () => {
  expect(fnv32a('')).toBe(0x811c9dc5);
  expect(fnv32a('a')).toBe(0xe40c292c);
  expect(fnv32a('foobar')).toBe(0xbf9cf968);
  expect(safeEncode('0123456789')).toBe('456789bcdf');
});

test('a template hash does not depend on the order of keys and changes with content and collisions', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const reordered = { spec: { containers: [{ image: 'nginx', name: 'c', args: undefined }] }, metadata: { labels: { app: 'web' } } };
  expect(templateHash(template)).toBe(templateHash(reordered));
  expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  expect(templateHash({ ...template, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } })).not.toBe(templateHash(template));
  expect(templateHash(template, 0)).not.toBe(templateHash(template));
  expect(templateHash(template, 1)).not.toBe(templateHash(template, 0));
});
