import { type ActorContext, Encoded, type FeedEntry, Simulation, defineActor, milliseconds, named, seconds } from '@naumachia/core';
import { describe, expect, it } from 'vitest';
import type { CoreV1Event, Pod } from '../api/generated/types.js';
import type { KubernetesObject, ObjectHeader } from '../api/object.js';
import type { ApiReply, ApiRequest, CreateRequest, ListRequest, PatchRequest, Stored } from '../api/requests.js';
import { type SchedulerState, scheduler } from './scheduler.js';

/** As much of an API server as a scheduler sees: pods and nodes that are listed and watched, bindings, status patches, Events. */
interface FakeState {
  revision: number;
  readonly pods: Map<string, Stored>;
  readonly nodes: Map<string, Stored>;
  readonly events: CoreV1Event[];
  readonly bindings: string[];
  /** How many of the next bindings are refused. */
  refusals: number;
}

interface PutRequest {
  readonly type: 'put';
  readonly resource: 'pods' | 'nodes';
  readonly object: KubernetesObject;
  readonly change?: 'deleted';
}

interface RefuseRequest {
  readonly type: 'refuse';
  readonly bindings: number;
}

const put = (state: FakeState, resource: 'pods' | 'nodes', object: KubernetesObject, context: ActorContext, deleted = false): Stored => {
  const { namespace = '', name = '', uid = '' } = object.metadata;
  const key = namespace === '' ? name : `${namespace}/${name}`;
  const former = state[resource].get(key);
  const revision = ++state.revision;
  const node = (object as Pod).spec?.nodeName;
  const change = deleted ? 'deleted' : former ? 'updated' : 'created';
  const header: ObjectHeader = { resource, namespace, name, uid, change, keys: node ? [`spec.nodeName=${node}`] : [], revision, createRevision: former?.header.createRevision ?? revision };
  const stored: Stored = Encoded.ofValue(header, object);
  if (deleted) state[resource].delete(key);
  else state[resource].set(key, stored);
  const entry: FeedEntry = { revision, keys: header.keys, value: stored };
  context.publish(resource, [entry]);
  return stored;
};

const refusal = (code: number, reason: string, message: string): ApiReply => ({
  type: 'status',
  status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message },
});

const bind = (state: FakeState, request: CreateRequest, context: ActorContext): ApiReply => {
  const pod = state.pods.get(`${request.namespace}/${request.name}`)?.value as Pod | undefined;
  if (!pod) return refusal(404, 'NotFound', `pods "${request.name}" not found`);
  if (state.refusals > 0) {
    state.refusals--;
    return refusal(500, 'InternalError', 'etcdserver: request timed out');
  }
  const node = (request.object as { readonly target?: { readonly name?: string } }).target?.name ?? '';
  state.bindings.push(`${request.name} -> ${node}`);
  return { type: 'object', code: 201, object: put(state, 'pods', { ...pod, spec: { ...pod.spec, nodeName: node } }, context) };
};

const apiserver = defineActor<undefined, FakeState, ApiRequest | PutRequest | RefuseRequest>({
  kind: 'apiserver',
  start: (_config, context) => {
    for (const feed of ['pods', 'nodes']) context.openFeed(feed, 0, { limit: 100_000 });
    return { revision: 1, pods: new Map(), nodes: new Map(), events: [], bindings: [], refusals: 0 };
  },
  receive: {
    put: (state, request, context) => void put(state, request.resource, request.object, context, request.change === 'deleted'),
    refuse: (state, request) => void (state.refusals = request.bindings),
    list: (state, request: ListRequest, context) => {
      const items = [...(request.resource === 'pods' ? state.pods : state.nodes).values()];
      if (context.caller) context.reply(context.caller, { type: 'list', revision: state.revision, items } as ApiReply);
    },
    create: (state, request: CreateRequest, context) => {
      if (!context.caller) return;
      if (request.subresource === 'binding') context.reply(context.caller, bind(state, request, context));
      else {
        state.events.push(request.object as CoreV1Event);
        context.reply(context.caller, { type: 'value', code: 201, value: request.object } as ApiReply);
      }
    },
    patch: (state, request: PatchRequest, context) => {
      if (request.resource === 'events') {
        if (context.caller) context.reply(context.caller, { type: 'value', code: 200, value: state.events[0] } as ApiReply);
        return;
      }
      const pod = state.pods.get(`${request.namespace}/${request.name}`)?.value as Pod;
      const patch = request.patch as { readonly status: NonNullable<Pod['status']> };
      const object = put(state, 'pods', { ...pod, status: { ...pod.status, ...patch.status } }, context);
      if (context.caller) context.reply(context.caller, { type: 'object', code: 200, object } as ApiReply);
    },
    get: () => undefined,
    update: () => undefined,
    delete: () => undefined,
    deletecollection: () => undefined,
  },
});

const node = (name: string, cpu = '4'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name },
  spec: {},
  status: { allocatable: { cpu, memory: '8Gi', pods: '110' } },
});

const pod = (name: string, spec: Partial<Pod['spec']> = {}, cpu = '1'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1 },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], schedulerName: 'default-scheduler', ...spec },
});

const cluster = (nodes: number, cpu?: string, codec: 'crossing' | 'always' = 'crossing') => {
  const sim = new Simulation({ seed: 7, definitions: [apiserver, scheduler], codec });
  const server = named<PutRequest | RefuseRequest>('apiserver');
  sim.start([
    { name: 'apiserver', kind: 'apiserver', config: undefined },
    { name: 'scheduler', kind: 'scheduler', config: {} },
  ]);
  const port = sim.port('test');
  const store = (resource: 'pods' | 'nodes', object: KubernetesObject, change?: 'deleted'): void => port.send(server, { type: 'put', resource, object, ...(change && { change }) });
  for (let at = 1; at <= nodes; at++) store('nodes', node(`node-${at}`, cpu));
  sim.advance(seconds(1));
  const state = (): FakeState => sim.stateOf<FakeState>('apiserver');
  const notes = (): string[] => state().events.map(({ reason, message }) => `${reason}: ${message}`);
  const podOf = (name: string): Pod => state().pods.get(`default/${name}`)?.value as Pod;
  return { sim, port, server, store, state, notes, podOf, scheduling: () => sim.stateOf<SchedulerState>('scheduler') };
};

describe('the scheduler', () => {
  it('binds a pending pod and says so in an Event of the newer API', () => {
    const { sim, store, state, podOf } = cluster(2);
    store('pods', pod('web'));
    sim.advance(seconds(1));
    expect(state().bindings).toHaveLength(1);
    const bound = podOf('web');
    expect(state().events).toMatchObject([
      {
        type: 'Normal',
        reason: 'Scheduled',
        action: 'Binding',
        message: `Successfully assigned default/web to ${bound.spec.nodeName}`,
        reportingComponent: 'default-scheduler',
        reportingInstance: 'default-scheduler-control-plane',
        involvedObject: { kind: 'Pod', name: 'web', namespace: 'default', uid: 'uid-web' },
      },
    ]);
  });

  it('does the same when every message is encoded', () => {
    const { sim, store, state } = cluster(3, '4', 'always');
    for (let at = 0; at < 12; at++) store('pods', pod(`p${at}`));
    sim.advance(seconds(2));
    expect(state().bindings).toHaveLength(12);
    expect(state().events.map(({ reason }) => reason)).toEqual(new Array(12).fill('Scheduled'));
  });

  it('tries pods of one instant in the order in which they came, those of higher priority first', () => {
    const { sim, store, state } = cluster(0);
    for (let at = 0; at < 40; at++) store('pods', pod(`p${at}`, { priority: at % 10 === 9 ? 5 : 0 }));
    sim.advance(seconds(30));
    store('nodes', node('large', '64'));
    sim.advance(seconds(30));
    expect(state().bindings).toHaveLength(40);
    expect(state().bindings.slice(0, 4)).toEqual(['p9', 'p19', 'p29', 'p39'].map((name) => `${name} -> large`));
  });

  it('fills nodes to the last CPU and no further, with many bindings under way', () => {
    const { sim, store, state, scheduling, notes } = cluster(50);
    for (let at = 0; at < 205; at++) store('pods', pod(`p${at}`));
    sim.advance(seconds(5));
    const perNode = new Map<string, number>();
    for (const stored of state().pods.values()) {
      const name = (stored.value as Pod).spec.nodeName;
      if (name) perNode.set(name, (perNode.get(name) ?? 0) + 1);
    }
    expect([...perNode.values()]).toEqual(new Array(50).fill(4));
    expect(scheduling().binding.size).toBe(0);
    expect(scheduling().counts).toMatchObject({ bound: 200 });
    expect(notes()).toContain('FailedScheduling: 0/50 nodes are available: 50 Insufficient cpu. no new claims to deallocate, preemption: 0/50 nodes are available: 50 No preemption victims found for incoming pod.');
  });

  it('reports a pod that fits nowhere, and binds it once a node comes that it fits', () => {
    const { sim, store, state, notes, podOf } = cluster(1, '1');
    store('pods', pod('big', {}, '3'));
    sim.advance(seconds(1));
    expect(notes()).toEqual(['FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.']);
    expect(podOf('big').status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', observedGeneration: 1 }]);
    store('nodes', node('small', '2'));
    sim.advance(seconds(20));
    expect(state().bindings).toEqual([]);
    store('nodes', node('large', '8'));
    sim.advance(seconds(20));
    expect(state().bindings).toEqual(['big -> large']);
  });

  it('gives the room of a refused binding back, and tries again after a back-off', () => {
    const { sim, store, state, notes, port, server, scheduling } = cluster(1, '1');
    port.send(server, { type: 'refuse', bindings: 1 });
    store('pods', pod('web'));
    sim.advance(milliseconds(500));
    expect(notes()).toEqual(['FailedScheduling: running Bind plugin "DefaultBinder": etcdserver: request timed out']);
    expect(scheduling().scheduling.table.requestedMilliCPU[0]).toBe(0);
    expect(state().bindings).toEqual([]);
    sim.advance(seconds(3));
    expect(state().bindings).toEqual(['web -> node-1']);
  });

  it('leaves a pod pending that asks for a plugin that is not built, and names the plugin', () => {
    const { sim, store, state, notes } = cluster(1);
    store('pods', pod('web', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] } } }));
    sim.advance(seconds(60));
    expect(state().bindings).toEqual([]);
    expect(notes()[0]).toContain('the scheduler plugin InterPodAffinity, which the pod asks for, is not supported yet');
  });

  it('frees the node of a deleted pod for one that waits', () => {
    const { sim, store, state } = cluster(1, '1');
    store('pods', pod('first'));
    sim.advance(seconds(1));
    store('pods', pod('second'));
    sim.advance(seconds(1));
    expect(state().bindings).toEqual(['first -> node-1']);
    store('pods', (state().pods.get('default/first') as Stored).value, 'deleted');
    sim.advance(seconds(15));
    expect(state().bindings).toEqual(['first -> node-1', 'second -> node-1']);
  });

  it('knows the same as the API server once all is quiet', () => {
    const { sim, store, state, scheduling } = cluster(5);
    for (let at = 0; at < 12; at++) store('pods', pod(`p${at}`, {}, '500m'));
    sim.advance(seconds(2));
    for (let at = 0; at < 12; at += 3) store('pods', (state().pods.get(`default/p${at}`) as Stored).value, 'deleted');
    sim.advance(seconds(2));
    const { table, assigned } = scheduling().scheduling;
    const counted = [...table.slots].map(([name, slot]) => `${name} ${table.podCount[slot]} ${table.requestedMilliCPU[slot]}`).sort();
    const actual = new Map([...state().nodes.keys()].map((name) => [name, 0]));
    for (const stored of state().pods.values()) {
      const name = (stored.value as Pod).spec.nodeName ?? '';
      actual.set(name, (actual.get(name) ?? 0) + 1);
    }
    expect(counted).toEqual([...actual].map(([name, count]) => `${name} ${count} ${count * 500}`).sort());
    expect(assigned.byUid.size).toBe(8);
    expect([...assigned.byUid.values()].some(({ assumed }) => assumed)).toBe(false);
  });
});
