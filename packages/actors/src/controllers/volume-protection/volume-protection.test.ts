import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { clusterActors } from '../../cluster.js';
import { etcd } from '../../etcd/index.js';
import { controllerManager } from '../controller-manager.js';

const API = named<ApiRequest>('apiserver');
const CLASSES = 'volumeattributesclasses.storage.k8s.io';
const USER = { name: 'admin', groups: ['system:masters'] };

/** No scheduler and no kubelet: pods stay where they are put. */
const cluster = () => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager] });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }).filter(({ kind }) => kind !== 'scheduler'));
  simulation.advance(seconds(5));
  const ask = (request: ApiRequest): ApiAnswer => simulation.ask(API, request);
  const placeOf = (resource: string) => ({ user: USER, resource, namespace: ['persistentvolumes', CLASSES].includes(resource) ? '' : 'default' });
  return {
    create: (resource: string, kind: string, name: string, rest: object): void =>
      expect(ask({ type: 'create', ...placeOf(resource), fieldManager: 'test', object: { apiVersion: resource === CLASSES ? 'storage.k8s.io/v1' : 'v1', kind, metadata: { name }, ...rest } as KubernetesObject }).type).toBe('object'),
    remove: (resource: string, name: string): void => {
      ask({ type: 'delete', ...placeOf(resource), name, options: { gracePeriodSeconds: 0 } });
      simulation.advance(seconds(2));
    },
    isThere: (resource: string, name: string): boolean => ask({ type: 'get', ...placeOf(resource), name }).type === 'object',
    bind: (name: string): void => {
      expect(ask({ type: 'patch', ...placeOf('persistentvolumes'), name, fieldManager: 'test', subresource: 'status', patchType: 'merge', patch: { status: { phase: 'Bound' } } }).type).toBe('object');
    },
    release: (name: string): void => {
      ask({ type: 'patch', ...placeOf('persistentvolumes'), name, fieldManager: 'test', subresource: 'status', patchType: 'merge', patch: { status: { phase: 'Released' } } });
      simulation.advance(seconds(2));
    },
  };
};

const CLAIM = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
const VOLUME = { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } };
const podOf = (claim: string, nodeName?: string) => ({ spec: { ...(nodeName !== undefined && { nodeName }), containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim } }] } });

test('a claim that no pod on a node names goes when it is deleted', () => {
  const { create, remove, isThere } = cluster();
  create('persistentvolumeclaims', 'PersistentVolumeClaim', 'unused', CLAIM);
  create('pods', 'Pod', 'waits', podOf('unused'));
  remove('persistentvolumeclaims', 'unused');
  expect(isThere('persistentvolumeclaims', 'unused')).toBe(false);
});

test('a claim that a pod uses goes with the pod', () => {
  const { create, remove, isThere } = cluster();
  create('persistentvolumeclaims', 'PersistentVolumeClaim', 'used', CLAIM);
  create('pods', 'Pod', 'user', podOf('used', 'node-1'));
  remove('persistentvolumeclaims', 'used');
  expect(isThere('persistentvolumeclaims', 'used')).toBe(true);
  remove('pods', 'user');
  expect(isThere('persistentvolumeclaims', 'used')).toBe(false);
});

test('a volume goes when it is deleted, unless it is bound', () => {
  const { create, remove, isThere, bind, release } = cluster();
  for (const name of ['free', 'bound']) create('persistentvolumes', 'PersistentVolume', name, VOLUME);
  bind('bound');
  remove('persistentvolumes', 'free');
  remove('persistentvolumes', 'bound');
  expect([isThere('persistentvolumes', 'free'), isThere('persistentvolumes', 'bound')]).toEqual([false, true]);
  release('bound');
  expect(isThere('persistentvolumes', 'bound')).toBe(false);
});

test('a class of attributes goes when it is deleted, unless a volume or a claim has it', () => {
  const { create, remove, isThere } = cluster();
  for (const name of ['free', 'claimed', 'had']) create(CLASSES, 'VolumeAttributesClass', name, { driverName: 'd', parameters: { a: 'b' } });
  create('persistentvolumeclaims', 'PersistentVolumeClaim', 'c', { spec: { ...CLAIM.spec, volumeAttributesClassName: 'claimed' } });
  create('persistentvolumes', 'PersistentVolume', 'v', { spec: { capacity: VOLUME.spec.capacity, accessModes: VOLUME.spec.accessModes, csi: { driver: 'd', volumeHandle: 'h' }, volumeAttributesClassName: 'had' } });
  for (const name of ['free', 'claimed', 'had']) remove(CLASSES, name);
  expect(['free', 'claimed', 'had'].filter((name) => isThere(CLASSES, name))).toEqual(['claimed', 'had']);
  remove('persistentvolumeclaims', 'c');
  remove('persistentvolumes', 'v');
  expect(['claimed', 'had'].filter((name) => isThere(CLASSES, name))).toEqual([]);
});
