import { describe, expect, it } from 'vitest';
import { Codec, codec, Encoded, instantOf, useStructures } from '../../index.js';
import { weightlessBytes } from '../../slab.js';
import type { PeerItem } from '../peers.js';
import { packFrame, unpackFrame } from './frames.js';

const ITEMS: readonly PeerItem[] = [
  {
    item: 'envelope',
    envelope: {
      id: 2 ** 45 + 7, cause: 3, from: { actor: 'a', incarnation: 1 }, to: { actor: 'b', incarnation: 1_000_001 }, link: 'datagram', kind: 'request', slot: 9, deadline: instantOf(1.5e12),
      message: { type: 'put', list: [1, 'x', null, 2.5, 2 ** 40, true], record: { x: { y: 1 } }, bytes: new Uint8Array([1, 2]), encoded: Encoded.ofValue({ name: 'n' }, { deep: [1, { x: 'y' }] }) } as never,
    },
  },
  { item: 'ended', actor: { actor: 'c', incarnation: 4 }, restarting: true },
  { item: 'entries', mirror: 3, revision: 8, entries: [{ revision: 8, keys: ['k'], value: Encoded.ofValue({ h: 1 }, { v: 2 }) }] },
];

const valuesOf = (items: readonly PeerItem[]): Encoded[] => items.flatMap((item) => (item.item === 'entries' ? item.entries.map(({ value }) => value as Encoded) : []));

describe('frames', () => {
  it('a frame can be read by itself and gives back what was packed', () => {
    const frame = packFrame(ITEMS);
    packFrame([]);
    const [first, second, third] = unpackFrame(frame);
    expect(second).toEqual(ITEMS[1]);
    expect(first).toMatchObject({ item: 'envelope', envelope: { id: 2 ** 45 + 7, link: 'datagram', kind: 'request', deadline: 1.5e12, message: { list: [1, 'x', null, 2.5, 2 ** 40, true], record: { x: { y: 1 } }, bytes: new Uint8Array([1, 2]) } } });
    const message = (first as unknown as { envelope: { message: { encoded: Encoded } } }).envelope.message;
    expect([message.encoded.header, message.encoded.value]).toEqual([{ name: 'n' }, { deep: [1, { x: 'y' }] }]);
    expect((third as unknown as { entries: { value: Encoded }[] }).entries[0]?.value.value).toEqual({ v: 2 });
  });

  it('what it holds as Encoded stays in a frame of some size, and is handed on from there', () => {
    const entries = Array.from({ length: 40 }, (_, n) => ({ revision: n + 1, keys: ['k'], value: Encoded.ofValue({ name: `n${n}` }, { text: `${n}`.repeat(100) }) }));
    const packed = packFrame([{ item: 'entries', mirror: 3, revision: 40, entries }]);
    const before = weightlessBytes();
    const values = valuesOf(unpackFrame(packed));
    expect(new Set(values.map(({ place }) => place?.slab))).toEqual(new Set([packed]));
    expect(weightlessBytes() - before).toBeGreaterThanOrEqual(packed.length / 2);
    const again = packFrame([{ item: 'entries', mirror: 4, revision: 40, entries: values.map((value, n) => ({ revision: n + 1, keys: ['k'], value })) }]);
    expect(valuesOf(unpackFrame(again)).map(({ header, value }) => [header, value])).toEqual(entries.map(({ value }) => [value.header, value.value]));
    // A small one would cost more to keep than to copy.
    const small = packFrame([{ item: 'entries', mirror: 3, revision: 1, entries: entries.slice(0, 1) }]);
    expect(valuesOf(unpackFrame(small))[0]?.place?.slab).not.toBe(small);
  });

  it('a frame names its structures, and one of other structures is refused', () => {
    const frame = packFrame(ITEMS);
    const before = codec();
    useStructures([['some', 'shape']]);
    expect(() => unpackFrame(frame)).toThrow(new RegExp(`codec ${before.id} reached a host with codec ${codec().id}`));
    useStructures([]);
    expect(unpackFrame(frame)).toHaveLength(3);
  });

  it('the list of structures is frozen: a shape beyond it is written into the frame that needs it', () => {
    const structures = Array.from({ length: 40 }, (_, index) => [`a${index}`, `b${index}`]);
    const [writer, reader] = [new Codec(structures), new Codec(structures)];
    const known = structures.map(([a, b]) => ({ [String(a)]: 1, [String(b)]: 'two' }));
    const value = { unknown: 1, shape: { of: 'its own' }, known };
    const sizes = [1, 2, 3].map(() => writer.encode(value).length);
    expect(new Set(sizes).size).toBe(1);
    expect(reader.decode(Uint8Array.from(writer.encode(value)))).toEqual(value);
    expect(writer.encode(known[0]).length).toBeLessThan(new Codec([]).encode(known[0]).length);
  });
});
