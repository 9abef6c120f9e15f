import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { Codec, Encoded } from './index.js';
import { RecordWriter } from './record-writer.js';

/** Forty shapes, so that records with ids of one byte and of two occur. */
const structures = [['a'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'c'], ...Array.from({ length: 36 }, (_, i) => [`k${i}`, 'z'])];
const packr = new Packr({ getStructures: () => structures.map((keys) => [...keys]), maxSharedStructures: structures.length, maxOwnStructures: 0, mapsAsObjects: true, useToJSON: false } as object);

const text = fc.oneof({ weight: 3, arbitrary: fc.string() }, fc.string({ unit: 'binary' }), fc.string({ minLength: 20, maxLength: 70 }), fc.string({ unit: 'grapheme', minLength: 25, maxLength: 90 }), fc.integer({ min: 60, max: 70_000 }).map((n) => 'é'.repeat(n % 3) + 'x'.repeat(n)));
const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.uint8Array());
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'z', 'k1', 'k33', 'k35'), fc.string().filter((name) => name !== '__proto__' && name !== 'constructor'));
const value = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(key, tie('value'), { noNullPrototype: true }), ...structures.slice(0, 6).map((keys) => fc.tuple(...keys.map(() => tie('value'))).map((values) => Object.fromEntries(keys.map((name, i) => [name, values[i]]))))),
})).value;

describe('RecordWriter', () => {
  it('writes plain data in the same bytes as msgpackr', () => {
    const writer = new RecordWriter(structures);
    fc.assert(fc.property(value, (each) => {
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
    const objects = fc.array(fc.record({ a: fc.array(value, { maxLength: 4 }), b: fc.dictionary(key, value, { noNullPrototype: true }), c: fc.string({ minLength: 1100, maxLength: 1200 }) }), { minLength: 2, maxLength: 6 });
    fc.assert(fc.property(objects, fc.array(fc.nat(63), { minLength: 2, maxLength: 8 }), (parts, picks) => {
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
