import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { EndpointSlice } from '../../api/generated/types.js';
import type { KubernetesObject } from '../../api/object.js';
import type { ApiRequest, Stored } from '../../api/requests.js';
import { apiserver } from '../../apiserver/index.js';
import { clusterActors } from '../../cluster.js';
import { etcd } from '../../etcd/index.js';
import { scheduler } from '../../scheduler/index.js';
import { controllerManager } from '../controller-manager.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };

const cluster = () => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager, scheduler] });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }));
  simulation.advance(seconds(5));
  const create = (resource: string, object: KubernetesObject): void => {
    const answer = simulation.ask(API, { type: 'create', user: USER, fieldManager: 'test', resource, namespace: 'default', object: { ...object, metadata: { ...object.metadata, namespace: 'default' } } });
    expect(answer.type).toBe('object');
    simulation.advance(seconds(1));
  };
  const patch = (resource: string, name: string, change: unknown): void => {
    expect(simulation.ask(API, { type: 'patch', user: USER, fieldManager: 'test', resource, namespace: 'default', name, patchType: 'merge', patch: change }).type).toBe('object');
    simulation.advance(seconds(1));
  };
  const remove = (resource: string, name: string): void => {
    simulation.ask(API, { type: 'delete', user: USER, resource, namespace: 'default', name, options: { propagationPolicy: 'Background' } });
    simulation.advance(seconds(5));
  };
  const slices = (): readonly Stored<EndpointSlice>[] => {
    const answer = simulation.ask(API, { type: 'list', user: USER, resource: 'endpointslices.discovery.k8s.io', namespace: 'default' });
    return answer.type === 'list' ? (answer.items as readonly Stored<EndpointSlice>[]).filter(({ header }) => header.name !== 'kubernetes') : [];
  };
  return { create, patch, remove, slices };
};

const service = (spec: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec: { ports: [{ port: 5432 }], ...spec } });
const endpoints = (addresses: readonly string[], metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'db', ...metadata }, subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'pg', port: 5432 }] }],
});
const addressesIn = (slices: readonly Stored<EndpointSlice>[]): string[] => slices.flatMap(({ value }) => (value.endpoints ?? []).flatMap(({ addresses }) => addresses)).sort();

test('endpoints that somebody keeps by hand are mirrored into a slice', () => {
  const { create, slices } = cluster();
  create('services', service({}));
  create('endpoints', endpoints(['192.0.2.1', '192.0.2.2'], { labels: { tier: 'data' } }));
  const [slice, ...more] = slices();
  expect(more).toEqual([]);
  expect(slice?.value).toMatchObject({
    metadata: {
      generateName: 'db-',
      labels: { tier: 'data', 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'db', controller: true, blockOwnerDeletion: true }],
    },
    addressType: 'IPv4',
    ports: [{ name: 'pg', protocol: 'TCP', port: 5432 }],
  });
  expect(slice?.value.endpoints).toEqual([{ addresses: ['192.0.2.1'], conditions: { ready: true } }, { addresses: ['192.0.2.2'], conditions: { ready: true } }]);
});

test('a change of the endpoints changes the slice, and both families have their own', () => {
  const { create, patch, slices } = cluster();
  create('services', service({}));
  create('endpoints', endpoints(['192.0.2.1']));
  const [first] = slices();
  patch('endpoints', 'db', { subsets: [{ addresses: [{ ip: '192.0.2.9' }, { ip: '2001:db8::1' }], notReadyAddresses: [{ ip: '192.0.2.7' }], ports: [{ name: 'pg', port: 5432 }] }] });
  const found = slices();
  expect(addressesIn(found)).toEqual(['192.0.2.7', '192.0.2.9', '2001:db8::1']);
  expect(found.map(({ value }) => value.addressType).sort()).toEqual(['IPv4', 'IPv6']);
  expect(found.some(({ header }) => header.name === first?.header.name)).toBe(true);
  expect(found.flatMap(({ value }) => value.endpoints ?? []).find(({ addresses }) => addresses[0] === '192.0.2.7')?.conditions?.ready).toBe(false);
});

test.each([
  ['say that they are not to be', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, {}],
  ['are a leader election', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, {}],
])('endpoints that %s are not mirrored', (_what, metadata, spec) => {
  const { create, slices } = cluster();
  create('services', service(spec));
  create('endpoints', endpoints(['192.0.2.1'], metadata));
  expect(slices()).toEqual([]);
});

test('endpoints without a service are mirrored once it comes, and no more once it goes', () => {
  const { create, remove, slices } = cluster();
  create('endpoints', endpoints(['192.0.2.1']));
  expect(slices()).toEqual([]);
  create('services', service({}));
  expect(addressesIn(slices())).toEqual(['192.0.2.1']);
  remove('services', 'db');
  expect(slices()).toEqual([]);
});
