import { atomically, defineActor, type Flow, milliseconds, requests, sleep } from '@naumachia/core';
import type { Node, Pod } from '../../api/generated/types.js';
import type { ApiRequest, Stored } from '../../api/requests.js';
import { defineInformer, informerGroup, noInformers, objectsOf, type WithInformers } from '../../machinery/informer.js';
import { API_SERVER, type ApiClient, createRequest, deleteRequest, updateSubresourceRequest } from '../../machinery/requests.js';
import { timestamp } from '../../machinery/timestamp.js';

/** Stands in for scheduler and kubelets in tests of the controllers: binds pods, lets them run and ends them, without Events. */
interface SmallKubelet extends WithInformers {
  readonly config: SmallKubeletConfig;
  readonly bound: Set<string>;
  next: number;
}

export interface SmallKubeletConfig {
  readonly nodes: number;
}

const CLIENT: ApiClient = { user: { name: 'system:admin', groups: ['system:masters'] }, fieldManager: 'kubelet' };

const PODS = defineInformer<SmallKubelet, Pod>({
  resource: 'pods',
  changed: (state, former, current, context) => {
    if (current === undefined) return;
    const key = `${current.header.namespace}/${current.header.name}`;
    const { value } = current;
    if (value.spec.nodeName === undefined && value.metadata.deletionTimestamp === undefined && !state.bound.has(key)) {
      state.bound.add(key);
      state.next++;
      context.run(runPod, { namespace: current.header.namespace, name: current.header.name, node: `node-${1 + (state.next % state.config.nodes)}`, ip: `10.244.${state.next >> 8}.${state.next & 255}` });
    } else if (value.metadata.deletionTimestamp !== undefined && former?.value.metadata.deletionTimestamp === undefined) {
      context.run(endPod, { namespace: current.header.namespace, name: current.header.name });
    }
  },
});

const informers = informerGroup<SmallKubelet>([PODS], () => CLIENT);

interface PodOnNode {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

const podAt = (state: SmallKubelet, { namespace, name }: { readonly namespace: string; readonly name: string }): Stored<Pod> | undefined => objectsOf(state.informers, PODS).get(`${namespace}/${name}`);

function* runPod(pod: PodOnNode): Flow {
  yield* requests([
    {
      to: API_SERVER,
      message: {
        ...createRequest(CLIENT, 'pods', pod.namespace, { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.name, namespace: pod.namespace }, target: { kind: 'Node', name: pod.node } }),
        name: pod.name,
        subresource: 'binding',
      },
    },
  ]);
  yield* sleep(milliseconds(100));
  for (const ready of [false, true]) {
    const write = yield* atomically<SmallKubelet, ApiRequest | undefined>((state, context) => {
      const stored = podAt(state, pod);
      if (stored === undefined || stored.value.metadata.deletionTimestamp !== undefined) return undefined;
      const now = timestamp(context.now);
      const status = ready ? 'True' : 'False';
      const { value } = stored;
      return updateSubresourceRequest(CLIENT, stored.header, 'status', {
        ...value,
        status: {
          ...value.status,
          phase: ready ? 'Running' : 'Pending',
          conditions: [...(value.status?.conditions ?? []).filter(({ type }) => type !== 'Ready'), { type: 'Ready', status, lastTransitionTime: now }],
          ...(ready && { podIP: pod.ip, podIPs: [{ ip: pod.ip }] }),
        },
      });
    });
    if (write === undefined) return;
    yield* requests([{ to: API_SERVER, message: write }]);
    yield* sleep(milliseconds(200));
  }
}

function* endPod(pod: { readonly namespace: string; readonly name: string }): Flow {
  yield* sleep(milliseconds(300));
  const write = yield* atomically<SmallKubelet, ApiRequest | undefined>((state, context) => {
    const stored = podAt(state, pod);
    if (stored === undefined) return undefined;
    const { value } = stored;
    const conditions = (value.status?.conditions ?? []).map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: timestamp(context.now) } : condition));
    return updateSubresourceRequest(CLIENT, stored.header, 'status', { ...value, status: { ...value.status, phase: 'Succeeded', conditions } });
  });
  if (write === undefined) return;
  yield* requests([{ to: API_SERVER, message: write }]);
  yield* requests([{ to: API_SERVER, message: deleteRequest(CLIENT, 'pods', pod.namespace, pod.name, { gracePeriodSeconds: 0 }) }]);
}

function* makeNodes(count: number): Flow {
  const nodes = Array.from({ length: count }, (_, i): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${i + 1}` }, spec: {}, status: { conditions: [] } }));
  yield* requests(nodes.map((node) => ({ to: API_SERVER, message: createRequest(CLIENT, 'nodes', '', node) })));
}

export const smallKubelet = defineActor<SmallKubeletConfig, SmallKubelet, never>({
  kind: 'small-kubelet',
  start: (config, context) => {
    const state: SmallKubelet = { config, informers: noInformers(), bound: new Set(), next: 0 };
    context.run(makeNodes, config.nodes);
    informers.start(state, context);
    return state;
  },
  receive: {},
  signals: {
    feed: (state, batch, context) => void informers.feed(state, batch, context),
    feedEnded: (state, end, context) => void informers.feedEnded(state, end, context),
  },
  flows: [runPod, endPod, makeNodes, ...informers.flows],
});
