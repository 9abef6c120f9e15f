import { Random } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../api/generated/types.js';
import { compileService } from './compiled-service.js';
import { compileSlice } from './compiled-slice.js';
import { parseIp } from './ip-address.js';
import { endpointText } from './route.js';
import { applyChanges, destinationAt, EMPTY_TABLE, isClusterIp, nodePortAt, plainEndpointAt, serviceOf, type ServiceTable, servicesOf, type TableChange } from './service-table.js';

const ip = (text: string) => parseIp(text) ?? expect.fail(text);

const service = (name: string, spec: Partial<Service['spec']>): TableChange => {
  const object: Service = { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name }, spec: { type: 'ClusterIP', ports: [{ port: 80 }], ...spec } };
  return { type: 'service', key: `shop/${name}`, service: compileService(object) };
};

const slice = (owner: string, name: string, hosts: readonly string[], extra: Partial<EndpointSlice> = {}): TableChange => {
  const object: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { namespace: 'shop', name, labels: { 'kubernetes.io/service-name': owner } },
    addressType: 'IPv4', endpoints: hosts.map((host) => ({ addresses: [host] })), ports: [{ name: '', port: 8080 }], ...extra,
  };
  return { type: 'slice', key: `shop/${owner}`, name, slice: compileSlice(object) };
};

const endpointsAt = (table: ServiceTable, address: string, port: number): string[] | undefined => {
  const found = destinationAt(table, ip(address), port, 6);
  return found && found.port.endpoints.endpoints.addresses.map((_, at) => endpointText(found.port.endpoints, at)).sort();
};

/** All that a table says, in an order of its own. */
const contentOf = (table: ServiceTable): string =>
  [...servicesOf(table)]
    .map(({ key, ports, slices }) => `${key} ${slices.map(({ name }) => name)} ${ports.map((port) => `${port.spec.clusterIp}:${port.spec.port} ${port.spec.nodePort} ${port.endpoints.endpoints.addresses} ${port.endpoints.cluster.count}`)}`)
    .sort()
    .join('\n');

describe('the service table', () => {
  it('is the same whatever the order and the grouping of changes that led to it', () => {
    const random = Random.named(11, 'service table');
    for (let run = 0; run < 20; run++) {
      const latest = new Map<string, TableChange>();
      let table = EMPTY_TABLE;
      for (let round = 0; round < 40; round++) {
        const batch: TableChange[] = [];
        for (let i = random.below(6); i >= 0; i--) {
          const at = random.below(12);
          if (random.below(2) === 0) {
            const gone = random.below(4) === 0;
            batch.push(gone ? { type: 'service', key: `shop/s${at}`, service: undefined } : service(`s${at}`, { clusterIP: `10.96.0.${at}`, ports: [{ port: 80, nodePort: 30_000 + at + 100 * random.below(3) }] }));
          } else {
            const name = `s${at}-${random.below(3)}`;
            const hosts = Array.from({ length: random.below(5) }, () => `10.244.${random.below(3)}.${random.below(9)}`);
            batch.push(random.below(4) === 0 ? { type: 'slice', key: `shop/s${at}`, name, slice: undefined } : slice(`s${at}`, name, hosts));
          }
        }
        for (const change of batch) latest.set(change.type === 'service' ? change.key : `${change.key}/${change.name}`, change);
        table = applyChanges(table, batch);
      }
      const atOnce = applyChanges(EMPTY_TABLE, [...latest.values()].reverse());
      expect(contentOf(table)).toBe(contentOf(atOnce));
      expect(table.digests).toEqual(atOnce.digests);
      expect(table.ipv4.size).toBe(atOnce.ipv4.size);
      expect(table.clusterIps.size).toBe(atOnce.clusterIps.size);
      for (let at = 0; at < 12; at++) {
        expect(endpointsAt(table, `10.96.0.${at}`, 80)).toEqual(endpointsAt(atOnce, `10.96.0.${at}`, 80));
        for (let port = 0; port < 3; port++) {
          expect(nodePortAt(table, 4, 30_000 + at + 100 * port, 6)?.port.spec.name).toBe(nodePortAt(atOnce, 4, 30_000 + at + 100 * port, 6)?.port.spec.name);
        }
      }
    }
  });

  it('is empty again when everything has gone', () => {
    const full = applyChanges(EMPTY_TABLE, [service('web', { clusterIP: '10.96.0.1', externalIPs: ['203.0.113.1'] }), slice('web', 'web-a', ['10.244.0.1'])]);
    const empty = applyChanges(full, [{ type: 'service', key: 'shop/web', service: undefined }, { type: 'slice', key: 'shop/web', name: 'web-a', slice: undefined }]);
    expect([empty.services.size, empty.ipv4.size, empty.clusterIps.size, empty.ipv6.size]).toEqual([0, 0, 0, 0]);
    expect(empty.digests).toEqual(EMPTY_TABLE.digests);
    expect(destinationAt(full, ip('203.0.113.1'), 80, 6)?.reach).toBe('externalIP');
  });

  it('shares every page but a few with the table before a change of one slice', () => {
    const changes: TableChange[] = [];
    for (let i = 0; i < 5000; i++) {
      const name = `web-${i}`;
      changes.push(service(name, { clusterIP: `10.96.${i >> 8}.${i & 255}` }), slice(name, `${name}-a`, [`10.244.${i >> 8}.${i & 255}`]));
    }
    const before = applyChanges(EMPTY_TABLE, changes);
    const after = applyChanges(before, [slice('web-77', 'web-77-a', ['10.244.0.77', '10.244.99.1'])]);
    expect(endpointsAt(after, '10.96.0.77', 80)).toEqual(['10.244.0.77:8080', '10.244.99.1:8080']);
    expect(endpointsAt(before, '10.96.0.77', 80)).toEqual(['10.244.0.77:8080']);
    expect(new Set(after.ipv4.pages.filter((page, at) => page !== before.ipv4.pages[at])).size).toBe(1);
    expect(new Set(after.services.pages.filter((page, at) => page !== before.services.pages[at])).size).toBe(1);
    expect(after.clusterIps.pages.every((page, at) => page === before.clusterIps.pages[at])).toBe(true);
  });

  it('is the very same after a change that says nothing new', () => {
    const table = applyChanges(EMPTY_TABLE, [service('web', { clusterIP: '10.96.0.1' }), slice('web', 'web-a', ['10.244.0.1'])]);
    const annotated = slice('web', 'web-a', ['10.244.0.1'], { metadata: { namespace: 'shop', name: 'web-a', labels: { 'kubernetes.io/service-name': 'web' }, annotations: { note: 'x' } } });
    expect(applyChanges(table, [annotated, service('web', { clusterIP: '10.96.0.1', selector: { app: 'web' } })])).toBe(table);
  });

  it('gives an address that two services claim to the first by name, and to the other when that goes', () => {
    const shared = { externalIPs: ['203.0.113.9'] };
    const claims = [service('b', { clusterIP: '10.96.0.2', ...shared }), service('a', { clusterIP: '10.96.0.1', ...shared })];
    for (const order of [claims, claims.toReversed()]) {
      const table = applyChanges(EMPTY_TABLE, order);
      expect(destinationAt(table, ip('203.0.113.9'), 80, 6)?.port.spec.name).toBe('shop/a');
      const left = applyChanges(table, [{ type: 'service', key: 'shop/a', service: undefined }]);
      expect(destinationAt(left, ip('203.0.113.9'), 80, 6)?.port.spec.name).toBe('shop/b');
      expect(destinationAt(applyChanges(left, [{ type: 'service', key: 'shop/b', service: undefined }]), ip('203.0.113.9'), 80, 6)).toBeUndefined();
    }
  });

  it('knows slices that come before their service and slices that outlive it', () => {
    const orphan = applyChanges(EMPTY_TABLE, [slice('web', 'web-a', ['10.244.0.1'])]);
    expect(serviceOf(orphan, 'shop/web')?.ports).toEqual([]);
    const whole = applyChanges(orphan, [service('web', { clusterIP: '10.96.0.1' })]);
    expect(endpointsAt(whole, '10.96.0.1', 80)).toEqual(['10.244.0.1:8080']);
    const again = applyChanges(whole, [{ type: 'service', key: 'shop/web', service: undefined }]);
    expect(isClusterIp(again, ip('10.96.0.1'))).toBe(false);
    expect(serviceOf(again, 'shop/web')?.slices).toHaveLength(1);
  });

  it('skips headless services, ExternalName and slices of domain names', () => {
    const table = applyChanges(EMPTY_TABLE, [
      service('headless', { clusterIP: 'None' }),
      service('alias', { type: 'ExternalName', externalName: 'example.com' }),
      slice('web', 'web-names', [], { addressType: 'FQDN', endpoints: [{ addresses: ['example.com'] }] }),
    ]);
    expect(table).toBe(EMPTY_TABLE);
  });

  it('joins the slices of a service and keeps the endpoint that does not terminate where one stands in two', () => {
    const moving = slice('web', 'web-b', [], { endpoints: [{ addresses: ['10.244.0.1'], conditions: { ready: false, serving: true, terminating: true } }, { addresses: ['10.244.0.2'] }] });
    const table = applyChanges(EMPTY_TABLE, [service('web', { clusterIP: '10.96.0.1' }), moving, slice('web', 'web-c', ['10.244.0.1', '10.244.0.3'])]);
    expect(endpointsAt(table, '10.96.0.1', 80)).toEqual(['10.244.0.1:8080', '10.244.0.2:8080', '10.244.0.3:8080']);
    expect(destinationAt(table, ip('10.96.0.1'), 80, 6)?.port.endpoints.cluster.count).toBe(3);
  });

  it('joins a port with the slice ports of its name and protocol alone', () => {
    const ports = [{ name: 'dns', port: 53, protocol: 'UDP' }, { name: 'dns-tcp', port: 53, protocol: 'TCP' }, { name: 'metrics', port: 9153, protocol: 'TCP' }];
    const table = applyChanges(EMPTY_TABLE, [
      service('dns', { clusterIP: '10.96.0.10', ports }),
      slice('dns', 'dns-a', ['10.244.0.1'], { ports: [{ name: 'dns', port: 5353, protocol: 'UDP' }, { name: 'dns-tcp', port: 5354, protocol: 'TCP' }] }),
    ]);
    const texts = (port: number, protocol: number) => {
      const { endpoints } = (destinationAt(table, ip('10.96.0.10'), port, protocol) ?? expect.fail()).port;
      return endpoints.endpoints.addresses.map((_, at) => endpointText(endpoints, at));
    };
    expect([texts(53, 17), texts(53, 6), texts(9153, 6)]).toEqual([['10.244.0.1:5353'], ['10.244.0.1:5354'], []]);
  });

  it('finds an endpoint of a plain service by its address alone, and leaves all others to the rules', () => {
    const random = Random.named(5, 'plain');
    const hosts = ['10.244.0.1', '10.244.0.2', '200.244.0.3'];
    const at = (spec: Partial<Service['spec']>, changes: readonly TableChange[] = [slice('web', 'web-a', hosts)]) =>
      plainEndpointAt(applyChanges(EMPTY_TABLE, [service('web', { clusterIP: '10.96.0.1', ...spec }), ...changes]), ip('10.96.0.1') as number, 80, 6, random);
    const seen = new Set(Array.from({ length: 60 }, () => at({})));
    expect(seen).toEqual(new Set(hosts.map((host) => ((ip(host) as number) >>> 0) * 65536 + 8080)));
    expect(at({ sessionAffinity: 'ClientIP' })).toBe(-1);
    expect(at({ internalTrafficPolicy: 'Local' })).toBe(-1);
    expect(at({}, [])).toBe(-1);
    expect(at({ ports: [{ port: 81 }] })).toBe(-1);
    const hinted = slice('web', 'web-a', [], { endpoints: [{ addresses: ['10.244.0.1'], hints: { forZones: [{ name: 'z' }] } }] });
    expect(at({}, [hinted])).toBe(-1);
    const draining = slice('web', 'web-a', [], { endpoints: [{ addresses: ['10.244.0.1'], conditions: { ready: false, serving: true, terminating: true } }, { addresses: ['10.244.0.2'], conditions: { ready: false } }] });
    expect(at({}, [draining])).toBe(((ip('10.244.0.1') as number) >>> 0) * 65536 + 8080);
  });
});
