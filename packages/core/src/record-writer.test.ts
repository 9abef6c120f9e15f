import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Codec, Encoded } from './index.js';
import { RecordWriter } from './record-writer.js';
import { packr, parts as anyParts, plainData, structures } from './testing/plain-data.js';

describe('RecordWriter', () => {
  it('writes plain data in the same bytes as msgpackr', () => {
    const writer = new RecordWriter(structures);
    fc.assert(fc.property(plainData, (each) => {
      expect(Buffer.from(writer.write(each) as Uint8Array).equals(packr.pack(each))).toBe(true);
    }), { numRuns: 300, seed: 1 });
  });

  it('leaves to msgpackr what is not plain data', () => {
    const codec = new Codec(structures);
    for (const each of [new Map([['a', 1]]), new Set([1, 2]), 10n, new Date(5), { a: [new Map([['b', 2]])] }]) {
      expect(new RecordWriter(structures).write(each)).toBeUndefined();
      expect(codec.decode(codec.encode(each))).toEqual(packr.unpack(packr.pack(each)));
    }
  });

  it('puts an Encoded into a frame as msgpackr does', () => {
    const items = [1, 8, 16, 300, 70_000].map((length) => Encoded.ofValue({ a: length }, { a: 'x'.repeat(length) }));
    expect(Buffer.from(new RecordWriter(structures).write(items) as Uint8Array).equals(packr.pack(items))).toBe(true);
  });

  it('copies what a value shares with the former one, to the same bytes', () => {
    const writer = new RecordWriter(structures);
    fc.assert(fc.property(anyParts, fc.array(fc.nat(63), { minLength: 2, maxLength: 8 }), (parts, picks) => {
      let former: Parameters<RecordWriter['writeTwo']>[2];
      for (const pick of picks) {
        const one = parts[pick % parts.length] as (typeof parts)[number];
        const other = parts[(pick >> 2) % parts.length] as (typeof parts)[number];
        const next = { a: { a: one.a, b: [other.b, one.b, ...other.a] }, b: pick % 3 ? one : other.b, c: one.c };
        const bytes = Uint8Array.from(writer.writeTwo({ a: pick }, next, former) as Uint8Array);
        const start = 2 + (bytes[0] as number) * 256 + (bytes[1] as number);
        expect(Buffer.from(bytes.subarray(start)).equals(packr.pack(next))).toBe(true);
        former = writer.marks && { marks: writer.marks, bytes, start };
        expect(former).toBeDefined();
      }
    }), { numRuns: 40, seed: 1 });
  });

  it('does not go on with half a value after it has failed', () => {
    const writer = new RecordWriter(structures);
    expect(writer.write([1, 2, new Map()])).toBeUndefined();
    expect([...(writer.write(7) as Uint8Array)]).toEqual([7]);
  });
});
