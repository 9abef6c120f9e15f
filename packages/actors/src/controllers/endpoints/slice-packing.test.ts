import { Encoded } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Endpoint, EndpointSlice, Service } from '../../api/generated/types.js';
import type { ObjectHeader } from '../../api/object.js';
import type { Stored } from '../../api/requests.js';
import { type DesiredEndpoints, endpointKey, portsKey } from './desired-endpoints.js';
import { packSlices, type SliceChanges } from './slice-packing.js';

const SERVICE: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default', uid: 'uid' }, spec: { clusterIP: '10.96.0.1' } };
const PORTS = [{ name: '', protocol: 'TCP', port: 80 }];

const endpoint = (i: number, ready = true): Endpoint => ({ addresses: [`10.244.${i >> 8}.${i & 255}`], conditions: { ready, serving: ready, terminating: false }, targetRef: { kind: 'Pod', uid: `pod-${i}` }, nodeName: 'node-1' });
const range = (from: number, to: number): readonly Endpoint[] => Array.from({ length: to - from }, (_, i) => endpoint(from + i));

const desired = (endpoints: readonly Endpoint[], ports = PORTS): DesiredEndpoints => ({
  groups: endpoints.length === 0 ? new Map() : new Map([[portsKey(ports), { ports, endpoints: new Map(endpoints.map((found) => [endpointKey(found), found])) }]]),
  incomplete: false,
});

let revision = 0;
const stored = (name: string, value: EndpointSlice): Stored<EndpointSlice> => {
  const header: ObjectHeader = { resource: 'endpointslices.discovery.k8s.io', namespace: 'default', name, uid: name, change: 'updated', keys: [], revision: ++revision, createRevision: 1, ...(value.metadata.labels !== undefined && { labels: value.metadata.labels }) };
  return Encoded.ofValue<ObjectHeader, EndpointSlice>(header, { ...value, metadata: { ...value.metadata, name } });
};

/** The slices after the changes, as the API server would hold them. */
const apply = (slices: readonly Stored<EndpointSlice>[], changes: SliceChanges): readonly Stored<EndpointSlice>[] => [
  ...slices.filter((slice) => !changes.remove.includes(slice)).map((slice) => {
    const update = changes.update.find((change) => change.slice === slice);
    return update === undefined ? slice : stored(slice.header.name, update.value);
  }),
  ...changes.create.map((value, i) => stored(`new-${revision}-${i}`, value)),
];

const pack = (slices: readonly Stored<EndpointSlice>[], endpoints: readonly Endpoint[], ports = PORTS) => packSlices(SERVICE, desired(endpoints, ports), slices, 'IPv4');
const sizes = (slices: readonly Stored<EndpointSlice>[]) => slices.map(({ value }) => (value.endpoints ?? []).length);
const writes = ({ create, update, remove }: SliceChanges) => [create.length, update.length, remove.length];

test('250 endpoints fill three slices of at most 100', () => {
  expect(sizes(apply([], pack([], range(0, 250))))).toEqual([100, 100, 50]);
});

test('a service without endpoints has one empty slice, which is written once', () => {
  const slices = apply([], pack([], []));
  expect(slices[0]?.value).toMatchObject({ endpoints: null, ports: null, metadata: { labels: { 'kubernetes.io/service-name': 'web' } } });
  expect(writes(pack(slices, []))).toEqual([0, 0, 0]);
});

test('the first endpoint is written into the empty slice', () => {
  const empty = apply([], pack([], []));
  const changes = pack(empty, range(0, 1));
  expect(writes(changes)).toEqual([0, 1, 0]);
  expect(apply(empty, changes)[0]?.value).toMatchObject({ ports: PORTS, endpoints: [{ addresses: ['10.244.0.0'] }] });
});

test('nothing is written when nothing changed', () => {
  const slices = apply([], pack([], range(0, 250)));
  expect(writes(pack(slices, range(0, 250)))).toEqual([0, 0, 0]);
});

test('an endpoint that becomes unready changes the one slice that holds it, in its place', () => {
  const slices = apply([], pack([], range(0, 250)));
  const changes = pack(slices, range(0, 250).map((found, i) => (i === 120 ? endpoint(120, false) : found)));
  expect(writes(changes)).toEqual([0, 1, 0]);
  expect(changes.update[0]?.value.endpoints[20]).toEqual(endpoint(120, false));
});

test('new endpoints go into a slice that changes anyway', () => {
  const slices = apply([], pack([], range(0, 250)));
  const changes = pack(slices, [...range(10, 250), ...range(300, 305)]);
  expect(writes(changes)).toEqual([0, 1, 0]);
  expect(sizes(apply(slices, changes))).toEqual([95, 100, 50]);
});

test('a few new endpoints go into the fullest slice with room for all of them', () => {
  const slices = apply(apply([], pack([], range(0, 150))), { create: [], update: [], remove: [] });
  const changes = pack(slices, range(0, 160));
  expect(writes(changes)).toEqual([0, 1, 0]);
  expect(sizes(apply(slices, changes))).toEqual([100, 60]);
});

test('a slice that lost all its endpoints goes', () => {
  const slices = apply([], pack([], range(0, 150)));
  const changes = pack(slices, range(0, 100));
  expect(writes(changes)).toEqual([0, 0, 1]);
});

test('when the ports change the slices are written over', () => {
  const slices = apply([], pack([], range(0, 10)));
  const changes = pack(slices, range(0, 10), [{ name: '', protocol: 'TCP', port: 8080 }]);
  expect(writes(changes)).toEqual([0, 1, 0]);
  expect(changes.update[0]?.value).toMatchObject({ metadata: { name: slices[0]?.header.name }, ports: [{ port: 8080 }] });
});
