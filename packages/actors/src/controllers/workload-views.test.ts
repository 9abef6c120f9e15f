import { Encoded } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Deployment, PodSpec, ReplicaSet } from '../api/generated/types.js';
import type { Stored } from '../api/requests.js';
import { deploymentView, replicaSetView } from './workload-views.js';

const header = { resource: 'deployments.apps', namespace: 'default', name: 'web', uid: 'u', revision: 1, change: 'created', labels: {} };
const stored = <T>(value: object): Stored<T> => Encoded.ofValue(header, value) as unknown as Stored<T>;
const deployment = (spec: object): Stored<Deployment> => stored({ metadata: { name: 'web', generation: 1 }, spec: { selector: {}, template: { metadata: { labels: { app: 'web' } }, spec } } });
const set = (spec: object): Stored<ReplicaSet> => stored({ metadata: { name: 'web-1', generation: 1 }, spec: { selector: {}, template: { metadata: { labels: { app: 'web', 'pod-template-hash': '1' } }, spec } } });

const container = { name: 'c', image: 'nginx', resources: { limits: { cpu: '1', memory: '1Gi' } } };
const spec: PodSpec = { containers: [container], restartPolicy: 'Always', terminationGracePeriodSeconds: 1, nodeSelector: { a: '1', b: '2' } };

test('a template and that of its set are equal in whatever order their fields and keys were written', () => {
  const { signature } = replicaSetView(set(spec), undefined);
  const inOtherOrder = { nodeSelector: { b: '2', a: '1' }, terminationGracePeriodSeconds: 1, restartPolicy: 'Always', containers: [{ resources: { limits: { memory: '1Gi', cpu: '1' } }, image: 'nginx', name: 'c' }] };
  expect(deploymentView(deployment(inOtherOrder), undefined).signature).toBe(signature);
});

test('templates that differ have different signatures', () => {
  const { signature } = replicaSetView(set(spec), undefined);
  for (const other of [{ ...spec, terminationGracePeriodSeconds: 2 }, { ...spec, containers: [{ ...container, image: 'nginx:2' }] }, { ...spec, nodeSelector: { a: '1' } }]) {
    expect(deploymentView(deployment(other), undefined).signature).not.toBe(signature);
  }
});
