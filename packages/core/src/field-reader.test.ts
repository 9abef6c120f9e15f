import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Codec, learnStructures } from './codec.js';
import type { Fields } from './field-reader.js';

const KEYS = ['metadata', 'name', 'labels', 'spec', 'endpoints', 'addresses', 'x', '_y', 'port', 'ä'];
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, false, '', 'pod', 'é'.repeat(40), 'x'.repeat(300), 'long '.repeat(20_000)),
    fc.integer(), fc.nat(70), fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.string(), fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 40 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value')),
  ),
}));
const samples = fc.sample(anything, { numRuns: 300, seed: 7 });

/** What `fields` leaves of a value that is read whole. */
const pruned = (value: unknown, fields: true | Fields): unknown => {
  if (fields === true || typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((element) => pruned(element, fields));
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (fields[key] === undefined ? [] : [[key, pruned(part, fields[key])]])));
};

const FIELDS: readonly (true | Fields)[] = [true, {}, { name: true }, { metadata: { name: true, labels: true }, endpoints: { addresses: true, x: { ä: true } } }];

it.each([
  ['without shapes', []],
  ['with some shapes', learnStructures(samples.slice(0, 5)).slice(0, 20)],
  ['with many shapes', learnStructures(samples)],
])('reads of any value what a whole decoding has at the wanted fields (%s)', (_case, structures) => {
  const codec = new Codec(structures);
  fc.assert(
    fc.property(anything, fc.constantFrom(...FIELDS), (value, fields) => {
      const bytes = codec.encodeValue(value).slice();
      expect(codec.readFields(bytes, fields)).toEqual(pruned(codec.decode(bytes), fields));
    }),
    { numRuns: 500, seed: 11 },
  );
});

it('refuses bytes that go on after the value, and bytes that are none', () => {
  const codec = new Codec([]);
  expect(() => codec.readFields(Uint8Array.of(1, 2), true)).toThrow('read to 1');
  expect(() => codec.readFields(Uint8Array.of(0x91, 0xc1), {})).toThrow('begins no value');
});
