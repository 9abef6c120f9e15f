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

  describe('that has settled', () => {
    const lease = (i: number) => ({ metadata: { name: `node-${i}`, uid: `${i}f0c${i}-9d1b`, managedFields: 'f:metadata f:ownerReferences f:spec f:holderIdentity '.repeat(8) }, spec: { renewTime: i } });
    const slabs = (each: readonly Encoded[]): number => new Set(each.map(({ place }) => place?.slab)).size;
    const values = [...Array.from({ length: 500 }, (_, i) => lease(i)), new Uint8Array(1000).fill(7), new Uint8Array(0), 'text', { blob: 'x'.repeat(400_000) }];

    it('has the same header, value, bytes and size, in a fraction of the room', () => {
      const all = values.map((value, n) => Encoded.ofValue({ n, name: `name-${n}` }, value));
      const before = all.map(({ bytes, wire, size }) => ({ bytes: Buffer.from(bytes).toString('latin1'), wire: Buffer.from(wire).toString('latin1'), size }));
      for (const each of all) each.settle('leases');
      boundDecodedValues(4096);
      expect(all.map(({ bytes, wire, size }) => ({ bytes: Buffer.from(bytes).toString('latin1'), wire: Buffer.from(wire).toString('latin1'), size }))).toEqual(before);
      expect(all.map(({ header }) => header)).toEqual(values.map((_, n) => ({ n, name: `name-${n}` })));
      expect(all.map(({ value }) => value)).toEqual(values);
      const leases = all.slice(0, 500);
      expect(slabs(leases)).toBeLessThan(8);
      expect(leases.reduce((sum, { place }) => sum + (place?.bytes ?? 0), 0) * 4).toBeLessThan(leases.reduce((sum, { size }) => sum + size, 0));
    });

    it('can be sent, settle again, and stand under another header', () => {
      const first = Encoded.ofValue({ revision: 1 }, lease(1));
      first.settle('past');
      first.settle('live');
      expect(first.isSettled).toBe(true);
      const other = first.withHeader({ revision: 2 });
      boundDecodedValues(4096);
      expect([other.header, other.value, first.header, first.value]).toEqual([{ revision: 2 }, lease(1), { revision: 1 }, lease(1)]);
      const [sent] = codec().decode(codec().encode([first])) as [Encoded];
      expect([sent.header, sent.value]).toEqual([{ revision: 1 }, lease(1)]);
    });
  });

  it('gives header and value also where it takes its own place in the cache of decoded values', () => {
    const packed = Encoded.ofValue({ name: 'a' }, { x: 1 });
    packed.settle('live');
    boundDecodedValues(1);
    expect([packed.header, packed.value, packed.header, packed.value]).toEqual([{ name: 'a' }, { x: 1 }, { name: 'a' }, { x: 1 }]);
    boundDecodedValues(4096);
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
