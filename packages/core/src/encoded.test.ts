import { describe, expect, it } from 'vitest';
import { boundDecodedValues, codec, Encoded, sweepDecodedValues } from './index.js';

describe('Encoded', () => {
  it('gives its value again after the cache of decoded values has dropped it', () => {
    const values = [{ a: [1, 'two', null] }, new Uint8Array([1, 2, 3]), new Uint8Array(0), 'text', 'x'.repeat(400_000)];
    const encoded = values.map((value) => Encoded.ofValue(0, value));
    boundDecodedValues(4096);
    expect(encoded.map(({ value }) => value)).toEqual(values);
    expect(encoded[1]?.value).toBeInstanceOf(Uint8Array);
  });

  it('crosses hosts in a frame and does not keep the frame alive', () => {
    const frame = codec().encode({ items: [Encoded.ofValue({ name: 'a' }, { x: 1 }), Encoded.ofValue({ name: 'b' }, new Uint8Array([7]))] });
    const { items } = codec().decode(frame) as { items: Encoded<{ name: string }>[] };
    frame.fill(0);
    expect(items.map(({ header, value }) => [header, value])).toEqual([[{ name: 'a' }, { x: 1 }], [{ name: 'b' }, new Uint8Array([7])]]);
  });

  it('shares value and bytes under another header', () => {
    const first = Encoded.ofValue({ revision: 1 }, { x: 1 });
    expect(first.withHeader({ revision: 2 }).value).toBe(first.value);
    expect(first.size).toBe(first.bytes.length);
    expect(first.withHeader({ revision: 2 }).bytes.buffer).toBe(first.bytes.buffer);
  });

  it('settles beside the others that have settled, with the same bytes', () => {
    const all = Array.from({ length: 3000 }, (_, i) => Encoded.ofValue(i, new Uint8Array(1000).fill(i)));
    const slabs = (each: Encoded[]): number => new Set(each.map(({ bytes }) => bytes.buffer)).size;
    // The bytes are made one after the other, as they are in a store.
    const written = all.reduce((sum, { size }) => sum + size, 0);
    expect(written).toBeGreaterThan(3_000_000);
    const few = all.filter((_, i) => i % 300 === 0);
    expect(slabs(few)).toBeGreaterThan(2);
    const large = Encoded.ofValue(0, new Uint8Array(500_000).fill(3));
    const before = few.map(({ bytes }) => [...bytes]);
    for (const each of [...few, large]) each.settle();
    expect(slabs(few)).toBeLessThanOrEqual(2);
    expect(few.map(({ bytes }) => [...bytes])).toEqual(before);
    boundDecodedValues(4096);
    expect(few[3]?.value).toEqual(new Uint8Array(1000).fill(900));
    expect([large.size, (large.value as Uint8Array)[499_999]]).toEqual([500_005, 3]);
  });

  it('is decoded anew once a sweep has found it old', () => {
    const old = Encoded.ofValue(0, { x: 1 });
    const { value } = old;
    sweepDecodedValues();
    const young = Encoded.ofValue(0, { x: 2 });
    const kept = young.value;
    expect(old.value).toBe(value);
    sweepDecodedValues();
    expect(young.value).toBe(kept);
    expect(old.value).not.toBe(value);
    expect(old.value).toEqual(value);
  });
});
