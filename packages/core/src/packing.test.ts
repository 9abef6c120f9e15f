import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWornOut, newDictionary, pack, unpack } from './packing.js';

const text = (of: string): Uint8Array => new TextEncoder().encode(of);
const pod = (n: number): string => JSON.stringify({ metadata: { name: `web-${n}`, uid: `${n * 7919}-4b1c-${n * 31}` }, spec: { containers: [{ image: 'registry.example/web:1.2.3', command: ['serve', '--port', '8080'] }] } }).repeat(3);

describe('packing', () => {
  it('gives back what was packed, whatever it is, and any beginning of it', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(text(pod(1)), text('aaaaaaaa'.repeat(40)), new Uint8Array(700)));
    const object = fc.array(piece, { maxLength: 6 }).map((pieces) => Uint8Array.from(pieces.flatMap((each) => [...each])));
    fc.assert(
      fc.property(fc.array(object, { maxLength: 30 }), fc.nat(), (objects, part) => {
        const dictionary = newDictionary();
        const packed = objects.map((raw) => pack(dictionary, raw).slice());
        objects.forEach((raw, i) => {
          expect(unpack(dictionary, packed[i] as Uint8Array, 0, raw.length)).toEqual(raw);
          const some = part % (raw.length + 1);
          expect(unpack(dictionary, packed[i] as Uint8Array, 0, some)).toEqual(raw.subarray(0, some));
        });
      }),
    );
  });

  it('an object that is like an earlier one takes a fraction of its bytes, and one that is not hardly more than its bytes', () => {
    const dictionary = newDictionary();
    pack(dictionary, text(pod(1)));
    const next = text(pod(2));
    expect(pack(dictionary, next).length).toBeLessThan(next.length / 6);
    const chance = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i + 1, 0x9e37_79b1) >>> 24);
    for (let i = 0; i < 20; i++) expect(pack(dictionary, chance.map((byte) => byte ^ (i * 13))).length).toBeLessThan(5060);
  });

  it('a dictionary stays below 64 kB, and is worn out once much was not in it', () => {
    const dictionary = newDictionary();
    let state = 1;
    const chance = (): Uint8Array => Uint8Array.from({ length: 4000 }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24);
    const objects = Array.from({ length: 100 }, chance);
    const packed = objects.map((raw) => pack(dictionary, raw).slice());
    expect(dictionary.used).toBeLessThanOrEqual(0xffff);
    expect(isWornOut(dictionary)).toBe(true);
    expect(objects.every((raw, i) => Buffer.compare(unpack(dictionary, packed[i] as Uint8Array, 0, raw.length), raw) === 0)).toBe(true);
  });
});
