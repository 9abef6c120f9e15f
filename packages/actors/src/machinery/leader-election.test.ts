import { named, seconds, Simulation } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { KeyHeader } from '../api/etcd-requests.js';
import type { Lease } from '../api/generated/types.js';
import type { ApiRequest, Stored } from '../api/requests.js';
import { instantOfTime } from '../api/time-format.js';
import { apiserver } from '../apiserver/index.js';
import { clusterActors } from '../cluster.js';
import { controllerManager } from '../controllers/controller-manager.js';
import { etcd } from '../etcd/index.js';
import { scheduler } from '../scheduler/index.js';

const API = named<ApiRequest>('apiserver');
const USER = { name: 'admin', groups: ['system:masters'] };

const controlPlane = () => {
  const simulation = new Simulation({ seed: 1, definitions: [etcd, apiserver, controllerManager, scheduler], onFailure: 'restart' });
  simulation.start(clusterActors({ nodes: 0, latency: 'none' }));
  const list = (resource: string): readonly Stored[] => {
    const answer = simulation.ask(API, { type: 'list', user: USER, resource, namespace: 'kube-system' });
    return answer.type === 'list' ? answer.items : [];
  };
  const lease = (name: string): Stored<Lease> => list('leases.coordination.k8s.io').find(({ header }) => header.name === name) as Stored<Lease>;
  return { simulation, list, lease };
};

test('the controller manager and the scheduler hold their leases and say so', () => {
  const { simulation, list, lease } = controlPlane();
  simulation.advance(seconds(10));
  for (const name of ['kube-controller-manager', 'kube-scheduler']) {
    const { holderIdentity, leaseDurationSeconds, leaseTransitions } = lease(name).value.spec;
    expect({ leaseDurationSeconds, leaseTransitions }).toEqual({ leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(holderIdentity).toMatch(/^control-plane_[0-9a-f-]{36}$/);
    expect(list('events').some(({ value }) => value['message'] === `${holderIdentity} became leader` && value['reason'] === 'LeaderElection')).toBe(true);
  }
});

test('a lease is renewed every two seconds', () => {
  const { simulation, lease } = controlPlane();
  simulation.advance(seconds(10));
  const versionOf = ({ header }: ReturnType<typeof lease>): number => (header as typeof header & KeyHeader).version;
  const before = lease('kube-scheduler');
  simulation.advance(seconds(60));
  const after = lease('kube-scheduler');
  expect(versionOf(after) - versionOf(before)).toBeGreaterThanOrEqual(29);
  expect(versionOf(after) - versionOf(before)).toBeLessThanOrEqual(30);
  expect(instantOfTime(after.value.spec.renewTime ?? '') - instantOfTime(before.value.spec.renewTime ?? '')).toBeGreaterThan(57_000);
});

test('one that comes back is another, and takes the lease once its time is over', () => {
  const { simulation, lease } = controlPlane();
  simulation.advance(seconds(10));
  const before = lease('kube-scheduler').value.spec;
  simulation.applyFaults({ actions: [{ type: 'kill', actor: 'scheduler', at: 0, downFor: 1000 }] });
  simulation.advance(seconds(12));
  expect(lease('kube-scheduler').value.spec).toEqual(before);
  simulation.advance(seconds(10));
  const after = lease('kube-scheduler').value.spec;
  expect(after.holderIdentity).not.toBe(before.holderIdentity);
  expect(after.leaseTransitions).toBe(1);
});

test('a lease that somebody deleted is made anew', () => {
  const { simulation, lease } = controlPlane();
  simulation.advance(seconds(10));
  simulation.ask(API, { type: 'delete', user: USER, resource: 'leases.coordination.k8s.io', namespace: 'kube-system', name: 'kube-scheduler' });
  simulation.advance(seconds(8));
  expect(lease('kube-scheduler').value.spec.leaseTransitions).toBe(0);
});
