import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DiskRecord, type Disks, Encoded } from '../../index.js';
import { MemoryDisks } from '../memory-disks.js';
import { FileDisks } from './file-disks.js';
import { type Segment, SharedDisks } from './shared-disks.js';

/** Disks in shared memory as two workers see them, one after the other. */
const shared = () => {
  let segments: Segment[] = [];
  const open = (): SharedDisks => new SharedDisks(segments, ({ notice, segment }) => {
    segments = segments.filter(({ base, log }) => base !== segment.base || log !== segment.log);
    if (notice === 'segment') segments.push(segment);
  });
  return { open, count: () => segments.length, bytes: () => segments.reduce((sum, { memory }) => sum + memory.byteLength, 0) };
};

const folder = mkdtempSync(join(tmpdir(), 'disks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (disks: Disks): number[] => [...disks.of('a').read('log')].map(([, record]) => record.n as number);

describe.each([
  { name: 'in memory', open: () => { const disks = new MemoryDisks(); return () => disks; } },
  { name: 'in shared memory', open: () => shared().open },
  { name: 'in files', open: () => () => new FileDisks(join(folder, 'common')) },
])('disks $name', ({ open }) => {
  it('what was appended before a sync survives the end of its actor, and what came after is lost', () => {
    const reopen = open();
    const disk = reopen().of('a');
    for (const n of [1, 2]) expect(disk.append('log', { n })).toBe(n - 1);
    disk.sync();
    disk.append('log', { n: 3 });
    const disks = reopen();
    disks.crashed('a');
    expect(read(disks)).toEqual([1, 2]);
    expect(disks.of('a').append('log', { n: 4 })).toBe(2);
    expect(disks.of('b').append('log', { n: 1 })).toBe(0);
  });
});

describe('disks in shared memory', () => {
  it('a log is given up by whole segments, and the rest is read on after a restart', () => {
    const { open, count } = shared();
    const disk = open().of('a');
    const bulk = new Uint8Array(300_000);
    for (let n = 0; n < 20; n++) disk.append('log', { n, bulk });
    disk.sync();
    const before = count();
    disk.truncate('log', 10);
    expect(count()).toBeLessThan(before);
    const kept = read(open());
    expect(kept.at(-1)).toBe(19);
    expect(kept[0]).toBeLessThanOrEqual(10);
    expect(kept[0]).toBeGreaterThan(5);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => (kept[0] as number) + index));
  });

  it('an Encoded among other records is read back as one, of whatever length, and after a crash too', async () => {
    const { open } = shared();
    const disks = open();
    const disk = disks.of('a');
    const texts = Array.from({ length: 60 }, (_, n) => 'ab'.repeat(n * n * 16).slice(n % 9));
    for (const [n, text] of texts.entries()) {
      disk.append('log', Encoded.ofValue({ n }, { text }) as unknown as DiskRecord);
      disk.append('log', { n, text });
    }
    disk.append('log', Encoded.ofValue({ n: -1 }, Uint8Array.of(1, 2, 3)) as unknown as DiskRecord);
    disk.sync();
    disk.append('log', Encoded.ofValue({ n: -2 }, { text: 'lost' }) as unknown as DiskRecord);
    for (let look = 0; look < 2; look++) await disks.compress();
    const next = open();
    next.crashed('a');
    const found = [...next.of('a').read('log')].map(([, record]) => (record instanceof Encoded ? [record.header, record.value] : record));
    expect(found).toEqual([...texts.flatMap((text, n) => [[{ n }, { text }], { n, text }]), [{ n: -1 }, Uint8Array.of(1, 2, 3)]]);
  });

  it('a full segment is compressed when it is not fresh any more, and is read, given up and outlived as before', async () => {
    const { open, bytes } = shared();
    const disks = open();
    const disk = disks.of('a');
    const bulk = 'much the same '.repeat(2000);
    for (let n = 0; n < 200; n++) disk.append('log', { n, bulk });
    await disks.compress();
    disk.append('log', { n: 200, bulk });
    disk.sync();
    const before = bytes();
    for (let look = 0; look < 2; look++) await disks.compress();
    expect(bytes()).toBeLessThan(before / 3);
    expect(disks.bytes).toBe(bytes());
    const all = Array.from({ length: 201 }, (_, n) => n);
    expect(read(disks)).toEqual(all);
    const next = open();
    next.crashed('a');
    expect(read(next)).toEqual(all);
    expect(next.of('a').append('log', { n: 201 })).toBe(201);
    next.of('a').truncate('log', 150);
    next.of('a').sync();
    expect(read(open()).at(-1)).toBe(201);
    expect(read(open())[0]).toBeGreaterThan(100);
  });
});

describe('disks in files', () => {
  const bulk = new Uint8Array(300_000);

  it('a log is given up by whole segments, and is read on by the next process', () => {
    const at = join(folder, 'segments');
    const disk = new FileDisks(at).of('kubelet/node-1');
    for (let n = 0; n < 20; n++) {
      disk.append('log', { n, bulk });
      disk.sync();
    }
    disk.truncate('log', 10);
    const kept = [...new FileDisks(at).of('kubelet/node-1').read('log')].map(([position, { n }]) => [position, n]);
    expect(kept[0]?.[0]).toBeGreaterThan(5);
    expect(kept[0]?.[0]).toBeLessThanOrEqual(10);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => (kept[0]?.[0] as number) + index).map((n) => [n, n]));
  });

  it('half a record that a killed process has left is not read, and is written over', () => {
    const at = join(folder, 'torn');
    const disk = new FileDisks(at).of('a');
    disk.append('log', { n: 1 });
    disk.sync();
    const [file = ''] = readdirSync(join(at, 'a'));
    appendFileSync(join(at, 'a', file), Uint8Array.of(0, 0, 0, 9, 1));
    const next = new FileDisks(at).of('a');
    expect(next.append('log', { n: 2 })).toBe(1);
    next.sync();
    expect(read(new FileDisks(at))).toEqual([1, 2]);
  });
});
