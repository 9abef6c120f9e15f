import { currentObject, newApiServerState, planWrite, resourceCache, takeIn, type ApiServerState, type Plan, type WriteRequest } from '@naumachia/actors/apiserver';
import { type ActorContext, Encoded, instantOf, Random } from '@naumachia/core';

/**
 * What a write costs the API server's own code: defaults, admission, managers, validation, the guarded write, and the watch cache's
 * update once etcd has committed. Messages and etcd are not in it.
 */
export interface ApiWritesBench {
  readonly state: ApiServerState;
  readonly context: ActorContext;
  revision: number;
  pods: number;
  events: number;
}

const USER = { name: 'system:kube-controller-manager', groups: ['system:masters'] };
const NAMESPACE = 'bench';

type Kept = ReturnType<typeof currentObject>;

export const apiWritesBench = (): ApiWritesBench => {
  const random = Random.named(1, 'api-writes');
  const context = { now: instantOf(1_790_000_000_000), random, run: () => {}, reply: () => {}, caller: undefined } as unknown as ActorContext;
  const state = newApiServerState({});
  state.phase = 'serving';
  const bench: ApiWritesBench = { state, context, revision: 1, pods: 0, events: 0 };
  carry(bench, { type: 'create', user: USER, resource: 'namespaces', namespace: '', fieldManager: 'bench', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } });
  carry(bench, { type: 'create', user: USER, resource: 'serviceaccounts', namespace: NAMESPACE, fieldManager: 'bench', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } } });
  return bench;
};

/** Plans a write, commits it as etcd would, and takes it into the watch cache. */
const carry = (bench: ApiWritesBench, request: WriteRequest): NonNullable<Kept> => {
  const plan: Plan = planWrite(bench.state, bench.context, request);
  if (plan.type !== 'put') throw new Error(`${request.type} of ${request.resource} came to ${JSON.stringify(plan).slice(0, 500)}`);
  const revision = ++bench.revision;
  const stored = Encoded.ofValue({ ...plan.header, key: plan.key, createRevision: plan.expected === 0 ? revision : 0, revision, version: 1, lease: plan.lease }, plan.value) as NonNullable<Kept>;
  takeIn(resourceCache(bench.state.cache, plan.header.resource), stored);
  bench.state.cache.revision = revision;
  return stored;
};

/** One template whose parts all pods share, as those that a ReplicaSet makes in this process do. */
const spec = {
  containers: [
    {
      name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }], env: [{ name: 'MODE', value: 'production' }],
      readinessProbe: { httpGet: { path: '/', port: 80, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
      terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent',
    },
  ],
  restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler',
};
const labels = { app: 'web', 'pod-template-hash': '5d4f8c7b9' };
const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5d4f8c7b9', uid: '11111111-2222-4333-8444-555555555555', controller: true, blockOwnerDeletion: true }];

export const createPod = (bench: ApiWritesBench): string => {
  bench.pods++;
  const stored = carry(bench, {
    type: 'create', user: USER, resource: 'pods', namespace: NAMESPACE, fieldManager: 'kube-controller-manager',
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'web-5d4f8c7b9-', labels: { ...labels }, ownerReferences: [...ownerReferences] }, spec },
  });
  return stored.header.name;
};

export const bindPod = (bench: ApiWritesBench, name: string): void => {
  carry(bench, {
    type: 'create', user: USER, resource: 'pods', subresource: 'binding', namespace: NAMESPACE, name, fieldManager: 'kube-scheduler',
    object: { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace: NAMESPACE }, target: { kind: 'Node', name: `node-${bench.pods % 1000}` } },
  });
};

const condition = (type: string, status: string) => ({ type, status, observedGeneration: 1, lastProbeTime: null, lastTransitionTime: '2026-09-21T14:13:20Z' });

/** The patch by which a kubelet says that the pod runs. */
export const patchPodStatus = (bench: ApiWritesBench, name: string): void => {
  const address = `10.244.${bench.pods & 255}.${(bench.pods >> 8) & 255}`;
  carry(bench, {
    type: 'patch', user: USER, resource: 'pods', subresource: 'status', namespace: NAMESPACE, name, fieldManager: 'kubelet', patchType: 'strategic',
    patch: {
      metadata: { uid: currentObject(bench.state, 'pods', NAMESPACE, name)?.header.uid },
      status: {
        conditions: [condition('PodReadyToStartContainers', 'True'), condition('Initialized', 'True'), condition('Ready', 'True'), condition('ContainersReady', 'True'), condition('PodScheduled', 'True')],
        containerStatuses: [{
          name: 'web', containerID: `containerd://${bench.pods}`, image: 'docker.io/library/nginx:1.27', imageID: 'docker.io/library/nginx@sha256:0', lastState: {}, ready: true, restartCount: 0, started: true,
          state: { running: { startedAt: '2026-09-21T14:13:20Z' } },
        }],
        hostIP: '172.16.0.1', hostIPs: [{ ip: '172.16.0.1' }], observedGeneration: 1, phase: 'Running', podIP: address, podIPs: [{ ip: address }], startTime: '2026-09-21T14:13:20Z',
      },
    },
  });
};

export const createEvent = (bench: ApiWritesBench, pod: string): void => {
  const number = ++bench.events;
  carry(bench, {
    type: 'create', user: USER, resource: 'events', namespace: NAMESPACE, fieldManager: 'kubelet',
    object: {
      apiVersion: 'v1', kind: 'Event', metadata: { name: `${pod}.${number.toString(16)}`, namespace: NAMESPACE },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: pod, uid: '11111111-2222-4333-8444-555555555555', fieldPath: 'spec.containers{web}', resourceVersion: '1234' },
      reason: 'Started', message: 'Container started', source: { component: 'kubelet', host: 'node-1' }, firstTimestamp: '2026-09-21T14:13:20Z', lastTimestamp: '2026-09-21T14:13:20Z', count: 1, type: 'Normal',
      reportingComponent: 'kubelet', reportingInstance: 'node-1',
    },
  });
};

export const getPod = (bench: ApiWritesBench, name: string): Kept => currentObject(bench.state, 'pods', NAMESPACE, name);

/** Microseconds of CPU of one kind of write each, over `count` pods: what a pod's way costs here. */
export const measureApiWrites = (count: number): Readonly<Record<'pod-create' | 'pod-bind' | 'pod-status' | 'event-create' | 'pod-get', number>> => {
  const bench = apiWritesBench();
  // A drawn name may come twice; etcd's guard would have it drawn again.
  const names = new Set<string>();
  const timed = (each: (name: string) => unknown, over: readonly string[]): number => {
    const began = process.cpuUsage().user;
    for (const name of over) each(name);
    return (process.cpuUsage().user - began) / over.length;
  };
  const slots = Array.from({ length: count }, () => '');
  return {
    'pod-create': timed(() => names.add(createPod(bench)), slots),
    'pod-bind': timed((name) => bindPod(bench, name), [...names]),
    'pod-status': timed((name) => patchPodStatus(bench, name), [...names]),
    'event-create': timed((name) => createEvent(bench, name), [...names]),
    'pod-get': timed((name) => void getPod(bench, name), [...names]),
  };
};
