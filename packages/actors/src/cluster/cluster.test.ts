import { named, seconds, Simulation, SIMULATED_LATENCIES } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { Node } from '../api/generated/types.js';
import type { ApiRequest } from '../api/requests.js';
import { catalog } from '../catalog.js';
import { clusterActors, clusterLinks, clusterNodes, linkLatency } from '../cluster.js';
import type { ClusterSpec, NodeGroup } from './spec.js';

const WEB: NodeGroup = { name: 'web', count: 2, zone: 'a', labels: { tier: 'web' }, taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }], capacity: { cpu: 16, memory: '64Gi' } };
const DATA: NodeGroup = { name: 'data', count: 1, zone: 'b' };

describe('the nodes of a cluster', () => {
  it('are the plain ones and then those of the groups, numbered through for their addresses', () => {
    expect(clusterNodes({ nodes: 2, nodeGroups: [WEB, DATA] }).map(({ name, index }) => [name, index])).toEqual([['node-1', 1], ['node-2', 2], ['web-1', 3], ['web-2', 4], ['data-1', 5]]);
  });

  it('register with the labels, taints, zone and sizes of their group, and what a group does not say is as on a plain node', async () => {
    const definitions = await Promise.all(Object.values(catalog.actors).map((load) => load()));
    const simulation = new Simulation({ seed: 1, definitions });
    simulation.start(clusterActors({ nodes: 1, nodeGroups: [WEB], latency: 'none' }));
    simulation.advance(seconds(15));
    const node = (name: string): Node => {
      const reply = simulation.ask(named<ApiRequest>('apiserver'), { type: 'get', user: { name: 'test', groups: ['system:masters'] }, resource: 'nodes', namespace: '', name });
      if (reply.type !== 'object') throw new Error(JSON.stringify(reply));
      return reply.object.value as Node;
    };
    expect(node('web-2').metadata?.labels).toMatchObject({ tier: 'web', 'topology.kubernetes.io/zone': 'a', 'kubernetes.io/hostname': 'web-2' });
    expect(node('web-2').spec?.taints).toContainEqual({ key: 'dedicated', value: 'web', effect: 'NoSchedule' });
    expect(node('web-2').status?.capacity).toMatchObject({ cpu: '16', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' });
    expect(node('node-1').status?.capacity).toMatchObject({ cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110' });
    expect(node('node-1').metadata?.labels).not.toHaveProperty('tier');
  });
});

describe('the links of a cluster', () => {
  const links = (...all: NonNullable<ClusterSpec['links']>) => clusterLinks({ nodeGroups: [WEB, DATA, { name: 'cache', count: 9, zone: 'a' }], controlPlane: { zone: 'b' }, links: all });

  it('mean both directions unless they are one-way', () => {
    expect(links({ between: ['apiserver', 'kubelet'], latency: '5ms' })).toEqual([
      { from: ['apiserver'], to: ['kubelet'], least: 5, most: 5 },
      { from: ['kubelet'], to: ['apiserver'], least: 5, most: 5 },
    ]);
    expect(links({ between: ['*', 'etcd'], oneWay: true, latency: '1ms..1s' })).toEqual([{ to: ['etcd'], least: 1, most: 1000 }]);
  });

  it('mean all groups of a zone, and the control plane where it stands in it', () => {
    const [there] = links({ between: [{ zone: 'a' }, { zone: 'b' }], latency: '2ms' });
    expect(there).toEqual({ from: ['*/web-#', '*/cache-#'], to: ['*/data-#', 'etcd', 'apiserver', 'scheduler', 'controller-manager'], least: 2, most: 2 });
  });

  it('mean what fits everything that an end says', () => {
    const [there] = links({ between: [{ group: 'web', component: 'kubelet' }, { zone: 'b', component: 'apiserver' }], latency: '2ms' });
    expect(there).toEqual({ from: ['kubelet/web-#'], to: ['apiserver'], least: 2, most: 2 });
    expect(links({ between: [{ group: 'node' }, '*'], latency: '2ms' })[0]).toEqual({ from: ['*/node-#'], least: 2, most: 2 });
  });

  it('keep a zone as far away from the control plane as they say', async () => {
    const definitions = await Promise.all(Object.values(catalog.actors).map((load) => load()));
    const cluster: ClusterSpec = { nodeGroups: [{ name: 'near', count: 1, zone: 'a' }, { name: 'far', count: 1, zone: 'b' }], controlPlane: { zone: 'a' }, links: [{ between: [{ zone: 'a' }, { zone: 'b' }], latency: '3s' }], latency: 'none' };
    const simulation = new Simulation({ seed: 1, definitions, latencies: [...clusterLinks(cluster), ...SIMULATED_LATENCIES] });
    simulation.start(clusterActors(cluster));
    simulation.advance(seconds(60));
    const created = (name: string): number => {
      const reply = simulation.ask(named<ApiRequest>('apiserver'), { type: 'get', user: { name: 'test', groups: ['system:masters'] }, resource: 'nodes', namespace: '', name });
      if (reply.type !== 'object') throw new Error(JSON.stringify(reply));
      return Date.parse((reply.object.value as Node).metadata?.creationTimestamp ?? '');
    };
    // Its kubelet has asked once before, and waited for the answer.
    expect(created('far-1') - created('near-1')).toBeGreaterThanOrEqual(3000);
  });

  it.each([['20ms', 20, 20], ['10ms..30ms', 10, 30], ['500us..1.5s', 0.5, 1500]])('%s takes %d to %d milliseconds', (text, least, most) => expect(linkLatency(text)).toEqual({ least, most }));
  it.each(['20', '30ms..10ms', '1ms..2ms..3ms', '-1ms', '', 'fast'])('%j is no latency', (text) => expect(linkLatency(text)).toBeUndefined());
});
