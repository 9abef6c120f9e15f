import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Pod } from '../api/generated/types.js';
import type { ApiRequest } from '../api/requests.js';
import { type KubeletConfig, kubelet } from './kubelet.js';
import { type FakeApiServer, fakeApiServer } from './testing/fake-apiserver.js';

const start = (config: Partial<KubeletConfig> = {}): Simulation => {
  const sim = new Simulation({ seed: 1, definitions: [fakeApiServer, kubelet] });
  const node: KubeletConfig = { node: 'node-1', index: 1, profile: 'none', ...config };
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods'] } },
    { name: 'kubelet/node-1', kind: 'kubelet', config: node },
  ]);
  return sim;
};

const create = (sim: Simulation, name: string, spec: object): void => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', generation: 1 }, spec: { nodeName: 'node-1', ...spec }, status: { phase: 'Pending' } } as unknown as Pod;
  sim.ask(named<ApiRequest>('apiserver'), { type: 'create', user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'pods', namespace: 'default', object });
};

test('a bound pod runs', () => {
  const sim = start();
  sim.advance(seconds(1));
  create(sim, 'web', { containers: [{ name: 'c', image: 'nginx' }] });
  sim.advance(seconds(1));
  const { writes } = sim.stateOf<FakeApiServer>('apiserver');
  const pods = writes.filter((write) => write.resource === 'pods');
  expect(pods.map((write) => (write.object as Pod).status?.phase)).toEqual(['Pending', 'Pending', 'Running']);
});
