import { named, seconds, Simulation } from '@naumachia/core';
import { beforeAll, expect, it } from 'vitest';
import type { KubernetesObject } from '../api/object.js';
import type { ApiRequest } from '../api/requests.js';
import { apiserver } from '../apiserver/apiserver.js';
import { controllerManager } from '../controllers/controller-manager.js';
import { etcd } from '../etcd/etcd.js';
import { kubelet } from '../kubelet/kubelet.js';
import { kubeProxy } from '../kube-proxy/kube-proxy.js';
import { parseExposition, type Scraped, valueAt } from '../machinery/metrics/testing/parse.js';
import { scheduler } from '../scheduler/scheduler.js';
import { exposition, type ObservedMetrics, reporter } from './index.js';

const APISERVER = named<ApiRequest>('apiserver');
const ADMIN = { user: { name: 'admin', groups: ['system:masters'] }, fieldManager: 'test' };
const REPLICAS = 4;

const container = (cpu: string): object => ({ name: 'c', image: 'nginx', resources: { requests: { cpu } } });
const OBJECTS: readonly (readonly [string, object])[] = [
  ['deployments.apps', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: REPLICAS, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container('10m')] } } } }],
  ['services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }],
  ['pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'too-big' }, spec: { containers: [container('1000')] } }],
];

let scraped: Map<string, Scraped>;
const at = (name: string, labels?: Readonly<Record<string, string>>): number | undefined => valueAt(scraped, name, labels);

beforeAll(() => {
  const metrics = reporter();
  const sim = new Simulation({ seed: 3, definitions: [etcd, apiserver, controllerManager, scheduler, kubelet, kubeProxy], observer: metrics.observer });
  sim.start([
    { name: 'etcd', kind: 'etcd', config: {} },
    { name: 'apiserver', kind: 'apiserver', config: {} },
    { name: 'controller-manager', kind: 'controller-manager', config: {} },
    { name: 'scheduler', kind: 'scheduler', config: {} },
    ...[1, 2].flatMap((index) => [
      { name: `kubelet/node-${index}`, kind: 'kubelet', config: { node: `node-${index}`, index, profile: 'recorded' } },
      { name: `kube-proxy/node-${index}`, kind: 'kube-proxy', config: { node: `node-${index}`, profile: 'recorded' } },
    ]),
  ]);
  sim.advance(seconds(15));
  for (const [resource, object] of OBJECTS) expect(sim.ask(APISERVER, { type: 'create', ...ADMIN, resource, namespace: 'default', object: object as KubernetesObject })).toMatchObject({ code: 201 });
  sim.advance(seconds(20));
  const { metrics: families } = metrics.report(function* (kind) {
    for (const cell of sim.host.cells.values()) if (cell.behaviour.kind === kind) yield cell.state;
  }) as ObservedMetrics;
  scraped = parseExposition(exposition(families));
});

it('what the API server answered is counted by verb, resource, scope and code', () => {
  expect(at('apiserver_request_total', { verb: 'POST', resource: 'pods', subresource: 'binding', scope: 'resource', code: '201', component: 'apiserver', group: '', version: 'v1' })).toBe(REPLICAS);
  expect(at('apiserver_request_total', { verb: 'POST', resource: 'deployments', group: 'apps' })).toBe(1);
  expect(at('apiserver_request_duration_seconds_count', { verb: 'POST', resource: 'deployments' })).toBe(1);
  expect(at('apiserver_current_inflight_requests', { request_kind: 'mutating' })).toBe(0);
  expect(at('apiserver_storage_objects', { resource: 'pods' })).toBe(REPLICAS + 1);
});

it('every request has a code, and components see the same numbers as the API server', () => {
  expect(at('rest_client_requests_total')).toBe(at('apiserver_request_total'));
  expect(at('rest_client_request_duration_seconds_count')).toBe(at('apiserver_request_duration_seconds_count'));
  expect(at('rest_client_request_duration_seconds_sum')).toBeCloseTo(at('apiserver_request_duration_seconds_sum') as number);
});

it('etcd is asked to create what the API server creates', () => {
  expect(at('etcd_requests_total', { operation: 'create', resource: 'pods', group: '' })).toBe(REPLICAS + 1);
  expect(at('etcd_request_duration_seconds_count', { operation: 'create', group: 'apps', resource: 'replicasets' })).toBe(1);
});

it('the scheduler tells attempts, and what waits for a node', () => {
  expect(at('scheduler_schedule_attempts_total', { result: 'scheduled', profile: 'default-scheduler' })).toBe(REPLICAS);
  expect(at('scheduler_schedule_attempts_total', { result: 'unschedulable' })).toBeGreaterThanOrEqual(1);
  expect(at('scheduler_scheduling_attempt_duration_seconds_count', { result: 'scheduled' })).toBe(REPLICAS);
  expect(at('scheduler_scheduling_attempt_duration_seconds_sum', { result: 'scheduled' })).toBeGreaterThan(0);
  expect(['active', 'backoff', 'gated', 'unschedulable'].map((queue) => at('scheduler_pending_pods', { queue }))).toEqual([0, 0, 0, 1]);
  expect(at('scheduler_pod_scheduling_attempts_count')).toBe(REPLICAS);
});

it('kubelets tell what runs, and how long it took to start', () => {
  expect(at('kubelet_running_pods')).toBe(REPLICAS);
  expect(at('kubelet_running_containers', { container_state: 'running' })).toBe(REPLICAS);
  expect(at('kubelet_pod_start_duration_seconds_count')).toBe(REPLICAS);
  expect(at('kubelet_started_pods_total')).toBe(REPLICAS);
  expect(at('kubelet_pod_start_duration_seconds_sum')).toBeGreaterThan(1);
});

it('proxies tell how long endpoints took to be in force, and work queues what went through them', () => {
  expect(at('kubeproxy_network_programming_duration_seconds_count', { ip_family: 'IPv4' })).toBeGreaterThanOrEqual(2);
  expect(at('workqueue_adds_total', { name: 'deployment' })).toBeGreaterThan(1);
  expect(at('workqueue_depth', { name: 'deployment' })).toBe(0);
  expect(at('workqueue_work_duration_seconds_sum', { name: 'replicaset' })).toBeGreaterThan(0);
  expect(at('workqueue_queue_duration_seconds_count', { name: 'deployment' })).toBe(at('workqueue_work_duration_seconds_count', { name: 'deployment' }));
});

it('histograms are cumulative, and end with all that was counted', () => {
  for (const [name, { type, lines }] of scraped) {
    if (type !== 'histogram') continue;
    const series = new Map<string, number[]>();
    const counts = new Map<string, number>();
    for (const { name: of, labels: { le, ...labels }, value } of lines) {
      const key = JSON.stringify(labels);
      if (le !== undefined) series.set(key, [...(series.get(key) ?? []), value]);
      else if (of.endsWith('_count')) counts.set(key, value);
    }
    for (const [key, buckets] of series) {
      expect(buckets, name).toEqual(buckets.toSorted((a, b) => a - b));
      expect(buckets.at(-1), name).toBe(counts.get(key));
    }
  }
});
