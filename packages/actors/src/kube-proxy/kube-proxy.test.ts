import { type Address, type ActorContext, type Caller, defineActor, Encoded, type FeedEntry, instantOf, type Message, milliseconds, named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Node, Service } from '../api/generated/types.js';
import type { KubernetesObject, ObjectHeader } from '../api/object.js';
import type { ListRequest, Stored } from '../api/requests.js';
import { kubeProxy } from './kube-proxy.js';
import type { KubeProxyConfig, KubeProxyState } from './kube-proxy-state.js';
import type { ProxyMetricsRequest, RouteReply, RouteRequest } from './messages.js';
import { delayQuantile } from './programming-delay.js';

/** Stands for the API server: it lists what it has and publishes what it is told. */
interface FakeServer {
  readonly objects: Map<string, Stored>;
  revision: number;
  lists: number;
}
type FakeMessage = ListRequest | { readonly type: 'write'; readonly objects: readonly KubernetesObject[]; readonly change: ObjectHeader['change'] };

const RESOURCES: Readonly<Record<string, string>> = { Service: 'services', EndpointSlice: 'endpointslices.discovery.k8s.io', Node: 'nodes' };

const write = (state: FakeServer, objects: readonly KubernetesObject[], change: ObjectHeader['change'], context: ActorContext): void => {
  for (const object of objects) {
    const { name = '', namespace = '', labels } = object.metadata;
    const resource = RESOURCES[object.kind] ?? '';
    const keys = object.kind === 'Node' ? [`metadata.name=${name}`] : [];
    const value = Encoded.ofValue<ObjectHeader, KubernetesObject>({ resource, namespace, name, uid: name, change, keys, revision: ++state.revision, createRevision: 1, ...(labels && { labels }) }, object);
    if (change === 'deleted') state.objects.delete(`${resource}/${namespace}/${name}`);
    else state.objects.set(`${resource}/${namespace}/${name}`, value);
    context.publish(resource, [{ revision: state.revision, keys, value: value as Encoded } satisfies FeedEntry]);
  }
};

const fakeServer = defineActor<{ readonly objects: readonly KubernetesObject[]; readonly limit: number }, FakeServer, FakeMessage>({
  kind: 'apiserver',
  start: ({ objects, limit }, context) => {
    const state: FakeServer = { objects: new Map(), revision: 100, lists: 0 };
    for (const resource of Object.values(RESOURCES)) context.openFeed(resource, 100, { limit });
    write(state, objects, 'created', context);
    return state;
  },
  receive: {
    list: (state, { resource, fieldSelector }, context) => {
      state.lists++;
      const items = [...state.objects.values()].filter(({ header }) => header.resource === resource && (fieldSelector === undefined || header.keys.includes(fieldSelector)));
      context.reply(context.caller as Caller, { type: 'list', revision: state.revision, items } as Message);
    },
    write: (state, { objects, change }, context) => write(state, objects, change, context),
  },
});

const node = (name: string, index: number): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': 'zone-1' } },
  spec: { podCIDRs: [`10.244.${index}.0/24`] }, status: { addresses: [{ type: 'InternalIP', address: `172.16.0.${index}` }, { type: 'Hostname', address: name }] },
});

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name: 'web' }, spec: { type: 'NodePort', clusterIP: '10.96.0.7', ports: [{ port: 80, nodePort: 30_080 }], ...spec },
});

const slice = (hosts: readonly string[], triggeredAt?: number): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
  metadata: {
    namespace: 'shop', name: 'web-x', labels: { 'kubernetes.io/service-name': 'web' },
    ...(triggeredAt !== undefined && { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(triggeredAt).toISOString() } }),
  },
  addressType: 'IPv4', endpoints: hosts.map((host) => ({ addresses: [host], nodeName: `node-${host.split('.')[2]}` })), ports: [{ name: '', port: 8080 }],
});

const PROXY: Address<RouteRequest> = named('kube-proxy/node-1');
const SERVER: Address<FakeMessage> = named('apiserver');

const cluster = (profile: KubeProxyConfig['profile'], objects: readonly KubernetesObject[], options: { readonly proxies?: number; readonly limit?: number; readonly codec?: 'always' } = {}) => {
  const sim = new Simulation({ seed: 4, definitions: [fakeServer, kubeProxy], ...(options.codec && { codec: options.codec }) });
  const nodes = Array.from({ length: options.proxies ?? 1 }, (_, at) => at + 1);
  sim.start([{ name: 'apiserver', kind: 'apiserver', config: { objects: [...nodes.map((at) => node(`node-${at}`, at)), ...objects], limit: options.limit ?? 1000 } }]);
  sim.start(nodes.map((at) => ({ name: `kube-proxy/node-${at}`, kind: 'kube-proxy', config: { node: `node-${at}`, profile } })));
  sim.advance(milliseconds(100));
  return {
    sim,
    proxy: (at = 1) => sim.stateOf<KubeProxyState>(`kube-proxy/node-${at}`),
    write: (objects: readonly KubernetesObject[], change: ObjectHeader['change'] = 'updated') => sim.port('test').send(SERVER, { type: 'write', objects, change }),
    route: (source: string, destination: string, port: number) => sim.ask(PROXY, { type: 'route', source, destination, port, protocol: 'TCP' }) as RouteReply,
  };
};

describe('the kube-proxy of a node', () => {
  it('says where the packets of pods, of the node and from outside go', () => {
    const { route } = cluster('none', [service(), slice(['10.244.1.5', '10.244.2.6'])]);
    const both = ['10.244.1.5:8080', '10.244.2.6:8080'];
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: both });
    expect(route('172.16.0.1', '10.96.0.7', 80).verdict).toEqual({ to: both, masq: true });
    const outside = route('198.51.100.7', '172.16.0.1', 30_080);
    expect(outside.verdict).toEqual({ to: both, masq: true });
    expect(both).toContain(outside.endpoint);
    expect(outside.masqueraded).toBe(true);
    expect(route('10.244.1.9', '10.96.0.7', 81).verdict).toBe('reject');
    expect(route('10.244.1.9', '10.96.3.3', 80).verdict).toBe('drop');
    expect(route('10.244.1.9', '172.16.0.1', 22).verdict).toBe('local');
    expect(route('10.244.1.9', '203.0.113.1', 443).verdict).toBe('forward');
    expect(route('10.244.1.9', 'nowhere', 443).verdict).toBe('drop');
  });

  it('puts a change in force at once without latencies, and counts its delay from the trigger time', () => {
    const { sim, proxy, route, write } = cluster('none', [service(), slice(['10.244.1.5'])]);
    expect(proxy().delays).toBeUndefined();
    const triggered = Math.floor(sim.now) - 30;
    write([slice(['10.244.2.6'], triggered)]);
    sim.advance(milliseconds(5));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.2.6:8080'] });
    const delays = proxy().delays ?? expect.fail('no delay was counted');
    expect(delays.count).toBe(1);
    expect(delayQuantile(delays, 0.5)).toBeGreaterThanOrEqual(30);
    expect(delays.max).toBeLessThan(36);
    expect(sim.ask(named<ProxyMetricsRequest>('kube-proxy/node-1'), { type: 'proxy-metrics' })).toMatchObject({ syncs: proxy().syncs, delays });
  });

  it('syncs at most once a second with recorded latencies, and counts the delay up to the sync', () => {
    const { sim, proxy, route, write } = cluster('recorded', [service(), slice(['10.244.1.5'])]);
    sim.advance(seconds(3));
    const before = proxy().syncs;
    for (const [at, host] of ['10.244.2.1', '10.244.2.2', '10.244.2.3'].entries()) {
      write([slice([host], Math.floor(sim.now))]);
      sim.advance(milliseconds(at === 0 ? 50 : 100));
    }
    expect(proxy().syncs).toBe(before + 1);
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.2.1:8080'] });
    sim.advance(seconds(1));
    expect(proxy().syncs).toBe(before + 2);
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.2.3:8080'] });
    expect(proxy().delays?.count).toBe(3);
    expect(proxy().delays?.max).toBeGreaterThan(900);
    expect(proxy().delays?.max).toBeLessThan(1010);
  });

  it('does not sync for a change that says nothing of addresses', () => {
    const { sim, proxy, write } = cluster('none', [service(), slice(['10.244.1.5'])]);
    const { syncs } = proxy();
    write([slice(['10.244.1.5'], Math.floor(sim.now)), service({ selector: { app: 'web' } })]);
    sim.advance(milliseconds(20));
    expect(proxy().syncs).toBe(syncs);
    expect(proxy().delays).toBeUndefined();
  });

  it.each([undefined, 'always'] as const)('shares its table with all others of the host (codec %s)', (codec) => {
    const { sim, proxy, write } = cluster('none', [service(), slice(['10.244.1.5'])], { proxies: 20, ...(codec && { codec }) });
    write([slice(['10.244.1.5', '10.244.2.6'])]);
    sim.advance(milliseconds(20));
    sim.start([{ name: 'kube-proxy/node-99', kind: 'kube-proxy', config: { node: 'node-99', profile: 'none' } }]);
    sim.advance(milliseconds(20));
    const tables = new Set([...Array.from({ length: 20 }, (_, at) => proxy(at + 1)), proxy(99)].map((state) => state.programmed));
    expect(tables.size).toBe(1);
  });

  it('keeps a client at its endpoint until the time of the affinity has passed', () => {
    const hosts = Array.from({ length: 30 }, (_, at) => `10.244.2.${at + 1}`);
    const { sim, route, write } = cluster('none', [service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }), slice(hosts)]);
    const { endpoint, verdict } = route('10.244.1.9', '10.96.0.7', 80);
    expect(verdict).toMatchObject({ sticky: true });
    for (let i = 0; i < 10; i++) {
      sim.advance(seconds(50));
      expect(route('10.244.1.9', '10.96.0.7', 80).endpoint).toBe(endpoint);
    }
    const left = hosts.filter((host) => `${host}:8080` !== endpoint);
    write([slice(left)]);
    sim.advance(milliseconds(20));
    const next = route('10.244.1.9', '10.96.0.7', 80).endpoint;
    expect(next).not.toBe(endpoint);
    const later = new Set(Array.from({ length: 8 }, () => {
      sim.advance(seconds(61));
      return route('10.244.1.9', '10.96.0.7', 80).endpoint;
    }));
    expect(later.size).toBeGreaterThan(2);
  });

  it('lists anew when the feed no longer reaches back', () => {
    const { sim, proxy, route, write } = cluster('none', [service(), slice(['10.244.1.5'])], { limit: 4 });
    const { lists } = sim.stateOf<FakeServer>('apiserver');
    sim.applyFaults({ rules: [{ from: 'apiserver', to: 'kube-proxy/node-1', end: 5000, fault: { type: 'stall' } }] });
    for (let i = 1; i <= 60; i++) write([slice([`10.244.2.${i}`])]);
    sim.advance(seconds(4));
    expect(proxy().slices.revision).toBeLessThan(110);
    sim.advance(seconds(3));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.2.60:8080'] });
    expect(sim.stateOf<FakeServer>('apiserver').lists).toBe(lists + 1);
  });

  it('resumes its feeds where they were when the link is reset', () => {
    const { sim, route, write } = cluster('none', [service(), slice(['10.244.1.5'])]);
    const { lists } = sim.stateOf<FakeServer>('apiserver');
    sim.advance(seconds(5));
    sim.applyFaults({ rules: [{ from: 'apiserver', to: 'kube-proxy/node-1', bothWays: true, end: 30_000, fault: { type: 'partition' } }] });
    write([slice(['10.244.2.6'])]);
    sim.advance(seconds(25));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.1.5:8080'] });
    sim.advance(seconds(60));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toEqual({ to: ['10.244.2.6:8080'] });
    expect(sim.stateOf<FakeServer>('apiserver').lists).toBe(lists);
  });

  it('rejects where no endpoint is left and drops where the service has gone', () => {
    const { sim, route, write } = cluster('none', [service(), slice(['10.244.1.5'])]);
    write([slice(['10.244.1.5'])], 'deleted');
    sim.advance(milliseconds(20));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toBe('reject');
    write([service()], 'deleted');
    sim.advance(milliseconds(20));
    expect(route('10.244.1.9', '10.96.0.7', 80).verdict).toBe('drop');
  });

  it('follows its own node: zone, addresses and the range of its pods', () => {
    const { sim, proxy, write } = cluster('none', []);
    expect(proxy().view).toMatchObject({ nodeName: 'node-1', zone: 'zone-1', nodeIps: [(172 << 24) | (16 << 16) | 1] });
    write([{ ...node('node-1', 1), metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'zone-2' } } }]);
    write([node('node-2', 2)]);
    sim.advance(milliseconds(20));
    expect(proxy().view.zone).toBe('zone-2');
    expect(instantOf(proxy().node.revision)).toBeGreaterThan(100);
  });
});
