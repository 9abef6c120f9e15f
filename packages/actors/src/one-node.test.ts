import { named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CoreV1Event, Lease, Node, Pod } from './api/generated/types.js';
import type { ApiReply, ApiRequest } from './api/requests.js';
import { apiserver } from './apiserver/apiserver.js';
import { etcd } from './etcd/etcd.js';
import { kubelet, type KubeletConfig } from './kubelet/index.js';

const APISERVER = named<ApiRequest>('apiserver');
const ADMIN = { user: { name: 'admin', groups: ['system:masters'] }, fieldManager: 'test' };

const cluster = (profile: KubeletConfig['profile']): Simulation => {
  const sim = new Simulation({ seed: 7, definitions: [etcd, apiserver, kubelet] });
  const config: KubeletConfig = { node: 'node-1', index: 1, profile };
  sim.start([
    { name: 'etcd', kind: 'etcd', config: {} },
    { name: 'apiserver', kind: 'apiserver', config: {} },
    { name: 'kubelet/node-1', kind: 'kubelet', config },
  ]);
  sim.advance(seconds(15));
  return sim;
};

const read = (sim: Simulation, resource: string, namespace: string, name: string): ApiReply => sim.ask(APISERVER, { type: 'get', user: ADMIN.user, resource, namespace, name }) as ApiReply;
const valueOf = <T>(reply: ApiReply): T => (reply.type === 'object' ? (reply.object.value as T) : (reply as T));
const create = (sim: Simulation, resource: string, namespace: string, object: object): ApiReply => sim.ask(APISERVER, { type: 'create', ...ADMIN, resource, namespace, object: object as Pod }) as ApiReply;

const pod = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { nodeName: 'node-1', serviceAccountName: 'default', automountServiceAccountToken: false, terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image: 'nginx:1.27' }] } });

describe('with the real API server', () => {
  test('a node registers and keeps its lease', () => {
    const sim = cluster('recorded');
    expect(valueOf<Node>(read(sim, 'nodes', '', 'node-1')).status?.conditions?.at(-1)).toMatchObject({ type: 'Ready', status: 'True' });
    const first = read(sim, 'leases.coordination.k8s.io', 'kube-node-lease', 'node-1');
    expect(first).toMatchObject({ type: 'object' });
    sim.advance(seconds(30));
    const later = read(sim, 'leases.coordination.k8s.io', 'kube-node-lease', 'node-1');
    const renewed = (reply: ApiReply): string | null | undefined => valueOf<Lease>(reply).spec?.renewTime;
    expect(renewed(later)).not.toEqual(renewed(first));
  });

  test('a node that somebody else calls lost says at its next heartbeat that it is not', () => {
    const sim = cluster('recorded');
    const lost = { status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }] } };
    sim.ask(APISERVER, { type: 'patch', ...ADMIN, resource: 'nodes', namespace: '', name: 'node-1', subresource: 'status', patchType: 'strategic', patch: lost });
    sim.advance(seconds(11));
    expect(valueOf<Node>(read(sim, 'nodes', '', 'node-1')).status?.conditions?.at(-1)).toMatchObject({ type: 'Ready', status: 'True', reason: 'KubeletReady' });
  });

  for (const profile of ['recorded', 'none'] as const) {
    test(`a pod runs, says so, and leaves when it is deleted (latency ${profile})`, () => {
      const sim = cluster(profile);
      create(sim, 'serviceaccounts', 'default', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
      expect(create(sim, 'pods', 'default', pod('web'))).toMatchObject({ code: 201 });
      sim.advance(seconds(5));
      const running = valueOf<Pod>(read(sim, 'pods', 'default', 'web'));
      expect(running.status).toMatchObject({ phase: 'Running', podIP: '10.244.1.2' });
      const events = sim.ask(APISERVER, { type: 'list', user: ADMIN.user, resource: 'events', namespace: 'default' }) as ApiReply;
      const reasons = events.type === 'list' ? events.items.map(({ value }) => (value as unknown as CoreV1Event).reason) : [];
      expect(reasons).toEqual(expect.arrayContaining(['Pulling', 'Pulled', 'Created', 'Started']));
      sim.ask(APISERVER, { type: 'delete', ...ADMIN, resource: 'pods', namespace: 'default', name: 'web' });
      sim.advance(seconds(5));
      expect(read(sim, 'pods', 'default', 'web')).toMatchObject({ type: 'status', status: { reason: 'NotFound' } });
    });
  }
});
