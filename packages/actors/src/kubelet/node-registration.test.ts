import { minutes, named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CoreV1Event, Lease, Node } from '../api/generated/types.js';
import type { ApiRequest } from '../api/requests.js';
import { kubelet, type KubeletConfig } from './kubelet.js';
import { type FakeApiServer, fakeApiServer, type RecordedWrite } from './testing/fake-apiserver.js';

const start = (config: Partial<KubeletConfig> = {}): { readonly sim: Simulation; readonly server: FakeApiServer } => {
  const sim = new Simulation({ seed: 5, definitions: [fakeApiServer, kubelet] });
  const node: KubeletConfig = { node: 'node-1', index: 1, profile: 'recorded', ...config };
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods'] } },
    { name: 'kubelet/node-1', kind: 'kubelet', config: node },
  ]);
  return { sim, server: sim.stateOf<FakeApiServer>('apiserver') };
};

const of = (server: FakeApiServer, resource: string): readonly RecordedWrite[] => server.writes.filter((write) => write.resource === resource);
describe('a node', () => {
  test('registers NotReady, says why, and becomes Ready', () => {
    const { sim, server } = start();
    sim.advance(seconds(2));
    const ready = of(server, 'nodes').map((write) => (write.object as Node).status?.conditions?.find(({ type }) => type === 'Ready'));
    expect(ready.map((condition) => [condition?.status, condition?.reason, condition?.message])).toEqual([
      ['False', 'KubeletNotReady', '[PLEG is not healthy: pleg has yet to be successful, CSINode is not yet initialized]'],
      ['False', 'KubeletNotReady', 'CSINode is not yet initialized'],
      ['True', 'KubeletReady', 'kubelet is posting ready status'],
    ]);
    const events = of(server, 'events').map(({ object }) => `${(object as CoreV1Event).reason} x${(object as CoreV1Event).count}`);
    expect(events).toEqual([
      'Starting x1', 'NodeHasSufficientMemory x1', 'NodeHasNoDiskPressure x1', 'NodeHasSufficientPID x1',
      'NodeHasSufficientMemory x2', 'NodeHasNoDiskPressure x2', 'NodeHasSufficientPID x2', 'NodeReady x1',
    ]);
  });

  test('is Ready before it tells of its start where nothing takes time', () => {
    const { sim, server } = start({ profile: 'none' });
    sim.advance(seconds(2));
    const writes = server.writes.map(({ resource, object }) => (resource === 'events' ? (object as CoreV1Event).reason : resource));
    expect(writes).toEqual(['nodes', 'nodes', 'Starting', 'NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady']);
  });

  test('creates its lease at the first heartbeat and renews it every 10 s, up to 4 % later', () => {
    const { sim, server } = start();
    sim.advance(seconds(120));
    const leases = of(server, 'leases.coordination.k8s.io');
    expect(leases[0]?.verb).toBe('create');
    expect((leases[0]?.object as Lease | undefined)?.spec).toMatchObject({ holderIdentity: 'node-1', leaseDurationSeconds: 40 });
    expect(leases[0]?.object.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', uid: server.objects.get('nodes//node-1')?.header.uid });
    const gaps = leases.slice(1).map((lease, at) => lease.at - (leases[at]?.at ?? 0));
    expect(gaps.length).toBeGreaterThan(8);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(9_990);
      expect(gap).toBeLessThan(10_420);
    }
  });

  test('reports its status every five minutes where nothing changes', () => {
    const { sim, server } = start();
    sim.advance(seconds(30));
    const before = of(server, 'nodes').length;
    sim.advance(minutes(4));
    expect(of(server, 'nodes').length).toBe(before);
    sim.advance(minutes(1));
    expect(of(server, 'nodes').length).toBe(before + 1);
  });

  test('that exists already is taken over and said to have been rebooted', () => {
    const { sim, server } = start();
    sim.advance(seconds(30));
    const { uid } = server.objects.get('nodes//node-1')?.header ?? { uid: '' };
    sim.host.supervisor.stop(named('kubelet/node-1'));
    sim.advance(seconds(1));
    sim.start([{ name: 'kubelet/node-1', kind: 'kubelet', config: { node: 'node-1', index: 1, profile: 'recorded' } satisfies KubeletConfig }]);
    sim.advance(seconds(2));
    expect(server.objects.get('nodes//node-1')?.header.uid).toBe(uid);
    expect(of(server, 'events').some(({ object }) => (object as CoreV1Event).reason === 'Rebooted')).toBe(true);
  });

  test('with labels put on it later admits pods that ask for them', () => {
    const { sim, server } = start({ profile: 'none' });
    sim.advance(seconds(1));
    const user = { name: 'test', groups: [] };
    const apiserver = named<ApiRequest>('apiserver');
    sim.ask(apiserver, { type: 'patch', user, fieldManager: 'test', resource: 'nodes', namespace: '', name: 'node-1', patchType: 'strategic', patch: { metadata: { labels: { disk: 'ssd' } } } });
    const pod = (name: string, nodeSelector: Record<string, string>) =>
      void sim.ask(apiserver, { type: 'create', user, fieldManager: 'test', resource: 'pods', namespace: 'ns', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { nodeName: 'node-1', nodeSelector, containers: [{ name: 'c', image: 'nginx' }] } } });
    pod('fits', { disk: 'ssd' });
    pod('does-not', { disk: 'tape' });
    sim.advance(seconds(1));
    const phase = (name: string): unknown => (server.objects.get(`pods/ns/${name}`)?.value as { status?: { phase?: string } } | undefined)?.status?.phase;
    expect([phase('fits'), phase('does-not')]).toEqual(['Running', 'Failed']);
  });
});
