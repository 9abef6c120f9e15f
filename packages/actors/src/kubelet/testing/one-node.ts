import { named, type ReplyTo, seconds, Simulation } from '@naumachia/core';
import type { Pod, PodSpec } from '../../api/generated/types.js';
import { type ContainerLogsReply, type ContainerLogsRequest, kubeletOf } from '../../api/kubelet-requests.js';
import type { ApiReply, ApiRequest } from '../../api/requests.js';
import { kubelet, type KubeletConfig, type KubeletState } from '../kubelet.js';
import { type FakeApiServer, fakeApiServer, type RecordedWrite } from './fake-apiserver.js';

const APISERVER = named<ApiRequest>('apiserver');
const TEST = { user: { name: 'test', groups: [] }, fieldManager: 'test', resource: 'pods', namespace: 'ns' };

/** `node-1` with a stand-in for the API server, and what tests do with them. */
export interface OneNode {
  readonly sim: Simulation;
  readonly server: FakeApiServer;
  state(): KubeletState;
  create(name: string, spec: Partial<PodSpec>): void;
  pod(name: string): Pod | undefined;
  patch(name: string, patch: object): ApiReply;
  remove(name: string, gracePeriodSeconds?: number): void;
  advance(count: number): void;
  /** What the kubelet wrote of this resource. */
  written(resource: string): readonly RecordedWrite[];
  logs(options: Partial<ContainerLogsRequest> & { readonly pod: string }): ReplyTo<ContainerLogsRequest>;
}

/** `kept`: entries of a feed that the API server keeps for who comes back. */
export const oneNode = (config: Partial<KubeletConfig> = {}, codec: 'crossing' | 'always' = 'crossing', kept = 100_000): OneNode => {
  const sim = new Simulation({ seed: 11, definitions: [fakeApiServer, kubelet], codec });
  const node: KubeletConfig = { node: 'node-1', index: 1, profile: 'none', images: ['nginx:1.27', 'busybox'], ...config };
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: { feeds: ['pods', 'configmaps', 'secrets'], kept } },
    { name: 'kubelet/node-1', kind: 'kubelet', config: node },
  ]);
  sim.advance(seconds(3));
  const server = sim.stateOf<FakeApiServer>('apiserver');
  const pod = (name: string): Pod | undefined => server.objects.get(`pods/ns/${name}`)?.value as Pod | undefined;
  return {
    sim,
    server,
    pod,
    state: () => sim.stateOf<KubeletState>('kubelet/node-1'),
    create: (name, spec) => {
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns', generation: 1 }, spec: { nodeName: 'node-1', ...spec }, status: { phase: 'Pending' } } as unknown as Pod;
      sim.ask(APISERVER, { type: 'create', ...TEST, object });
    },
    patch: (name, patch) => sim.ask(APISERVER, { type: 'patch', ...TEST, name, patchType: 'strategic', patch }) as ApiReply,
    remove: (name, gracePeriodSeconds) => void sim.ask(APISERVER, { type: 'delete', ...TEST, name, ...(gracePeriodSeconds !== undefined && { options: { gracePeriodSeconds } }) }),
    advance: (count) => sim.advance(seconds(count)),
    written: (resource) => server.writes.filter((write) => write.resource === resource && write.by === 'system:node:node-1'),
    logs: (options) => sim.ask(kubeletOf('node-1'), { type: 'containerLogs', namespace: 'ns', container: 'c', ...options }) as ContainerLogsReply,
  };
};

export const server = { containers: [{ name: 'c', image: 'nginx:1.27' }] };
export const shell = (script: string, spec: Partial<PodSpec> = {}): Partial<PodSpec> => ({ containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', script] }], ...spec });
