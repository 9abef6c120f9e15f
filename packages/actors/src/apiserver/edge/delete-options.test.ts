import { expect, test } from 'vitest';
import { writeProtobuf } from '../../api/protobuf.js';
import { deleteParameters } from './delete-options.js';
import { Refusal } from './request-options.js';

const NO_QUERY = new URLSearchParams();
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** As client-go's typed clients send them: in the version of what they delete. */
const sentAs = (apiVersion: string): Buffer => {
  const body = Buffer.from(writeProtobuf({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 3, propagationPolicy: 'Orphan' } as never) ?? []);
  // The envelope: type meta with its length, the version with its own, then the rest of it unchanged.
  const [versionAt, version] = [body.indexOf('v1'), Buffer.from(apiVersion)];
  const grown = version.length - 2;
  const out = Buffer.concat([body.subarray(0, versionAt), version, body.subarray(versionAt + 2)]);
  out[versionAt - 1] = version.length;
  out[versionAt - 3] = (out[versionAt - 3] ?? 0) + grown;
  return out;
};

test('options come in the version of any group, as protobuf and as JSON', () => {
  const wanted = { options: { gracePeriodSeconds: 3, propagationPolicy: 'Orphan' }, dryRun: false };
  for (const apiVersion of ['v1', 'apps/v1', 'coordination.k8s.io/v1', 'meta.k8s.io/v1']) {
    expect(deleteParameters(sentAs(apiVersion), PROTOBUF, NO_QUERY), apiVersion).toEqual(wanted);
    expect(deleteParameters(Buffer.from(JSON.stringify({ apiVersion, kind: 'DeleteOptions', gracePeriodSeconds: 3, propagationPolicy: 'Orphan' })), 'application/json', NO_QUERY), apiVersion).toEqual(wanted);
  }
});

test('options of a version that is not served are refused', () => {
  expect(() => deleteParameters(sentAs('foo/v1'), PROTOBUF, NO_QUERY)).toThrow(Refusal);
  expect(() => deleteParameters(Buffer.from('{"apiVersion":"foo/v1","kind":"DeleteOptions"}'), 'application/json', NO_QUERY)).toThrow(Refusal);
});
