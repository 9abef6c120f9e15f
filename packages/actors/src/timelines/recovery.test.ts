import { type FaultPlan, named, seconds, Simulation } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { Deployment, EndpointSlice } from '../api/generated/types.js';
import type { ApiRequest, Stored } from '../api/requests.js';
import { apiserver } from '../apiserver/index.js';
import { clusterActors } from '../cluster.js';
import { controllerManager } from '../controllers/controller-manager.js';
import { etcd } from '../etcd/index.js';
import { kubelet } from '../kubelet/index.js';
import { scheduler } from '../scheduler/index.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };
const NAMES = ['a', 'b', 'c'];

const run = (seed: number, plan: FaultPlan) => {
  const simulation = new Simulation({ seed, definitions: [etcd, apiserver, controllerManager, scheduler, kubelet], onFailure: 'restart' });
  simulation.start(clusterActors({ nodes: 4, latency: 'none' }).filter(({ kind }) => kind !== 'kube-proxy'));
  simulation.advance(seconds(10));
  const create = (resource: string, object: Parameters<typeof JSON.stringify>[0]): void => {
    const answer = simulation.ask(API, { type: 'create', user: USER, fieldManager: 'test', resource, namespace: 'default', object });
    expect(answer.type).toBe('object');
  };
  for (const name of NAMES) {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1.27' }] } };
    create('deployments.apps', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec: { replicas: 4, selector: { matchLabels: labels }, template } });
    create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: labels, ports: [{ port: 80 }] } });
  }
  simulation.applyFaults(plan);
  simulation.advance(seconds(2));
  for (const name of NAMES) {
    simulation.ask(API, { type: 'patch', user: USER, fieldManager: 'test', resource: 'deployments.apps', namespace: 'default', name, patchType: 'strategic', patch: { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.28' }] } } } } });
  }
  // A key that failed often enough waits up to a thousand seconds (client-go's rate limiter).
  simulation.advance(seconds(1200));
  const list = (resource: string): readonly Stored[] => {
    const answer = simulation.ask(API, { type: 'list', user: USER, resource, namespace: 'default' });
    return answer.type === 'list' ? answer.items : [];
  };
  return { simulation, list };
};

const FAULTS: readonly (readonly [what: string, plan: FaultPlan])[] = [
  ['nothing', {}],
  ['the controller manager is killed in the middle of a rollout', { actions: [{ type: 'kill', actor: 'controller-manager', at: 2020, downFor: 3000 }] }],
  ['the controller manager is cut off for half a minute', { rules: [{ from: 'controller-manager', to: 'apiserver', bothWays: true, start: 1500, end: 30_000, fault: { type: 'partition' } }] }],
  ['its link is reset again and again', { rules: [{ from: 'controller-manager', to: 'apiserver', bothWays: true, start: 0, end: 20_000, probability: 0.02, fault: { type: 'reset' } }] }],
  ['the API server is killed', { actions: [{ type: 'kill', actor: 'apiserver', at: 2010, downFor: 5000 }] }],
  ['etcd is killed', { actions: [{ type: 'kill', actor: 'etcd', at: 2010, downFor: 5000 }] }],
];

describe.each(FAULTS)('when %s', (_what, plan) => {
  test.each([1, 2, 3])('everything is rolled out and served in the end (seed %i)', (seed) => {
    const { list } = run(seed, plan);
    const pods = list('pods');
    expect(pods.map(({ value }) => `${value.metadata.labels?.['app']} ${(value['status'] as { phase: string }).phase} ${(value['spec'] as { containers: readonly { image: string }[] }).containers[0]?.image}`).sort()).toEqual(
      NAMES.flatMap((name) => new Array<string>(4).fill(`${name} Running nginx:1.28`)),
    );
    for (const deployment of list('deployments.apps') as readonly Stored<Deployment>[]) {
      expect(deployment.value.status).toMatchObject({ observedGeneration: 2, replicas: 4, updatedReplicas: 4, availableReplicas: 4, terminatingReplicas: 0 });
    }
    const slices = (list('endpointslices.discovery.k8s.io') as readonly Stored<EndpointSlice>[]).filter(({ header }) => header.name !== 'kubernetes');
    const endpoints = slices.flatMap(({ header, value }) =>
      (value.endpoints ?? []).map((endpoint) => `${header.labels?.['kubernetes.io/service-name']} ${endpoint.targetRef?.name} ${String(endpoint.conditions?.ready)}`));
    expect(endpoints.sort()).toEqual(pods.map(({ header, value }) => `${value.metadata.labels?.['app']} ${header.name} true`).sort());
  });
});
