import fc from 'fast-check';
import { Packr } from 'msgpackr';

/** Forty shapes, so that records with ids of one byte and of two occur. */
export const structures = [['a'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'c'], ...Array.from({ length: 36 }, (_, i) => [`k${i}`, 'z'])];

/** What readers and writers are compared with. */
export const packr = new Packr({ getStructures: () => structures.map((keys) => [...keys]), maxSharedStructures: structures.length, maxOwnStructures: 0, mapsAsObjects: true, useToJSON: false, copyBuffers: true } as object);

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string() },
  fc.constantFrom('Running', 'RuntimeDefault', 'x'.repeat(200), 'é'.repeat(30)),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 20, maxLength: 70 }),
  fc.string({ unit: 'grapheme', minLength: 25, maxLength: 90 }),
  fc.integer({ min: 60, max: 70_000 }).map((n) => 'é'.repeat(n % 3) + 'x'.repeat(n)),
);
const leaf = fc.oneof(text, fc.integer(), fc.nat(300), fc.integer({ min: -40_000, max: 0 }), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.uint8Array());
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'z', 'k1', 'k33', 'k35'), fc.string().filter((name) => name !== '__proto__' && name !== 'constructor'));

/** Any plain data, of these shapes and of others. */
export const plainData = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(key, tie('value'), { noNullPrototype: true }), ...structures.slice(0, 6).map((keys) => fc.tuple(...keys.map(() => tie('value'))).map((values) => Object.fromEntries(keys.map((name, i) => [name, values[i]]))))),
})).value;

/** Parts for an object large enough to have its parts marked, and for its revisions. */
export const parts = fc.array(fc.record({ a: fc.array(plainData, { maxLength: 4 }), b: fc.dictionary(key, plainData, { noNullPrototype: true }), c: fc.string({ minLength: 1100, maxLength: 1200 }) }), { minLength: 2, maxLength: 6 });
