import type { Stored } from '@naumachia/actors';
import { Encoded, instantOf } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import { outcomeOf, outcomesDiffer } from './outcome.js';
import { World } from './world.js';

interface Given {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

const worldOf = (...objects: readonly (readonly [resource: string, name: string, value: Given])[]): World => {
  const world = new World();
  objects.forEach(([resource, name, value], index) => {
    const revision = index + 1;
    const metadata: { name: string; namespace: string; uid: string; labels?: Record<string, string> } = { name, namespace: 'default', uid: `${name}-${revision}`, ...value.metadata };
    const header: Stored['header'] = { resource, namespace: 'default', name, uid: metadata.uid, change: 'created', keys: [], revision, createRevision: revision, ...(metadata.labels && { labels: metadata.labels }) };
    world.take({ revision, keys: [], value: Encoded.ofValue(header, { apiVersion: 'v1', kind: 'Any', ...value, metadata }) }, instantOf(0));
  });
  return world;
};
const pod = (name: string, value: Given = {}) => ['pods', name, { ...value, metadata: { generateName: 'web-a-', ownerReferences: [{ kind: 'ReplicaSet', name: 'web-a', uid: name }], ...value.metadata } }] as const;
const differ = (here: World, there: World) => outcomesDiffer(outcomeOf(here), outcomeOf(there));

describe('two runs have left the same', () => {
  test('where only chance, times and the way differ', () => {
    const here = worldOf(
      pod('web-a-xxxxx', { spec: { nodeName: 'node-1', volumes: [{ name: 'kube-api-access-abcde' }] }, status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 'now' }] } }),
      ['deployments.apps', 'web', { metadata: { generation: 7, annotations: { 'deployment.kubernetes.io/revision': '3' } }, spec: { replicas: 1 }, status: { replicas: 1, observedGeneration: 7 } }],
      ['replicasets.apps', 'web-old', { spec: { replicas: 0 } }],
      ['services', 'web', { spec: { clusterIP: '10.96.0.1', ports: [{ port: 80, nodePort: 30_001 }] } }],
      ['events', 'web.1', {}],
    );
    const there = worldOf(
      ['services', 'web', { spec: { ports: [{ nodePort: 30_777, port: 80 }], clusterIP: '10.96.0.9' } }],
      ['deployments.apps', 'web', { metadata: { generation: 5, annotations: { 'deployment.kubernetes.io/revision': '2' } }, status: { observedGeneration: 5, replicas: 1 }, spec: { replicas: 1 } }],
      pod('web-a-yyyyy', { spec: { volumes: [{ name: 'kube-api-access-vwxyz' }], nodeName: 'node-2' }, status: { phase: 'Running', podIP: '10.0.0.2', conditions: [{ status: 'True', type: 'Ready' }] } }),
      pod('web-a-zzzzz', { status: { phase: 'Failed', reason: 'Evicted' } }),
    );
    expect(differ(here, there)).toEqual([]);
  });

  test('not if there are more of them, or others', () => {
    const here = worldOf(pod('web-a-xxxxx'), pod('web-a-yyyyy'), ['configmaps', 'mine', {}]);
    expect(differ(here, worldOf(pod('web-a-zzzzz')))).toEqual(['there are 2 pods default/web-a-*; without faults there are 1', 'there are 1 configmaps default/mine; without faults there are 0']);
  });

  test('not if what they ask for or have become differs, and the first such field is named', () => {
    const image = (name: string) => worldOf(pod('web-a-xxxxx', { spec: { containers: [{ image: name }] } }));
    expect(differ(image('nginx:1.27'), image('nginx:1.28'))).toEqual(['pods default/web-a-*: spec.containers.0.image is "nginx:1.27"; without faults it is "nginx:1.28"']);
    const ready = (status: string) => worldOf(pod('web-a-xxxxx', { status: { conditions: [{ type: 'Ready', status }] } }));
    expect(differ(ready('False'), ready('True'))).toEqual(['pods default/web-a-*: status.conditions.Ready is "False"; without faults it is "True"']);
    const labelled = (labels: object) => worldOf(['nodes', 'node-1', { metadata: { labels } }]);
    expect(differ(labelled({ zone: 'a' }), labelled({}))).toEqual(['nodes default/node-1: labels.zone is "a"; without faults it is absent']);
  });

  test('of endpoints if as many are ready, however they are cut into slices', () => {
    const slice = (name: string, ...ready: boolean[]) => ['endpointslices.discovery.k8s.io', name, { metadata: { labels: { 'kubernetes.io/service-name': 'web' } }, endpoints: ready.map((each) => ({ addresses: [name], conditions: { ready: each } })) }] as const;
    expect(differ(worldOf(slice('a', true, true, false)), worldOf(slice('b', true), slice('c', true)))).toEqual([]);
    expect(differ(worldOf(slice('a', true)), worldOf(slice('b', true), slice('c', true)))).toEqual(['ready endpoints of default/web: is 1; without faults it is 2']);
  });
});
