import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Pod } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Stored } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { clusterActors } from '../../cluster.js';
import { etcd } from '../../etcd/index.js';
import { controllerManager } from '../controller-manager.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };

/** No scheduler and no kubelet: pods stay as they are made. */
const cluster = (config: object = {}) => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager] });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }).filter(({ kind }) => kind !== 'scheduler').map((spec) => (spec.kind === 'controller-manager' ? { ...spec, config: { ...(spec.config as object), ...config } } : spec)));
  simulation.advance(seconds(5));
  const ask = (request: ApiRequest): ApiAnswer => simulation.ask(API, request);
  const create = (resource: string, object: KubernetesObject, namespace = 'default'): void => {
    expect(ask({ type: 'create', user: USER, fieldManager: 'test', resource, namespace, object: namespace === '' ? object : { ...object, metadata: { ...object.metadata, namespace } } }).type).toBe('object');
  };
  const pod = (name: string, spec: object = {}): void => create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } });
  const finish = (name: string): void => {
    expect(ask({ type: 'patch', user: USER, fieldManager: 'test', resource: 'pods', namespace: 'default', name, subresource: 'status', patchType: 'merge', patch: { status: { phase: 'Succeeded' } } }).type).toBe('object');
  };
  const names = (): string[] => {
    const answer = ask({ type: 'list', user: USER, resource: 'pods', namespace: 'default' });
    return answer.type === 'list' ? answer.items.map(({ header }) => header.name) : [];
  };
  const get = (name: string): Stored | undefined => {
    const answer = ask({ type: 'get', user: USER, resource: 'pods', namespace: 'default', name });
    return answer.type === 'object' ? answer.object : undefined;
  };
  return { simulation, ask, create, pod, finish, names, get };
};

test('a pod of a node that is gone fails and goes once the node was missed for forty seconds', () => {
  const { simulation, create, pod, names, get, ask } = cluster();
  create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }, '');
  pod('held', { nodeName: 'gone' });
  pod('kept', { nodeName: 'node-1' });
  ask({ type: 'patch', user: USER, fieldManager: 'test', resource: 'pods', namespace: 'default', name: 'held', patchType: 'merge', patch: { metadata: { finalizers: ['example.com/look'] } } });
  simulation.advance(seconds(39));
  expect(get('held')?.value.metadata.deletionTimestamp).toBeUndefined();
  simulation.advance(seconds(45));
  const held = get('held')?.value as unknown as Pod;
  expect(held.status?.phase).toBe('Failed');
  expect(held.status?.conditions).toMatchObject([{ type: 'DisruptionTarget', status: 'True', lastProbeTime: null, reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }]);
  expect(held.metadata.deletionTimestamp).toBeDefined();
  expect(names()).toContain('kept');
});

test('a pod that is deleted before it has a node goes at once', () => {
  const { simulation, pod, names, ask } = cluster();
  pod('waiting', { terminationGracePeriodSeconds: 30 });
  ask({ type: 'delete', user: USER, resource: 'pods', namespace: 'default', name: 'waiting' });
  simulation.advance(seconds(25));
  expect(names()).toEqual([]);
});

test('of finished pods beyond the threshold the oldest go', () => {
  const { simulation, pod, finish, names } = cluster({ terminatedPodThreshold: 2 });
  for (const name of ['a', 'b', 'c', 'd']) {
    pod(name);
    finish(name);
    simulation.advance(seconds(1));
  }
  pod('runs');
  simulation.advance(seconds(25));
  expect(names()).toEqual(['c', 'd', 'runs']);
});
