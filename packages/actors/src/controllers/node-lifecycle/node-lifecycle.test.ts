import { type Instant, instantOf, later, seconds } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Node, NodeCondition } from '../../api/generated/types.js';
import { noteSigns, silentConditions } from './node-health.js';
import { noScheduleChanges } from './taints.js';
import { toleratedSeconds } from './taint-eviction.js';
import { newZone, takeToken, zoneRate, zoneState } from './zones.js';

const NOW = instantOf(Date.UTC(2026, 0, 1));
const AT = '2026-01-01T00:00:00Z';
const condition = (type: string, status: string): NodeCondition => ({ type, status, lastHeartbeatTime: AT, lastTransitionTime: AT });
const node = (conditions: readonly NodeCondition[], spec: Node['spec'] = {}): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', creationTimestamp: AT }, spec, status: { conditions } });
const lease = (renewTime: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {}, spec: { renewTime } });
const statuses = (conditions: readonly NodeCondition[] | undefined) => conditions?.map(({ type, status, reason }) => `${type}=${status}:${reason ?? ''}`);

test('a node that says nothing for fifty seconds is of unknown state', () => {
  const ready = node([condition('Ready', 'True'), condition('MemoryPressure', 'False'), condition('DiskPressure', 'False'), condition('PIDPressure', 'False')]);
  const health = noteSigns(undefined, ready, undefined, NOW);
  expect(silentConditions(health, ready, 50, later(NOW, seconds(49.9)))).toBeUndefined();
  expect(statuses(silentConditions(health, ready, 50, later(NOW, seconds(50))))).toEqual([
    'Ready=Unknown:NodeStatusUnknown', 'MemoryPressure=Unknown:NodeStatusUnknown', 'DiskPressure=Unknown:NodeStatusUnknown', 'PIDPressure=Unknown:NodeStatusUnknown',
  ]);
});

test('a renewed lease is a sign of life', () => {
  const ready = node([condition('Ready', 'True')]);
  let health = noteSigns(undefined, ready, lease('2026-01-01T00:00:00.000000Z'), NOW);
  health = noteSigns(health, ready, lease('2026-01-01T00:00:10.000000Z'), later(NOW, seconds(40)));
  expect(silentConditions(health, ready, 50, later(NOW, seconds(80)))).toBeUndefined();
  health = noteSigns(health, ready, lease('2026-01-01T00:00:10.000000Z'), later(NOW, seconds(80)));
  expect(silentConditions(health, ready, 50, later(NOW, seconds(91)))).toBeDefined();
});

test('a node that never reported is given a minute from its creation', () => {
  const fresh = node([]);
  const health = noteSigns(undefined, fresh, undefined, later(NOW, seconds(30)));
  expect(silentConditions(health, fresh, 50, later(NOW, seconds(59)))).toBeUndefined();
  expect(statuses(silentConditions(health, fresh, 50, later(NOW, seconds(60))))?.[0]).toBe('Ready=Unknown:NodeStatusNeverUpdated');
});

test('conditions and cordons become taints, and their end takes the taints off', () => {
  const lost = node([condition('Ready', 'Unknown'), condition('DiskPressure', 'True'), condition('PIDPressure', 'False')], { unschedulable: true });
  const { add } = noScheduleChanges(lost, AT);
  expect(add.map(({ key }) => key)).toEqual(['node.kubernetes.io/unreachable', 'node.kubernetes.io/disk-pressure', 'node.kubernetes.io/unschedulable']);
  const back = node([condition('Ready', 'True')], { taints: [...add, { key: 'mine', effect: 'NoSchedule' }] });
  expect(noScheduleChanges(back, AT)).toEqual({ add: [], remove: add });
});

test('a pod bears the taints of its node for the least of its tolerations, or for ever, or not at all', () => {
  const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
  const gone = { key: 'gone', value: '1', effect: 'NoExecute' };
  expect(toleratedSeconds([unreachable], [])).toBe(0);
  expect(toleratedSeconds([unreachable], [{ key: unreachable.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }])).toBe(300);
  expect(toleratedSeconds([gone], [{ key: 'gone', operator: 'Equal', value: '1' }])).toBe(Number.POSITIVE_INFINITY);
  expect(toleratedSeconds([gone], [{ key: 'gone', operator: 'Equal', value: '2' }])).toBe(0);
  expect(toleratedSeconds([gone, unreachable], [{ operator: 'Exists' }, { key: 'gone', operator: 'Exists', tolerationSeconds: 4 }])).toBe(4);
});

test('a zone is partly lost from 55% and more than two nodes on, and fully when no node is ready', () => {
  expect([zoneState(10, 2), zoneState(3, 3), zoneState(2, 3), zoneState(0, 1)]).toEqual(['normal', 'normal', 'partial', 'full']);
});

test('a small zone that is partly lost evicts nobody, a large one slowly, and none at all when every zone is lost', () => {
  expect(zoneRate('normal', 100, false)).toBe(0.1);
  expect(zoneRate('partial', 50, false)).toBe(0);
  expect(zoneRate('partial', 51, false)).toBe(0.01);
  expect(zoneRate('full', 100, false)).toBe(0.1);
  expect(zoneRate('full', 100, true)).toBe(0);
});

test('a zone lets the first node through at once and the next after ten seconds', () => {
  const zone = newZone(NOW);
  expect(takeToken(zone, NOW)).toEqual({ taken: true, wait: undefined });
  expect(takeToken(zone, NOW)).toEqual({ taken: false, wait: 10_000 });
  expect(takeToken(zone, later(NOW, seconds(4)) as Instant).wait).toBe(6000);
  expect(takeToken(zone, later(NOW, seconds(10)) as Instant).taken).toBe(true);
});
