import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PodTemplateSpec } from './generated/types.js';
import { podTemplateHash } from './pod-template-hash.js';

interface Hashed {
  readonly template: PodTemplateSpec;
  /** By k8s.io/api 0.36.3 and go-spew 1.1.2, after a round trip through protobuf as etcd makes it. */
  readonly hash: string;
  /** With a collision count of 3. */
  readonly collided: string;
}

const hashed = readFileSync(new URL('../../../../test/golden/api/pod-template-hashes.jsonl', import.meta.url), 'utf8')
  .trim().split('\n').map((line) => JSON.parse(line) as Hashed);

describe('the hash of a pod template', () => {
  test('is the one that the recorded cluster put into the name of the ReplicaSet', () => {
    // timelines/deploy-create: pods of this template were generated from `web-cfddb6bbd-`.
    const container = { name: 'c', image: 'nginx:1.27', resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent' };
    const template: PodTemplateSpec = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [container], restartPolicy: 'Always', terminationGracePeriodSeconds: 2, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler' },
    };
    expect(podTemplateHash(template)).toBe('cfddb6bbd');
  });

  test.each(hashed.map((entry, index) => [index, entry] as const))('is that of Go for template %i, with and without collisions', (_index, { template, hash, collided }) => {
    expect(podTemplateHash(template)).toBe(hash);
    expect(podTemplateHash(template, 3)).toBe(collided);
  });

  test('does not depend on the order of keys', () => {
    const one = { metadata: { labels: { a: '1', b: '2' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const two = { spec: { containers: [{ image: 'i', name: 'c' }] }, metadata: { labels: { b: '2', a: '1' } } };
    expect(podTemplateHash(one)).toBe(podTemplateHash(two));
    expect(podTemplateHash({ ...one, spec: { containers: [{ name: 'c', image: 'j' }] } })).not.toBe(podTemplateHash(one));
  });
});
