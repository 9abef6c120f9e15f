import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../api/generated/types.js';
import { assumePod, forgetPod, newAssignedPods, setAssignedPod } from './cache/assigned-pods.js';
import { newNodeTable, removeNode, setNode } from './cache/node-table.js';
import { podInfo } from './cache/pod-info.js';
import { newProfile } from './framework/profile.js';
import { DEFAULT_PLUGINS } from './plugins/index.js';
import { feasibleNodesToFind, newCycleTrace, scheduleOne } from './scheduling-cycle.js';
import { selectHost } from './select-host.js';

const profile = newProfile(DEFAULT_PLUGINS);

const node = (name: string, labels: Readonly<Record<string, string>> = {}, allocatable: Readonly<Record<string, string>> = { cpu: '4', memory: '8Gi', pods: '110' }): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec: {},
  status: { allocatable },
});

const pod = (name: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m', memory: '128Mi' } } }], ...spec },
});

/** Go's container/heap Init, over "higher total first"; the root is the winner. */
const goHeapRoot = (totals: readonly number[]): number => {
  const heap = [...totals.keys()];
  const before = (a: number, b: number): boolean => (totals[heap[a] as number] as number) > (totals[heap[b] as number] as number);
  for (let start = (heap.length >> 1) - 1; start >= 0; start--) {
    for (let at = start; ; ) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(child + 1, child)) child++;
      if (!before(child, at)) break;
      [heap[at], heap[child]] = [heap[child] as number, heap[at] as number];
      at = child;
    }
  }
  return heap[0] as number;
};

describe('the choice among the best nodes', () => {
  it('is the root that heap.Init of Go leaves, whatever the totals', () => {
    let seed = 1;
    const draw = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 5000; round++) {
      const totals = Array.from({ length: 1 + draw(70) }, () => draw(1 + draw(5)));
      expect(selectHost(Float64Array.from(totals), totals.length)).toBe(goHeapRoot(totals));
    }
  });
});

describe('a scheduling cycle', () => {
  it('seeks all of fewer than 100 nodes, then a falling part, never less than 100 or 5 %', () => {
    expect([1, 99, 100, 150, 1000, 5000, 10_000].map(feasibleNodesToFind)).toEqual([1, 99, 100, 100, 420, 500, 500]);
  });

  it('looks at one node more than it seeks, and begins the next time after those that it counted', () => {
    const table = newNodeTable();
    for (let at = 0; at < 150; at++) setNode(table, node(`n${at}`));
    const trace = newCycleTrace();
    const decision = scheduleOne(profile, table, podInfo(pod('p')), 100, undefined, trace);
    expect(trace.evaluated).toHaveLength(101);
    expect(trace.feasible).toHaveLength(100);
    expect(decision.nextStart).toBe(50);
  });

  it('takes the nodes of zones in turn, zones in the order in which they were seen', () => {
    const table = newNodeTable();
    for (const [name, zone] of [['a1', 'a'], ['a2', 'a'], ['a3', 'a'], ['b1', 'b'], ['c1', 'c'], ['b2', 'b']] as const) setNode(table, node(name, { 'topology.kubernetes.io/zone': zone }));
    const order = (): string[] => {
      const trace = newCycleTrace();
      scheduleOne(profile, table, podInfo(pod('p')), 0, undefined, trace);
      return trace.evaluated.map((slot) => table.names[slot] as string);
    };
    expect(order()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    removeNode(table, 'b1');
    setNode(table, node('a1', { 'topology.kubernetes.io/zone': 'c' }));
    expect(order()).toEqual(['a2', 'b2', 'c1', 'a3', 'a1']);
  });

  it('counts an assumed pod until it is forgotten, and a confirmed one once', () => {
    const table = newNodeTable();
    const pods = newAssignedPods();
    const slot = setNode(table, node('n1'));
    const one = podInfo(pod('one'));
    assumePod(pods, table, one, 'n1');
    expect(table.requestedMilliCPU[slot]).toBe(100);
    setAssignedPod(pods, table, one, 'n1');
    expect([table.requestedMilliCPU[slot], table.podCount[slot]]).toEqual([100, 1]);
    expect(forgetPod(pods, table, 'one')).toBe(false);
    assumePod(pods, table, podInfo(pod('two')), 'n1');
    expect(forgetPod(pods, table, 'two')).toBe(true);
    expect([table.requestedMilliCPU[slot], table.podCount[slot]]).toEqual([100, 1]);
  });

  it('keeps what pods hold when their node goes and comes back', () => {
    const table = newNodeTable();
    const pods = newAssignedPods();
    setNode(table, node('n1', {}, { cpu: '150m', memory: '8Gi', pods: '110' }));
    setAssignedPod(pods, table, podInfo(pod('one')), 'n1');
    removeNode(table, 'n1');
    expect(scheduleOne(profile, table, podInfo(pod('p')), 0, undefined)).toMatchObject({ type: 'unschedulable', message: 'no nodes available to schedule pods' });
    setNode(table, node('n1', {}, { cpu: '150m', memory: '8Gi', pods: '110' }));
    expect(scheduleOne(profile, table, podInfo(pod('p')), 0, undefined)).toMatchObject({ type: 'unschedulable', plugins: ['NodeResourcesFit'] });
  });

  it('grows with the cluster', () => {
    const table = newNodeTable(2);
    for (let at = 0; at < 100; at++) setNode(table, node(`n${at}`, { disk: at === 77 ? 'ssd' : 'hdd' }, { cpu: '4', memory: '8Gi', pods: '110', 'example.com/gpu': at === 77 ? '1' : '0' }));
    const gpu = pod('p', { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', resources: { requests: { 'example.com/gpu': '1' } } }] });
    expect(scheduleOne(profile, table, podInfo(gpu), 0, undefined)).toMatchObject({ type: 'scheduled', node: 'n77' });
  });
});
