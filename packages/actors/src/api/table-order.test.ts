import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reportDecoding } from './decode-report.js';
import { kindType, type ApiType } from './fields.js';
import { readJson } from './strict-json.js';
import { rebuild, wasGivenEmpty } from './table-order.js';

const typeOf = (apiVersion: string, kind: string): ApiType => {
  const type = kindType(apiVersion, kind);
  if (type === undefined) throw new Error(`no type for ${apiVersion} ${kind}`);
  return type;
};
const pod = typeOf('v1', 'Pod');

/** Answers of kube-apiserver 1.36.3, in the order in which it wrote them: one line per kind. */
const answers = readFileSync(new URL('../../../../test/golden/api/protobuf.jsonl', import.meta.url), 'utf8')
  .trim().split('\n').map((line) => (JSON.parse(line) as { json: { apiVersion: string; kind: string } }).json);

describe('an object in table order', () => {
  test.each(answers.map((answer) => [answer.kind, answer] as const))('a %s of the real server stays as it is, to the last byte', (_kind, answer) => {
    const text = JSON.stringify(answer).replaceAll('"<time>"', '"2026-11-21T13:42:46Z"').replaceAll('"<microtime>"', '"2026-11-21T13:42:46.000001Z"').replace(/"<nodePort:\d+>"/g, '30000');
    const { object, clean } = rebuild(typeOf(answer.apiVersion, answer.kind), JSON.parse(text));
    expect(clean).toBe(true);
    expect(JSON.stringify(object, (key, value: unknown) => (key === 'fieldsV1' && typeof value === 'string' ? JSON.parse(value) : value))).toBe(text);
  });

  test('has the keys of its type in one order, whatever order they came in', () => {
    const { object } = rebuild(pod, { spec: { nodeName: 'n', containers: [{ image: 'i', name: 'c' }] }, metadata: { labels: { b: '1', a: '2' }, name: 'p' }, kind: 'Pod', apiVersion: 'v1' });
    expect(JSON.stringify(object)).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"b":"1","a":"2"}},"spec":{"containers":[{"name":"c","image":"i","resources":{}}],"nodeName":"n"},"status":{}}',
    );
  });

  test('loses empty values that Go leaves out, and keeps those behind pointers', () => {
    const { object, clean } = rebuild(pod, {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: {}, finalizers: [], creationTimestamp: null },
      spec: { containers: [{ name: 'c', stdin: false, command: [], securityContext: {} }], hostNetwork: false, terminationGracePeriodSeconds: 0, nodeName: '', enableServiceLinks: false },
    });
    expect(clean).toBe(true);
    // What was given empty is remembered beside the fields, for messages about what was sent.
    expect(structuredClone(object)).toEqual({
      kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', resources: {}, securityContext: {} }], terminationGracePeriodSeconds: 0, enableServiceLinks: false }, status: {},
    });
    expect(wasGivenEmpty((object.spec as { containers: object[] }).containers[0], 'command')).toBe(true);
  });

  test('has canonical quantities and times', () => {
    const { object } = rebuild(pod, {
      apiVersion: 'v1', kind: 'Pod', metadata: { creationTimestamp: '2026-11-21T15:00:00.5+02:00' },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: 0.5, memory: '1024Mi' } } }] },
    });
    expect(object).toMatchObject({ metadata: { creationTimestamp: '2026-11-21T13:00:00Z' }, spec: { containers: [{ resources: { requests: { cpu: '500m', memory: '1Gi' } } }] } });
  });

  test('does not hold what its type does not know', () => {
    const { object, clean } = rebuild(pod, { apiVersion: 'v1', kind: 'Pod', extra: 1, metadata: { name: 'p', bogus: 1 }, spec: { containers: [{ name: 'c', Image: 'x' }] } });
    expect(clean).toBe(false);
    expect(JSON.stringify(object)).not.toMatch(/extra|bogus|Image/);
  });

  test('shares maps with its source and never changes it', () => {
    const source = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } };
    const frozen = Object.freeze({ ...source, metadata: Object.freeze(source.metadata), data: Object.freeze(source.data) });
    expect(rebuild(typeOf('v1', 'ConfigMap'), frozen).object['data']).toBe(source.data);
  });
});

describe('the report of a decoding', () => {
  const strict = (apiVersion: string, kind: string, text: string): readonly string[] => {
    const read = readJson(text);
    if ('error' in read) throw new Error(read.error);
    return reportDecoding(typeOf(apiVersion, kind), read.value, read.duplicates).strict;
  };

  test('names unknown and duplicate fields in the order of the document', () => {
    // errors/field-validation of the golden conversations.
    expect(strict('v1', 'ConfigMap', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"f0","bogus":1},"data":{"a":"1","a":"2"},"extra":{"x":1}}')).toEqual([
      'unknown field "metadata.bogus"', 'duplicate field "data.a"', 'unknown field "extra"',
    ]);
    expect(
      strict('apps/v1', 'Deployment', '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":[{"name":"c","Image":"x"}],"nope":[{"a":1}]}},"Replicas":3}}'),
    ).toEqual(['unknown field "spec.template.spec.containers[0].Image"', 'unknown field "spec.template.spec.nope"', 'unknown field "spec.Replicas"']);
  });

  const decoding = (apiVersion: string, kind: string, value: unknown): string | undefined => {
    expect(rebuild(typeOf(apiVersion, kind), value).clean).toBe(false);
    return reportDecoding(typeOf(apiVersion, kind), value).error;
  };
  const quantityRule = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  test.each([
    // validation-pods/decoding, validation/* and errors/malformed-yaml of the golden conversations.
    [{ spec: { containers: [{ image: 5 }] } }, 'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string'],
    [{ spec: { containers: 'x' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container'],
    [{ spec: [] }, 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    [{ spec: { terminationGracePeriodSeconds: '5' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64'],
    [{ spec: { terminationGracePeriodSeconds: 1.5 } }, 'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64'],
    [{ spec: { containers: [{ ports: [{ containerPort: 4294967296 }] }] } }, 'json: cannot unmarshal number 4294967296 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32'],
    [{ metadata: { labels: { a: 1 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    [{ spec: { containers: [{ resources: { requests: { cpu: 'many' } } }] } }, quantityRule],
    [{ metadata: { creationTimestamp: 'yesterday' } }, 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'],
  ])('of the pod %j says what the real decoder says', (value, error) => {
    expect(decoding('v1', 'Pod', value)).toBe(error);
  });

  test('a value that ends the decoding wins over earlier errors of types', () => {
    expect(decoding('v1', 'Pod', { metadata: { name: 5 }, spec: { containers: [{ resources: { requests: { cpu: 'many' } } }] } })).toBe(quantityRule);
    expect(decoding('v1', 'ConfigMap', { data: { a: true } })).toBe('json: cannot unmarshal bool into Go struct field ConfigMap.data of type string');
    expect(decoding('coordination.k8s.io/v1', 'Lease', { spec: { renewTime: 'x' } })).toBe('parsing time "x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as "2006"');
  });
});
