import { Encoded, type FeedEntry } from '@naumachia/core';
import { describe, expect, it, vi } from 'vitest';
import type { EndpointSlice, Service } from '../api/generated/types.js';
import type { ObjectHeader } from '../api/object.js';
import type { Stored } from '../api/requests.js';
import { EMPTY_TABLE, serviceOf, type ServiceTable } from './service-table.js';
import { tableAfterFeed, tableAfterList } from './table-derivation.js';

const SLICES = 'endpointslices.discovery.k8s.io';

const stored = (resource: string, name: string, revision: number, value: Service | EndpointSlice, change: ObjectHeader['change'] = 'updated'): Stored => {
  const labels = value.metadata.labels;
  return Encoded.ofValue<ObjectHeader, Service | EndpointSlice>({ resource, namespace: 'shop', name, uid: name, change, keys: [], revision, createRevision: 1, ...(labels && { labels }) }, value) as Stored;
};

const service = (name: string, revision: number, clusterIP: string, change?: ObjectHeader['change'], labels?: Record<string, string>): Stored =>
  stored('services', name, revision, { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name, ...(labels && { labels }) }, spec: { clusterIP, ports: [{ port: 80 }] } }, change);

const slice = (owner: string, revision: number, hosts: readonly string[], change?: ObjectHeader['change'], triggerTime?: string): Stored =>
  stored(SLICES, `${owner}-x`, revision, {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { namespace: 'shop', name: `${owner}-x`, labels: { 'kubernetes.io/service-name': owner }, ...(triggerTime !== undefined && { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': triggerTime } }) },
    addressType: 'IPv4', endpoints: hosts.map((host) => ({ addresses: [host] })), ports: [{ name: '', port: 8080 }],
  }, change);

const feed = (...objects: readonly Stored[]): FeedEntry[] => objects.map((value) => ({ revision: value.header.revision, keys: [], value: value as Encoded }));

const start = (): ServiceTable => tableAfterList(tableAfterList(EMPTY_TABLE, 'services', [service('web', 5, '10.96.0.1')]), SLICES, [slice('web', 6, ['10.244.0.1'])]);

describe('tables that all proxies of a host derive alike', () => {
  it('take in what a batch says last of an object, and do not decode what it said before', () => {
    const [former, last] = [slice('web', 10, ['10.244.0.2']), slice('web', 11, ['10.244.0.3'])];
    const decoded = vi.spyOn(former, 'value', 'get');
    const { table } = tableAfterFeed(start(), feed(former, last));
    expect(table).toBe(tableAfterFeed(start(), feed(last)).table);
    expect(decoded).not.toHaveBeenCalled();
  });

  it('are one table for one batch', () => {
    const batch = feed(slice('web', 9, ['10.244.0.2']));
    const first = tableAfterFeed(start(), batch);
    tableAfterFeed(EMPTY_TABLE, feed(service('other', 8, '10.96.0.9')));
    expect(tableAfterFeed(start(), batch)).toBe(first);
  });

  it('are one table for equal lists of other objects, as different hosts and revisions give them', () => {
    expect(start()).toBe(start());
  });

  it('are one table however the feeds were cut into batches and in whatever order they came', () => {
    const [a, b, c] = [slice('web', 10, ['10.244.0.2']), service('api', 11, '10.96.0.2'), slice('web', 12, ['10.244.0.3'])] as const;
    const byThree = tableAfterFeed(tableAfterFeed(tableAfterFeed(start(), feed(a)).table, feed(b)).table, feed(c)).table;
    const services = tableAfterFeed(start(), feed(b)).table;
    expect(tableAfterFeed(services, feed(a, c)).table).toBe(byThree);
    expect(tableAfterFeed(start(), feed(a, b, c)).table).toBe(byThree);
    expect(tableAfterList(tableAfterList(EMPTY_TABLE, 'services', [b, service('web', 5, '10.96.0.1')]), SLICES, [c])).toBe(byThree);
  });

  it('are the former table after a change that says nothing of addresses', () => {
    const table = start();
    const { table: after, triggers } = tableAfterFeed(table, feed(slice('web', 20, ['10.244.0.1'], 'updated', '2026-01-01T00:00:05Z')));
    expect(after).toBe(table);
    expect(triggers).toEqual([]);
  });

  it('come with the trigger times of what changed and was not deleted', () => {
    const triggered = feed(slice('web', 20, ['10.244.0.7'], 'updated', '2026-01-01T00:00:05.250000000Z'), slice('api', 21, ['10.244.0.8']), slice('gone', 22, [], 'deleted', '2026-01-01T00:00:06Z'));
    expect(tableAfterFeed(start(), triggered).triggers).toEqual([Date.UTC(2026, 0, 1, 0, 0, 5, 250)]);
  });

  it('lose what a later list does not hold', () => {
    const table = tableAfterFeed(start(), feed(service('api', 11, '10.96.0.2'), slice('api', 12, ['10.244.0.9']))).table;
    const listed = tableAfterList(table, 'services', [service('api', 11, '10.96.0.2')]);
    expect(serviceOf(listed, 'shop/web')?.service).toBeUndefined();
    expect(serviceOf(listed, 'shop/web')?.slices).toHaveLength(1);
    const both = tableAfterList(listed, SLICES, []);
    expect(serviceOf(both, 'shop/web')).toBeUndefined();
    expect(serviceOf(both, 'shop/api')?.slices).toEqual([]);
    expect(tableAfterList(tableAfterList(both, 'services', []), SLICES, [])).toBe(EMPTY_TABLE);
  });

  it('leave out what is labelled for another proxy, also when the label comes later', () => {
    const foreign = { 'service.kubernetes.io/service-proxy-name': 'mesh' };
    expect(tableAfterList(EMPTY_TABLE, 'services', [service('web', 5, '10.96.0.1', 'created', foreign)])).toBe(EMPTY_TABLE);
    const labelled = tableAfterFeed(start(), feed(service('web', 30, '10.96.0.1', 'updated', foreign))).table;
    expect(serviceOf(labelled, 'shop/web')?.service).toBeUndefined();
  });

  it('forget a service that is deleted', () => {
    const table = tableAfterFeed(start(), feed(service('web', 30, '10.96.0.1', 'deleted'), slice('web', 31, ['10.244.0.1'], 'deleted'))).table;
    expect(table).toBe(EMPTY_TABLE);
  });

  it('decode the same bytes once, and tell other bytes of one uid and revision apart', () => {
    const received = (stored: Stored): Stored => Encoded.ofBytes<ObjectHeader, never>(stored.header, stored.bytes) as Stored;
    const original = service('web', 40, '10.96.0.40');
    const first = tableAfterList(EMPTY_TABLE, 'services', [received(original)]);
    const again = received(original);
    const decoded = vi.spyOn(again, 'value', 'get');
    expect(tableAfterList(EMPTY_TABLE, 'services', [again])).toBe(first);
    expect(decoded).not.toHaveBeenCalled();
    const twin = tableAfterList(EMPTY_TABLE, 'services', [received(service('web', 40, '10.96.0.41'))]);
    expect(serviceOf(twin, 'shop/web')?.ports[0]?.spec.clusterIp).not.toBe(serviceOf(first, 'shop/web')?.ports[0]?.spec.clusterIp);
  });
});
