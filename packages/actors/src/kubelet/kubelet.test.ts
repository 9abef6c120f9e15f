import { named } from '@naumachia/core';
import { describe, expect, test } from 'vitest';
import type { CoreV1Event } from '../api/generated/types.js';
import { oneNode, server, shell } from './testing/one-node.js';

describe('a pod on a node without latency', () => {
  test('is shown as started, then as running: two status writes', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    const writes = node.written('pods').map(({ object }) => (object as { status?: { phase?: string } }).status?.phase);
    expect(writes).toEqual(['Pending', 'Running']);
    expect(node.written('events').slice(-3).map(({ object }) => (object as CoreV1Event).reason)).toEqual(['Pulled', 'Created', 'Started']);
  });

  test('is pulled once per node if its policy allows', () => {
    const node = oneNode({ images: [] });
    node.create('a', server);
    node.advance(1);
    node.create('b', server);
    node.advance(1);
    const reasons = node.written('events').map(({ object }) => (object as CoreV1Event).reason);
    expect(reasons.filter((reason) => reason === 'Pulling')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'Pulled')).toHaveLength(2);
  });

  test('leaves nothing behind when it is deleted', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    node.remove('web');
    node.advance(1);
    expect(node.pod('web')).toBeUndefined();
    const state = node.state();
    expect([state.workers.size, state.runtime.sandboxes.size, state.used]).toEqual([0, 0, { cpu: 0, memory: 0, pods: 0 }]);
    expect(state.runtime.addresses.every((word) => word === 0)).toBe(true);
  });

  test('that is deleted by force is stopped without another write', () => {
    const node = oneNode();
    node.create('web', shell('sleep 1000'));
    node.advance(1);
    const before = node.written('pods').length;
    node.remove('web', 0);
    node.advance(5);
    expect(node.written('pods').length).toBe(before);
    expect(node.state().workers.size).toBe(0);
  });

  test('that is deleted before anything of it ran has failed', () => {
    const node = oneNode();
    node.create('web', { containers: [{ name: 'c', image: 'nginx:doesnotexist' }] });
    node.advance(1);
    node.remove('web');
    node.advance(1);
    expect(node.pod('web')).toBeUndefined();
    const last = node.written('pods').filter(({ verb }) => verb === 'patch').at(-1)?.object as { status?: object };
    expect(last.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } }] });
  });

  test('that is deleted while its first status is on its way leaves as well', () => {
    const node = oneNode();
    // Neither waits for the other: the deletion arrives between write and answer.
    node.create('web', server);
    node.remove('web');
    node.advance(3);
    expect(node.pod('web')).toBeUndefined();
    expect(node.state().workers.size).toBe(0);
  });

  test('gets its status back when somebody else changes it', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    node.patch('web', { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Nonsense' }], phase: 'Unknown' } });
    node.advance(1);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running' });
    expect(node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
  });

  test('keeps conditions that are not the kubelet\'s', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    node.patch('web', { status: { conditions: [{ type: 'example.com/mine', status: 'True' }] } });
    node.advance(1);
    node.remove('web');
    node.advance(1);
    const last = node.written('pods').filter(({ verb }) => verb === 'patch').at(-1)?.object as { status?: { conditions?: { type: string }[] } };
    expect(last.status?.conditions?.map(({ type }) => type)).toContain('example.com/mine');
  });

  test('runs the new image when its image is changed', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    node.patch('web', { metadata: { generation: 2 }, spec: { containers: [{ name: 'c', image: 'nginx:1.28' }] } });
    node.advance(1);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', observedGeneration: 2, containerStatuses: [{ image: 'docker.io/library/nginx:1.28', restartCount: 1 }] });
  });

  test('starts again when its image can be pulled after all', () => {
    const node = oneNode();
    node.create('web', { containers: [{ name: 'c', image: 'nginx:broken' }] });
    node.advance(1);
    node.patch('web', { metadata: { generation: 2 }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
    node.advance(1);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0, ready: true }] });
  });

  test('is reported again when the API server could not be reached', () => {
    const node = oneNode();
    node.create('web', shell('sleep 5; exit 1', { restartPolicy: 'Never' }));
    node.advance(1);
    node.sim.applyFaults({ rules: [{ from: 'kubelet/node-1', to: 'apiserver', end: 20_000, fault: { type: 'reset' } }] });
    node.advance(60);
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed' });
  });

  test('that was deleted while its node was cut off leaves, although the node wrote its status before it listed anew', () => {
    const node = oneNode({}, 'crossing', 1);
    node.create('web', shell('sleep 10; exit 1'));
    node.advance(5);
    node.sim.applyFaults({ rules: [{ from: 'apiserver', to: 'kubelet/node-1', bothWays: true, fault: { type: 'partition' } }] });
    node.advance(60);
    node.remove('web');
    // The log does not reach back to the deletion any more.
    for (let i = 0; i < 40; i++) node.create(`elsewhere-${i}`, { ...server, nodeName: 'node-2' });
    node.sim.applyFaults({});
    node.advance(120);
    expect([node.pod('web'), node.state().workers.size]).toEqual([undefined, 0]);
  });

  test('has been restarted once after its kubelet lost its memory', () => {
    const node = oneNode();
    node.create('web', server);
    node.advance(1);
    node.sim.applyFaults({ actions: [{ type: 'kill', at: 0, actor: 'kubelet/node-1' }] });
    node.advance(5);
    expect(node.pod('web')?.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } }],
    });
  });
});

describe('a node', () => {
  test('does the same where every message is encoded', () => {
    const node = oneNode({}, 'always');
    node.create('web', server);
    node.create('job', shell('echo done', { restartPolicy: 'Never' }));
    node.advance(2);
    expect([node.pod('web')?.status?.phase, node.pod('job')?.status?.phase]).toEqual(['Running', 'Succeeded']);
    node.remove('web');
    node.advance(2);
    expect(node.pod('web')).toBeUndefined();
  });

  test('has a state of plain data', () => {
    const node = oneNode({ profile: 'recorded' });
    node.create('web', server);
    node.create('loop', shell('while true; do echo tick; sleep 1; done'));
    node.create('bad', { containers: [{ name: 'c', image: 'nginx:nope' }] });
    node.advance(5);
    // Functions and promises cannot be cloned.
    expect(() => structuredClone(node.state())).not.toThrow();
  });

  test('refuses the 111th pod', () => {
    const node = oneNode();
    for (let i = 0; i < 111; i++) node.create(`p${i}`, server);
    node.advance(2);
    const phases = Array.from({ length: 111 }, (_, i) => node.pod(`p${i}`)?.status?.phase);
    expect(phases.filter((phase) => phase === 'Running')).toHaveLength(110);
    expect(node.pod('p110')?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfpods' });
    const addresses = new Set(Array.from({ length: 110 }, (_, i) => node.pod(`p${i}`)?.status?.podIP));
    expect(addresses.size).toBe(110);
  });

  test('names the pods that it runs', () => {
    const node = oneNode();
    node.create('web', server);
    node.create('done', shell('true', { restartPolicy: 'Never' }));
    node.advance(1);
    expect(node.sim.ask(named('kubelet/node-1'), { type: 'runningPods' } as never)).toMatchObject({ pods: [{ namespace: 'ns', name: 'web', containers: ['c'] }] });
  });
});
