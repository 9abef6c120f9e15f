import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Pod } from '../../api/generated/types.js';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { clusterActors } from '../../cluster.js';
import { etcd } from '../../etcd/index.js';
import { controllerManager } from '../controller-manager.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };
const NAMESPACE = 'default';

/** No scheduler and no kubelet: pods stay as they are made. */
const cluster = () => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager] });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }).filter(({ kind }) => kind !== 'scheduler'));
  simulation.advance(seconds(5));
  const ask = (request: ApiRequest): ApiAnswer => simulation.ask(API, request);
  const marked = (name: string, reason: string, phase = 'Running'): void => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    expect(ask({ type: 'create', user: USER, fieldManager: 'test', resource: 'pods', namespace: NAMESPACE, object: pod }).type).toBe('object');
    const lastTransitionTime = new Date(simulation.now).toISOString().replace(/\.\d+Z$/, 'Z');
    const status = { phase, conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime, reason, message: 'about to go' }] };
    expect(ask({ type: 'patch', user: USER, fieldManager: 'test', resource: 'pods', namespace: NAMESPACE, name, subresource: 'status', patchType: 'strategic', patch: { status } }).type).toBe('object');
  };
  const condition = (name: string) => {
    const answer = ask({ type: 'get', user: USER, resource: 'pods', namespace: NAMESPACE, name });
    return answer.type === 'object' ? (answer.object.value as unknown as Pod).status?.conditions?.find(({ type }) => type === 'DisruptionTarget') : undefined;
  };
  return { simulation, marked, condition };
};

test('a pod that nobody deletes within two minutes is no longer about to be disrupted', () => {
  const { simulation, marked, condition } = cluster();
  marked('spared', 'DeletionByTaintManager');
  simulation.advance(seconds(115));
  expect(condition('spared')).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' });
  simulation.advance(seconds(10));
  const now = condition('spared');
  expect(now).toMatchObject({ status: 'False' });
  expect(now).not.toHaveProperty('reason');
  expect(now).not.toHaveProperty('message');
});

test('what the kubelet says, and what has come to an end, stays as it is', () => {
  const { simulation, marked, condition } = cluster();
  marked('evicted', 'TerminationByKubelet');
  marked('ended', 'DeletionByTaintManager', 'Failed');
  simulation.advance(seconds(300));
  expect(condition('evicted')?.status).toBe('True');
  expect(condition('ended')?.status).toBe('True');
});
