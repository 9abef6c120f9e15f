import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { boundDecodedValues, codec, Encoded, learnStructures, useStructures } from './index.js';
import { RecordReader } from './record-reader.js';
import { RecordWriter, type Written } from './record-writer.js';

/** Forty shapes, so that records with ids of one byte and of two occur. */
const structures = [['a'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'c'], ...Array.from({ length: 36 }, (_, i) => [`k${i}`, 'z'])];
const packr = new Packr({ getStructures: () => structures.map((keys) => [...keys]), maxSharedStructures: structures.length, maxOwnStructures: 0, mapsAsObjects: true, useToJSON: false, copyBuffers: true } as object);
const newReader = (): RecordReader => new RecordReader(structures, (bytes) => packr.unpack(bytes), () => undefined);

const text = fc.oneof({ weight: 3, arbitrary: fc.string() }, fc.constantFrom('Running', 'RuntimeDefault', 'x'.repeat(200), 'é'.repeat(30)), fc.string({ unit: 'binary' }), fc.string({ minLength: 40, maxLength: 70 }), fc.integer({ min: 60, max: 70_000 }).map((n) => 'é'.repeat(n % 3) + 'x'.repeat(n)));
const leaf = fc.oneof(text, fc.integer(), fc.nat(300), fc.integer({ min: -40_000, max: 0 }), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.uint8Array());
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'z', 'k1', 'k33', 'k35'), fc.string().filter((name) => name !== '__proto__' && name !== 'constructor'));
const value = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(key, tie('value'), { noNullPrototype: true }), ...structures.slice(0, 6).map((keys) => fc.tuple(...keys.map(() => tie('value'))).map((values) => Object.fromEntries(keys.map((name, i) => [name, values[i]]))))),
})).value;

describe('RecordReader', () => {
  it('reads of any bytes what msgpackr reads', () => {
    const reader = newReader();
    fc.assert(fc.property(value, (each) => {
      const bytes = Uint8Array.from(packr.pack(each));
      expect(reader.read(bytes)).toEqual(packr.unpack(bytes));
    }), { numRuns: 500, seed: 1 });
    for (const each of [new Map([['a', 1]]), new Set([1, 2]), 10n ** 17n, new Date(5), { a: [new Map([['b', 2]])] }]) expect(reader.read(packr.pack(each))).toEqual(packr.unpack(packr.pack(each)));
  });

  it('refuses bytes that are cut off, and bytes that go on after the value', () => {
    const reader = newReader();
    const bytes = Uint8Array.from(packr.pack({ a: ['x'.repeat(80), [1, 2, 3.5], Uint8Array.of(1, 2, 3)], b: { k1: 5, z: -70_000 } }));
    for (let length = 0; length < bytes.length; length++) expect(() => reader.read(bytes.slice(0, length)), `of ${length} bytes`).toThrow();
    expect(() => reader.read(Uint8Array.of(1, 2))).toThrow('read to 1');
    expect(reader.read(bytes)).toEqual(packr.unpack(bytes));
  });

  it('reads a revision as it is, whatever it shares with the former one', () => {
    const [reader, writer] = [newReader(), new RecordWriter(structures)];
    const objects = fc.array(fc.record({ a: fc.array(value, { maxLength: 4 }), b: fc.dictionary(key, value, { noNullPrototype: true }), c: fc.string({ minLength: 1100, maxLength: 1200 }) }), { minLength: 2, maxLength: 6 });
    fc.assert(fc.property(objects, fc.array(fc.nat(255), { minLength: 2, maxLength: 8 }), (parts, picks) => {
      let former: Written | undefined;
      for (const pick of picks) {
        const one = parts[pick % parts.length] as (typeof parts)[number];
        const other = parts[(pick >> 2) % parts.length] as (typeof parts)[number];
        const next = { a: { a: one.a, b: [other.b, ...(pick & 64 ? [other.a] : []), one.b, ...other.a] }, b: pick % 3 ? one : other.b, c: one.c };
        const bytes = Uint8Array.from(packr.pack(next));
        expect(reader.readMarked(bytes, former)).toEqual(packr.unpack(bytes));
        // What the writer makes of these marks tells whether they are right.
        former = reader.marks && { marks: reader.marks, bytes, start: 0 };
        const again = writer.writeTwo(0, (former as Written).marks.objects[0], former) as Uint8Array;
        expect(Buffer.from(again.subarray(3)).equals(bytes)).toBe(true);
      }
    }), { numRuns: 60, seed: 1 });
  });
});

describe('a revision that is decoded after another of its object', () => {
  const pod = { metadata: { name: 'web-1', labels: { app: 'web' }, managedFields: [{ manager: 'kubelet', time: '1' }] }, spec: { containers: [{ name: 'nginx', command: 'x'.repeat(1200) }] }, status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'PodScheduled', status: 'True' }] } };
  const running = { metadata: { ...pod.metadata, managedFields: [{ manager: 'kubelet', time: '2' }] }, spec: pod.spec, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }, pod.status.conditions[1]], podIPs: [{ ip: '10.244.0.7' }] } };
  const received = (uid: string, object: object): Encoded<{ uid: string }, typeof running> => (codec().decode(codec().encode([Encoded.ofValue({ uid }, object)]).slice()) as [Encoded<{ uid: string }, typeof running>])[0];

  it('has the parts that did not change from that one, as long as that one is decoded', () => {
    useStructures(learnStructures([pod, running]));
    const [first, second, other] = [received('1', pod), received('1', running), received('2', running)];
    expect(first.value).toEqual(pod);
    expect([second.value, other.value]).toEqual([running, running]);
    expect(second.value.spec).toBe(first.value.spec);
    expect(second.value.metadata.labels).toBe(first.value.metadata.labels);
    expect(second.value.status.conditions[1]).toBe(first.value.status.conditions[1]);
    expect(other.value.spec).not.toBe(first.value.spec);
    const { spec } = first.value;
    boundDecodedValues(4096);
    const third = received('1', pod);
    expect(third.value).toEqual(pod);
    expect(third.value.spec).not.toBe(spec);
    useStructures([]);
  });
});
