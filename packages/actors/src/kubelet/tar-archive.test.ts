import { expect, test } from 'vitest';
import { readArchive, writeArchive } from './tar-archive.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what was archived is read back, whatever its length in bytes', () => {
  const files = [{ path: 'tmp/a.txt', text: 'content\n' }, { path: 'tmp/ü', text: 'ä'.repeat(300) }, { path: 'empty', text: '' }, { path: 'block', text: 'x'.repeat(512) }];
  expect(readArchive(bytes(writeArchive(files)))).toEqual(files);
});

test('an archive has whole blocks, a checksum and two empty blocks at its end', () => {
  const archive = bytes(writeArchive([{ path: 'a', text: 'b' }]));
  expect(archive.length).toBe(4 * 512);
  const head = archive.slice(0, 512);
  const noted = Number.parseInt(new TextDecoder().decode(head.subarray(148, 154)), 8);
  head.fill(0x20, 148, 156);
  expect(head.reduce((sum, byte) => sum + byte, 0)).toBe(noted);
});

test('what is not an archive holds no files', () => {
  expect([readArchive(bytes('')), readArchive(bytes('no tar '.repeat(200))), readArchive(bytes(writeArchive([{ path: 'a', text: 'bc' }])).subarray(0, 300))]).toEqual([[], [], []]);
});
