import { type LinkLatency, named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { clusterActors } from '../../cluster.js';
import { etcd } from '../../etcd/index.js';
import { controllerManager } from '../controller-manager.js';

const API = named<ApiRequest>('apiserver');
const PLACE = { user: { name: 'admin', groups: ['system:masters'] }, resource: 'configmaps', namespace: 'default' };

const cluster = (latencies: readonly LinkLatency[] = [{ least: 0.1, most: 1 }]) => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager], latencies });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }).filter(({ kind }) => kind !== 'scheduler'));
  simulation.advance(seconds(5));
  const ask = (request: ApiRequest): ApiAnswer => simulation.ask(API, request);
  const made = (name: string): string => {
    const answer = ask({ type: 'create', ...PLACE, fieldManager: 'test', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } as KubernetesObject });
    return answer.type === 'object' ? (answer.object.value.metadata.uid ?? '') : '';
  };
  const own = (name: string, owner: string | undefined, uid = ''): void => {
    const ownerReferences = owner === undefined ? null : [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid, blockOwnerDeletion: true }];
    expect(ask({ type: 'patch', ...PLACE, name, fieldManager: 'test', patchType: 'merge', patch: { metadata: { ownerReferences } } }).type).toBe('object');
  };
  const remove = (name: string, propagationPolicy: 'Foreground' | 'Background'): void => void ask({ type: 'delete', ...PLACE, name, options: { propagationPolicy } });
  const isThere = (name: string): boolean => ask({ type: 'get', ...PLACE, name }).type === 'object';
  return { simulation, made, own, remove, isThere };
};

test('objects that own each other do not wait for each other', () => {
  const { simulation, made, own, remove, isThere } = cluster();
  const uids = ['a', 'b', 'c'].map(made);
  own('a', 'c', uids[2]);
  own('b', 'a', uids[0]);
  own('c', 'b', uids[1]);
  simulation.advance(seconds(1));
  remove('a', 'Foreground');
  simulation.advance(seconds(10));
  expect(['a', 'b', 'c'].filter(isThere)).toEqual([]);
});

test('an object that is let go as its owner ends stays, and one that changes otherwise does not', () => {
  const { simulation, made, own, remove, isThere } = cluster([{ from: 'controller-manager', to: 'apiserver', least: 100, most: 100 }, { least: 0.1, most: 1 }]);
  const uid = made('owner');
  for (const name of ['freed', 'changed']) {
    made(name);
    own(name, 'owner', uid);
  }
  simulation.advance(seconds(5));
  remove('owner', 'Background');
  own('freed', undefined);
  expect(simulation.ask(API, { type: 'patch', ...PLACE, name: 'changed', fieldManager: 'test', patchType: 'merge', patch: { data: { x: 'y' } } }).type).toBe('object');
  simulation.advance(seconds(30));
  expect(['owner', 'freed', 'changed'].filter(isThere)).toEqual(['freed']);
});
