import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordReader } from './record-reader.js';
import { packr, plainData, structures } from './testing/plain-data.js';

const newReader = (): RecordReader => new RecordReader(structures, (bytes) => packr.unpack(bytes), () => undefined);

describe('RecordReader', () => {
  it('reads of any bytes what msgpackr reads', () => {
    const reader = newReader();
    fc.assert(fc.property(plainData, (each) => {
      const bytes = Uint8Array.from(packr.pack(each));
      expect(reader.read(bytes)).toEqual(packr.unpack(bytes));
    }), { numRuns: 500, seed: 1 });
    for (const each of [new Map([['a', 1]]), new Set([1, 2]), 10n ** 17n, new Date(5), { a: [new Map([['b', 2]])] }]) expect(reader.read(packr.pack(each))).toEqual(packr.unpack(packr.pack(each)));
  });

  it('reads what is usual around what only msgpackr reads', () => {
    const reader = newReader();
    for (const each of [-(10n ** 17n), new Date(5), new Date(5.5e12), new Map<unknown, unknown>([['k1', 1], [7, ['x']]]), Uint8Array.of(0xca, 0x3f, 0x80, 0, 0)]) {
      const bytes = Uint8Array.from(packr.pack({ a: ['x'.repeat(40), each, { k33: each, z: 1.5 }], b: each }));
      expect(reader.read(bytes)).toEqual(packr.unpack(bytes));
    }
    expect(reader.read(Uint8Array.of(0x92, 0xca, 0x3f, 0xc0, 0, 0, 7))).toEqual([1.5, 7]);
  });

  it('reads a key that every object has for one of the map itself, where msgpackr gives it another name', () => {
    const map = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as object;
    const read = newReader().read(packr.pack({ a: map, b: [map] })) as { readonly a: object; readonly b: readonly object[] };
    for (const each of [read.a, read.b[0] as object]) {
      expect(JSON.stringify(each)).toBe('{"__proto__":{"x":1},"constructor":2}');
      expect(Object.getPrototypeOf(each)).toBe(Object.prototype);
    }
  });

  it('passes over any value', () => {
    const reader = newReader();
    fc.assert(fc.property(plainData, (each) => {
      const bytes = Uint8Array.from(packr.pack([each, 7]));
      const second = { value: () => [reader.size(bytes[0] as number), reader.skip(), reader.value()] };
      expect(reader.read(bytes, bytes.length, second)).toEqual([2, undefined, 7]);
    }), { numRuns: 300, seed: 2 });
  });

  it('refuses bytes that are cut off, bytes that go on after the value, and bytes that are none', () => {
    const reader = newReader();
    const bytes = Uint8Array.from(packr.pack({ a: ['x'.repeat(80), [1, 2, 3.5], Uint8Array.of(1, 2, 3)], b: { k1: 5, z: -70_000 } }));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => reader.read(bytes.slice(0, length)), `of ${length} bytes`).toThrow();
      expect(() => reader.read(bytes, length), `of ${length} bytes, and more behind them`).toThrow();
    }
    expect(() => reader.read(Uint8Array.of(1, 2))).toThrow('read to 1');
    expect(() => reader.read(Uint8Array.of(0x91, 0xc1))).toThrow('1 of 2 bytes begins no value');
    expect(() => reader.read(Uint8Array.of(0x68, 9))).toThrow('of shape 328, of 40');
    expect(reader.read(bytes)).toEqual(packr.unpack(bytes));
  });
});
