import { describe, expect, it } from 'vitest';
import { type ApiReply, type ApiRequest, CATALOG, catalog, clusterActors, clusterHeap, clusterPlacement, type KubernetesObject } from '@naumachia/actors';
import { createRuntime, named, OWN_THREADS, type Placement, seconds, Simulation } from '@naumachia/core';
import { reporter } from './fixtures/trace-reporter.mjs';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'kubernetes-admin', groups: ['system:masters'] };
const NODES = 2;
const PODS = 2;

const SERVICE: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } };
const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: PODS, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } },
};

const create = (resource: string, object: KubernetesObject): ApiRequest => ({ type: 'create', user: USER, fieldManager: 'test', resource, namespace: 'default', object });
const list = (resource: string): ApiRequest => ({ type: 'list', user: USER, resource, namespace: 'default' });
const runningIn = (reply: ApiReply | { readonly type: 'failure' }): number =>
  reply.type === 'list' ? reply.items.filter(({ value }) => (value['status'] as { readonly phase?: string } | undefined)?.phase === 'Running').length : 0;

type Trace = Readonly<Record<string, number | null>>;

const inSimulation = async (): Promise<Trace> => {
  const trace = reporter();
  const definitions = await Promise.all(Object.values(catalog.actors).map((load) => load()));
  const simulation = new Simulation({ seed: 1, definitions, observer: trace.observer });
  simulation.start(clusterActors({ nodes: NODES, latency: 'none' }));
  simulation.advance(seconds(10));
  for (const request of [create('services', SERVICE), create('deployments.apps', DEPLOYMENT)]) expect(simulation.ask(API, request)).toMatchObject({ type: 'object' });
  simulation.advance(seconds(10));
  expect(runningIn(simulation.ask(API, list('pods')))).toBe(PODS);
  return trace.report();
};

const onThreads = async (placement: Placement): Promise<Trace> => {
  const runtime = await createRuntime({ seed: 1, placement, catalog: CATALOG, reporter: new URL('./fixtures/trace-reporter.mjs', import.meta.url).href, heap: clusterHeap });
  try {
    await runtime.start(clusterActors({ nodes: NODES, latency: 'none' }));
    const port = runtime.port('test');
    for (const request of [create('services', SERVICE), create('deployments.apps', DEPLOYMENT)]) expect(await port.request(API, request)).toMatchObject({ type: 'object' });
    const seen = async (): Promise<Trace> => Object.assign({}, ...(await runtime.reports()).map(({ observed }) => observed)) as Trace;
    const done = async (): Promise<boolean> => runningIn(await port.request(API, list('pods'))) === PODS && STATIONS.every((station) => station in trace);
    let trace = await seen();
    for (let tries = 0; tries < 600 && !(await done()); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      trace = await seen();
    }
    return trace;
  } finally {
    await runtime.stop('abort');
  }
};

/** The way of a pod as the architecture draws it. */
const STATIONS = [
  'apiserver to etcd: deployments.apps',
  'etcd publishes: deployments.apps to its followers',
  'apiserver publishes: deployments.apps created',
  'controller-manager is fed: deployments.apps',
  'controller-manager: create replicasets.apps',
  'controller-manager is fed: replicasets.apps',
  'controller-manager: create pods',
  'apiserver to etcd: pods',
  'apiserver publishes: pods created',
  'scheduler is fed: pods',
  'scheduler: create pods/binding',
  'a pod is bound',
  'kubelet is fed: pods',
  'kubelet: patch pods/status',
  'a pod is Running',
  'controller-manager: update endpointslices.discovery.k8s.io',
  'an endpoint is ready',
  'kube-proxy is fed: endpointslices.discovery.k8s.io',
];

/** These have revisions, which say in every mode what came after what. */
const IN_ORDER = ['apiserver publishes: deployments.apps created', 'apiserver publishes: replicasets.apps created', 'apiserver publishes: pods created', 'a pod is bound', 'a pod is Running', 'an endpoint is ready'];

const MODES: Readonly<Record<string, () => Promise<Trace>>> = {
  'in virtual time': inSimulation,
  'inline': () => onThreads(clusterPlacement('packed', 0)),
  'packed on two hosts': () => onThreads(clusterPlacement('packed', 2)),
  'with a thread for each component': () => onThreads(OWN_THREADS),
  'with threads of two processes': () => onThreads(clusterPlacement('threads', undefined, 2)),
};

describe('one pod, from apply to proxy', () => {
  for (const [mode, follow] of Object.entries(MODES)) {
    it(`passes every station in order, ${mode}`, async () => {
      const trace = await follow();
      expect(STATIONS.filter((station) => !(station in trace))).toEqual([]);
      const revisions = IN_ORDER.map((station) => trace[station] ?? 0);
      expect(revisions.every((revision) => revision > 0)).toBe(true);
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    });
  }
});
