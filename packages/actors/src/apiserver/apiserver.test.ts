import { minutes, named, seconds, Simulation } from '@naumachia/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../api/object.js';
import type { ApiReply, ApiRequest, Status, Stored } from '../api/requests.js';
import { etcd } from '../etcd/index.js';
import { apiserver } from './apiserver.js';
import type { ApiServerState } from './state.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };
type Fields = Readonly<Record<string, unknown>>;

let sim: Simulation;
const start = (config: object = {}): void => {
  sim = new Simulation({ seed: 3, definitions: [etcd, apiserver] });
  sim.start([{ name: 'etcd', kind: 'etcd', config: {} }, { name: 'apiserver', kind: 'apiserver', config }]);
  sim.advance(seconds(1));
};
const ask = (request: Fields): ApiReply => sim.ask(API, { user: USER, namespace: 'default', fieldManager: 'test', ...request } as unknown as ApiRequest) as ApiReply;
const create = (resource: string, object: object, more: Fields = {}): Stored => stored(ask({ type: 'create', resource, object, ...more }));
const stored = (reply: ApiReply): Stored => (reply.type === 'object' ? reply.object : expect.fail(JSON.stringify(reply)));
const refusal = (reply: ApiReply): Status => (reply.type === 'status' ? reply.status : expect.fail(JSON.stringify(reply)));
const get = (resource: string, name: string, namespace = 'default'): ApiReply => ask({ type: 'get', resource, name, namespace });
const pod = (name: string, more: Fields = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...more } });
const configMap = (name: string, data: Record<string, string> = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe('an API server', () => {
  beforeEach(() => {
    start();
    create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  });

  it('makes what a fresh cluster has', () => {
    const reply = ask({ type: 'list', resource: 'namespaces', namespace: '' });
    expect(reply.type === 'list' && reply.items.map((item) => item.header.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    expect(stored(get('services', 'kubernetes')).value).toHaveProperty('spec.clusterIP', '10.96.0.1');
    expect(get('ipaddresses.networking.k8s.io', '10.96.0.1', '').type).toBe('object');
  });

  it('gives a pod its defaults, its account’s token, its tolerations and its class', () => {
    const { value } = create('pods', pod('p'));
    expect(value).toMatchObject({
      metadata: { generation: 1, namespace: 'default' },
      spec: { restartPolicy: 'Always', serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority', tolerations: [{ key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 }, { key: 'node.kubernetes.io/unreachable' }] },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
    const [volume] = (value.spec as { volumes: { name: string }[] }).volumes;
    expect(volume?.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2-9]{5}$/);
    expect(value).toHaveProperty('spec.containers[0].volumeMounts[0].name', volume?.name);
  });

  it('binds a pod once, and tells the watchers of its node', () => {
    create('pods', pod('p'));
    const binding = (node: string): ApiReply => ask({ type: 'create', resource: 'pods', subresource: 'binding', name: 'p', object: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: node } } });
    expect(refusal(binding('n1'))).toMatchObject({ status: 'Success', code: 201 });
    const bound = stored(get('pods', 'p'));
    expect(bound.header.keys).toEqual(['spec.nodeName=n1']);
    expect(bound.value).toMatchObject({ spec: { nodeName: 'n1' }, status: { conditions: [{ type: 'PodScheduled', status: 'True', lastProbeTime: null }] } });
    expect(refusal(binding('n2')).message).toBe('Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"');
    const reply = ask({ type: 'list', resource: 'pods', namespace: '', fieldSelector: 'spec.nodeName=n1' });
    expect(reply.type === 'list' && reply.items.map((item) => item.header.name)).toEqual(['p']);
  });

  it('refuses a stale update and carries out a patch that met another write', () => {
    const first = create('configmaps', configMap('m', { a: '1' }));
    stored(ask({ type: 'patch', resource: 'configmaps', name: 'm', patchType: 'merge', patch: { data: { b: '2' } } }));
    const stale = ask({ type: 'update', resource: 'configmaps', name: 'm', object: configMap('m', { a: '9' }), resourceVersion: String(first.header.revision) });
    expect(refusal(stale)).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(stored(get('configmaps', 'm')).value.data).toEqual({ a: '1', b: '2' });
  });

  it('writes nothing for a write that changes nothing', () => {
    const first = create('configmaps', configMap('m', { a: '1' }));
    const again = stored(ask({ type: 'patch', resource: 'configmaps', name: 'm', patchType: 'merge', patch: { data: { a: '1' } } }));
    expect(again.header.revision).toBe(first.header.revision);
  });

  it('lets a bound pod its grace, and removes it when the kubelet says so', () => {
    create('pods', pod('p', { nodeName: 'n1' }));
    const deleting = stored(ask({ type: 'delete', resource: 'pods', name: 'p' }));
    expect(deleting.value.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, generation: 2 });
    expect(stored(ask({ type: 'delete', resource: 'pods', name: 'p', options: { gracePeriodSeconds: 0 } })).header.change).toBe('deleted');
    expect(refusal(get('pods', 'p')).code).toBe(404);
  });

  it('keeps an object until its last finalizer is gone', () => {
    create('configmaps', { ...configMap('m'), metadata: { name: 'm', finalizers: ['example.com/x'] } });
    expect(stored(ask({ type: 'delete', resource: 'configmaps', name: 'm' })).value.metadata.deletionTimestamp).toBeDefined();
    ask({ type: 'patch', resource: 'configmaps', name: 'm', patchType: 'merge', patch: { metadata: { finalizers: null } } });
    expect(refusal(get('configmaps', 'm')).code).toBe(404);
  });

  it('waits for the garbage collector where dependents shall go first or stay', () => {
    create('configmaps', configMap('m'));
    const marked = stored(ask({ type: 'delete', resource: 'configmaps', name: 'm', options: { propagationPolicy: 'Foreground' } }));
    expect(marked.value.metadata.finalizers).toEqual(['foregroundDeletion']);
  });

  it('makes nothing in a namespace that is going away', () => {
    create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } }, { namespace: '' });
    ask({ type: 'delete', resource: 'namespaces', name: 'gone', namespace: '' });
    expect(refusal(ask({ type: 'create', resource: 'configmaps', namespace: 'gone', object: configMap('m') })).message).toBe(
      'configmaps "m" is forbidden: unable to create new content in namespace gone because it is being terminated',
    );
  });

  it('gives each Service an address and a node port of its own, and takes them back', () => {
    const service = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP' }] } });
    const specs = ['a', 'b'].map((name) => create('services', service(name)).value.spec as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(specs.map((spec) => spec.clusterIP)).size).toBe(2);
    expect(new Set(specs.map((spec) => spec.ports[0]?.nodePort)).size).toBe(2);
    const taken = specs[0]?.clusterIP ?? '';
    expect(refusal(ask({ type: 'create', resource: 'services', object: { ...service('c'), spec: { clusterIP: taken, ports: [{ port: 1 }] } } })).message).toContain('provided IP is already allocated');
    ask({ type: 'delete', resource: 'services', name: 'a' });
    expect(refusal(get('ipaddresses.networking.k8s.io', taken, '')).code).toBe(404);
    expect(create('services', { ...service('c'), spec: { clusterIP: taken, ports: [{ port: 1 }] } }).value).toHaveProperty('spec.clusterIP', taken);
  });

  it('lists in pages that are of one revision, also after later writes', () => {
    for (const name of ['a', 'b', 'c']) create('configmaps', configMap(name));
    const first = ask({ type: 'list', resource: 'configmaps', limit: 2 });
    if (first.type !== 'list') throw new Error(JSON.stringify(first));
    expect(first.remaining).toBe(1);
    create('configmaps', configMap('bb'));
    const second = ask({ type: 'list', resource: 'configmaps', limit: 2, continue: first.continue });
    expect(second.type === 'list' && second.items.map((item) => item.header.name)).toEqual(['c']);
    expect(second.type === 'list' && second.revision).toBe(first.revision);
  });

  it('forgets Events after their hour', () => {
    create('events', { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' }, involvedObject: { namespace: 'default' } });
    sim.advance(minutes(59));
    expect(get('events', 'e').type).toBe('object');
    sim.advance(minutes(3));
    expect(refusal(get('events', 'e')).code).toBe(404);
  });

  describe('of Events, which have no watch cache', () => {
    const event = (name: string, more: Fields = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: { namespace: 'default' }, ...more });
    const list = (more: Fields = {}): Extract<ApiReply, { readonly type: 'list' }> => {
      const reply = ask({ type: 'list', resource: 'events', ...more });
      return reply.type === 'list' ? reply : expect.fail(JSON.stringify(reply));
    };
    const names = ({ items }: { readonly items: readonly Stored[] }): string[] => items.map(({ header }) => header.name);

    it('keeps their number alone', () => {
      create('events', event('a'));
      create('events', event('b'));
      ask({ type: 'delete', resource: 'events', name: 'a' });
      const { cache, ahead } = sim.stateOf<ApiServerState>('apiserver');
      expect(cache.resources.get('events')).toMatchObject({ count: 1, byNamespace: new Map() });
      expect(ahead.size).toBe(0);
      expect(names(list())).toEqual(['b']);
      sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'apiserver', downFor: 500 }] });
      sim.advance(seconds(5));
      expect(sim.stateOf<ApiServerState>('apiserver').cache.resources.get('events')).toMatchObject({ count: 1, byNamespace: new Map() });
      expect(names(list())).toEqual(['b']);
    });

    it('lets etcd find out that a name is taken', () => {
      create('events', event('a'));
      const taken = { reason: 'AlreadyExists', message: 'events "a" already exists' };
      expect(refusal(ask({ type: 'create', resource: 'events', object: event('a') }))).toMatchObject(taken);
      expect(refusal(ask({ type: 'create', resource: 'events', object: event('a'), dryRun: true }))).toMatchObject(taken);
      expect(ask({ type: 'create', resource: 'events', object: event('b'), dryRun: true })).toMatchObject({ type: 'value', code: 201 });
      expect(sim.stateOf<ApiServerState>('apiserver').inFlight).toBe(0);
    });

    it('begins other writes with what etcd holds', () => {
      const first = create('events', event('a', { count: 1 }));
      const patched = stored(ask({ type: 'patch', resource: 'events', name: 'a', patchType: 'strategic', patch: { count: 2 } }));
      expect(patched.value).toMatchObject({ count: 2, involvedObject: { namespace: 'default' } });
      const stale = ask({ type: 'update', resource: 'events', name: 'a', object: event('a', { count: 3 }), resourceVersion: String(first.header.revision) });
      expect(refusal(stale).reason).toBe('Conflict');
      expect(ask({ type: 'update', resource: 'events', name: 'new', object: event('new') })).toMatchObject({ type: 'object', code: 201 });
      expect(refusal(ask({ type: 'patch', resource: 'events', name: 'none', patchType: 'strategic', patch: {} })).code).toBe(404);
      expect(refusal(ask({ type: 'delete', resource: 'events', name: 'none' })).code).toBe(404);
      expect(sim.stateOf<ApiServerState>('apiserver').inFlight).toBe(0);
    });

    it('lists them in pages of one revision, also from revision 0, and by their fields', () => {
      for (const name of ['a', 'b', 'c', 'd']) create('events', event(name, { reason: name < 'c' ? 'Early' : 'Late' }));
      const first = list({ limit: 2, resourceVersion: '0' });
      expect([names(first), first.remaining]).toEqual([['a', 'b'], 2]);
      create('events', event('bb'));
      const second = list({ limit: 2, continue: first.continue });
      expect([names(second), second.revision, second.continue]).toEqual([['c', 'd'], first.revision, undefined]);
      expect(names(list({ fieldSelector: 'reason=Late' }))).toEqual(['c', 'd']);
      expect(names(list({ resourceVersion: String(first.revision), resourceVersionMatch: 'Exact' }))).toEqual(['a', 'b', 'c', 'd']);
      expect(names(list({ resourceVersion: String(first.revision), resourceVersionMatch: 'NotOlderThan' }))).toEqual(['a', 'b', 'bb', 'c', 'd']);
    });

    it('refuses a list of a revision from the future at once', () => {
      expect(refusal(ask({ type: 'list', resource: 'events', resourceVersion: '999999' })).details).not.toHaveProperty('retryAfterSeconds');
    });

    it('deletes a collection of them', () => {
      for (const name of ['a', 'b', 'c']) create('events', event(name, { reason: name === 'b' ? 'Kept' : 'Gone' }));
      const reply = ask({ type: 'deletecollection', resource: 'events', fieldSelector: 'reason=Gone' });
      expect(reply.type === 'list' && names(reply)).toEqual(['a', 'c']);
      expect(names(list())).toEqual(['b']);
    });
  });

  it('gives up a read of a revision from the future after three seconds', () => {
    expect(refusal(ask({ type: 'list', resource: 'configmaps', resourceVersion: '999999' }))).toMatchObject({ code: 504, reason: 'Timeout' });
  });

  it('answers 429 beyond its limit of writes in flight', () => {
    start({ maxInFlight: 0 });
    expect(refusal(ask({ type: 'create', resource: 'configmaps', object: configMap('m') }))).toMatchObject({ code: 429, reason: 'TooManyRequests' });
  });

  it.each(['apiserver', 'etcd'])('has lost nothing acknowledged after %s was killed', (actor) => {
    create('configmaps', configMap('m', { a: '1' }));
    sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor, downFor: 500 }] });
    sim.advance(seconds(5));
    expect(stored(get('configmaps', 'm')).value.data).toEqual({ a: '1' });
    const later = create('configmaps', configMap('later'));
    expect(later.header.revision).toBeGreaterThan(0);
    const reply = ask({ type: 'list', resource: 'configmaps' });
    expect(reply.type === 'list' && reply.items.map((item) => item.header.name)).toEqual(['later', 'm']);
    expect(sim.stateOf<ApiServerState>('apiserver').ahead.size).toBe(0);
  });
});
