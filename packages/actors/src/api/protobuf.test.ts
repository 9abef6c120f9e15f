import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.js';
import { readProtobuf, writeProtobuf } from './protobuf.js';
import { formatGoDuration, parseGoDuration } from './go-duration.js';

interface Recorded {
  readonly name: string;
  /** What client-go sent, and what kube-apiserver 1.36.3 gave back as protobuf and as JSON (normalised, see below). */
  readonly sent: string;
  readonly stored: string;
  readonly json: object;
}

/** The set `api` of the golden cases, representations/protobuf-*: one line per kind. */
const recorded = readFileSync(new URL('../../../../test/golden/api/protobuf.jsonl', import.meta.url), 'utf8')
  .trim().split('\n').map((line) => JSON.parse(line) as Recorded);

/** The recorder replaced what differs from run to run, in JSON and in protobuf in other ways: both sides become the same placeholder. */
const settled = (object: object): unknown =>
  JSON.parse(
    JSON.stringify(object)
      .replace(/"<(uid|rv|gen|ip):\d+>"|"\(volatile\)"|"00000000-0000-0000-0000-000000000000"/g, '"volatile"')
      .replace(/"<nodePort:\d+>"|\b3077[789]\b/g, '30000')
      .replace(/"<(micro)?time>"|"1970-01-01T00:00:01(\.000000)?Z"|"1978-07-04T21:24:16(\.000000)?Z"/g, '"time"'),
    (key, value: unknown) => {
      if (key === 'fieldsV1' && typeof value === 'object') return JSON.stringify(value);
      // The conversion of apps/v1 writes kind and version into claim templates; no message carries them.
      return key === 'volumeClaimTemplates' ? (value as object[]).map((claim) => ({ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim' })) : value;
    },
  );

const objectOf = (base64: string): { readonly apiVersion: string; readonly kind: string } => {
  const read = readProtobuf(decodeBase64(base64));
  if (read.type !== 'object') throw new Error(JSON.stringify(read));
  return read.object;
};

describe('protobuf', () => {
  test('times before 1970, and of the first century, keep what they say', () => {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x' }, spec: { acquireTime: '0001-01-01T00:00:02.000000Z', renewTime: '1960-01-01T00:00:05.500000Z' } };
    expect(readProtobuf(writeProtobuf(lease) ?? new Uint8Array())).toMatchObject({ type: 'object', object: lease });
  });

  test('the recorded cases are all here', () => {
    expect(recorded.length).toBe(60);
  });

  test.each(recorded.map((entry) => [entry.name, entry] as const))('of %s reads as the JSON of the real server and is written back byte for byte', (_name, entry) => {
    const object = objectOf(entry.stored);
    expect(settled(object)).toEqual(settled(entry.json));
    const written = writeProtobuf(object);
    expect(written && encodeBase64(written)).toBe(entry.stored);
  });

  test.each(recorded.map((entry) => [entry.name, entry] as const))('of %s as client-go sends it is written back byte for byte', (_name, entry) => {
    const written = writeProtobuf(objectOf(entry.sent));
    expect(written && encodeBase64(written)).toBe(entry.sent);
  });

  test.each([
    // representations/protobuf-mixed of the golden conversations.
    ['AAAA', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
    ['azhzAA==', 'empty body'],
    ['azhzAAr/////', 'unexpected EOF'],
  ])('%s is refused in the words of the real server', (body, error) => {
    expect(readProtobuf(decodeBase64(body))).toEqual({ type: 'error', error });
  });

  test('options are objects like others', () => {
    expect(objectOf('azhzAAoTCgJ2MRINRGVsZXRlT3B0aW9ucxIMIgpCYWNrZ3JvdW5kGgAiAA==')).toEqual({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' });
  });

  test('a kind that is not served is named', () => {
    const body = decodeBase64(encodeBase64(Uint8Array.of(0x6b, 0x38, 0x73, 0, 0x0a, 7, 0x0a, 2, 0x76, 0x31, 0x12, 1, 0x58)));
    expect(readProtobuf(body)).toEqual({ type: 'unknown-kind', apiVersion: 'v1', kind: 'X' });
  });

  test('durations are those of Go', () => {
    for (const text of ['0s', '1s', '1.5s', '100ms', '1m30s', '2h0m0s', '-5s', '30µs']) expect(formatGoDuration(parseGoDuration(text) ?? NaN)).toBe(text);
    expect(parseGoDuration('1h30m')).toBe(5_400_000_000_000);
    expect(parseGoDuration('x')).toBeUndefined();
  });
});
