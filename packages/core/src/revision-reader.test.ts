import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundDecodedValues, codec, Encoded, learnStructures, useStructures } from './index.js';
import { RecordReader } from './record-reader.js';
import { type Marks, RecordWriter, type Written } from './record-writer.js';
import { type Revision, RevisionReader } from './revision-reader.js';
import { packr, parts as anyParts, structures } from './testing/plain-data.js';

const newReader = (): RevisionReader => new RevisionReader(new RecordReader(structures, (bytes) => packr.unpack(bytes), () => undefined));

describe('RevisionReader', () => {
  it('reads a revision as it is, whatever it shares with the former one', () => {
    const [reader, writer] = [newReader(), new RecordWriter(structures)];
    fc.assert(fc.property(anyParts, fc.array(fc.nat(255), { minLength: 2, maxLength: 8 }), (parts, picks) => {
      let former: Written | undefined;
      for (const pick of picks) {
        const one = parts[pick % parts.length] as (typeof parts)[number];
        const other = parts[(pick >> 2) % parts.length] as (typeof parts)[number];
        const next = { a: { a: one.a, b: [other.b, ...(pick & 64 ? [other.a] : []), one.b, ...other.a] }, b: pick % 3 ? one : other.b, c: one.c };
        const bytes = Uint8Array.from(packr.pack(next));
        const { value, marks } = reader.read(bytes, former);
        expect(value).toEqual(packr.unpack(bytes));
        // What the writer makes of these marks tells whether they are right.
        former = marks && { marks, bytes, start: 0 };
        const again = writer.writeTwo(0, (former as Written).marks.objects[0], former) as Uint8Array;
        expect(Buffer.from(again.subarray(3)).equals(bytes)).toBe(true);
      }
    }), { numRuns: 60, seed: 1 });
  });

  it('goes on as a new one after bytes that it refused', () => {
    const [reader, fresh] = [newReader(), newReader()];
    const [bytes, next] = [1, 7].map((a) => Uint8Array.from(packr.pack({ a: [{ a: 1 }, { a }], b: { a: [3] }, c: 'x' }))) as [Uint8Array, Uint8Array];
    const former = { marks: reader.read(bytes, undefined).marks as Marks, bytes, start: 0 };
    expect(() => reader.read(next.subarray(0, -2), former)).toThrow();
    expect(reader.read(bytes, undefined)).toEqual(fresh.read(bytes, undefined));
    expect(reader.read(next, former)).toEqual(fresh.read(next, former));
  });

  it('keeps nothing alive of what it read or failed to read', async () => {
    const reader = newReader();
    const bytes = Uint8Array.from(packr.pack({ a: [{ a: 1 }], b: { a: [3] }, c: 'x' }));
    const refs = [false, true].map((isCut) => {
      const { value, marks } = reader.read(bytes, undefined) as Revision & { marks: Marks };
      if (isCut) expect(() => reader.read(bytes.subarray(0, -2), { marks, bytes, start: 0 })).toThrow();
      return new WeakRef(value as object);
    });
    await new Promise(setImmediate);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined]);
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
