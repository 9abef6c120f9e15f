import { instantOf } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { Deployment } from '../../api/generated/types.js';
import type { ReplicaSetView } from '../workload-views.js';
import { conditionOf, newCondition, withCondition } from './conditions.js';
import { annotationsOfCreatedSet, annotationsOfNewSet, latestRevision } from './revision.js';
import { maxSurge, maxUnavailable, newSetReplicas, proportionOf } from './rollout-bounds.js';
import { cleanUnhealthy, mayScaleDown, scaleAll, scaleDownOld, scaleNewSet } from './scaling.js';

const deployment = (replicas: number, surge: number | string, unavailable: number | string, annotations: Readonly<Record<string, string>> = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 1, annotations },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers: [] } }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } },
});

const set = (name: string, replicas: number, available = replicas, most?: number): ReplicaSetView => ({
  header: { name }, replicas, status: { replicas, availableReplicas: available }, annotations: most === undefined ? {} : { 'deployment.kubernetes.io/max-replicas': String(most) }, created: instantOf(0),
}) as unknown as ReplicaSetView;

const sizes = (scalings: readonly { readonly set: ReplicaSetView; readonly replicas: number }[]) => scalings.map(({ set: { header }, replicas }) => `${header.name}=${replicas}`);

test('a surge rounds up, unavailability down, and never are both nothing', () => {
  expect([maxSurge(deployment(10, '25%', '25%')), maxUnavailable(deployment(10, '25%', '25%'))]).toEqual([3, 2]);
  expect([maxSurge(deployment(3, 0, '10%')), maxUnavailable(deployment(3, 0, '10%'))]).toEqual([0, 1]);
  expect(maxUnavailable(deployment(2, 1, 5))).toBe(2);
});

test('a new set grows as far as the surge leaves room', () => {
  expect(newSetReplicas(deployment(4, 1, 1), [set('old', 4), set('new', 0)], 0)).toBe(1);
  expect(newSetReplicas(deployment(4, 1, 1), [set('old', 5), set('new', 0)], 0)).toBe(0);
  expect(sizes(scaleNewSet(deployment(4, 2, 0), { newSet: set('new', 1), old: [set('old', 3)] }))).toEqual(['new=3']);
});

test('old pods go only as far as enough stay available, unhealthy ones first', () => {
  const sets = { newSet: set('new', 1, 0), old: [set('broken', 2, 0), set('old', 3)] };
  const rolling = deployment(4, 1, 1);
  expect(mayScaleDown(rolling, sets)).toBe(true);
  expect(sizes(cleanUnhealthy(rolling, sets).scalings)).toEqual(['broken=0']);
  expect(mayScaleDown(rolling, { newSet: set('new', 2, 0), old: [set('old', 3)] })).toBe(false);
  expect(sizes(scaleDownOld(rolling, { newSet: set('new', 1), old: [set('old', 3)] }))).toEqual(['old=2']);
});

test('no more old pods go while a set that was scaled down has yet to count again', () => {
  expect(cleanUnhealthy(deployment(8, 2, 2), { newSet: set('new', 4, 2), old: [set('old', 5, 6)] })).toEqual({ scalings: [], outdated: true });
  expect(cleanUnhealthy(deployment(8, 2, 2), { newSet: set('new', 4, 2), old: [set('old', 5, 5)] })).toEqual({ scalings: [], outdated: false });
});

test('scaling in the middle of a rollout keeps the proportions', () => {
  // 10 replicas and a surge of 2 become 15 and 2: 12 pods become 17.
  const sets = { newSet: set('new', 5, 5, 12), old: [set('old', 7, 7, 12)] };
  expect(sizes(scaleAll(deployment(15, 2, 1), sets))).toEqual(['old=10', 'new=7']);
  expect(proportionOf(set('old', 7, 7, 12), deployment(15, 2, 1), 5, 0)).toBe(3);
});

test('the only active set takes all of a scaling', () => {
  expect(sizes(scaleAll(deployment(7, 1, 1), { newSet: set('new', 0), old: [set('old', 4)] }))).toEqual(['old=7']);
});

test('a set that gets a newer revision remembers the old one', () => {
  const created = annotationsOfCreatedSet(deployment(2, 1, 1, { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }), 1n, 2, 3);
  expect(created).toEqual({ note: 'x', 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': '2', 'deployment.kubernetes.io/max-replicas': '3' });
  const again = annotationsOfNewSet(deployment(2, 1, 1), { ...created, 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' }, 5n);
  expect(again).toMatchObject({ 'deployment.kubernetes.io/revision': '5', 'deployment.kubernetes.io/revision-history': '1,3' });
  expect(annotationsOfNewSet(deployment(2, 1, 1), created, 1n)).toBe(created);
});

test('revisions are numbers of 64 bits', () => {
  const revisionIs = (text: string): ReplicaSetView => Object.assign({}, set('old', 1), { annotations: { 'deployment.kubernetes.io/revision': text } });
  expect(latestRevision([revisionIs('3546343826724305832'), revisionIs('7'), revisionIs('many'), revisionIs('9223372036854775808')])).toBe(3546343826724305832n);
  const unreadable = { 'deployment.kubernetes.io/revision': 'many' };
  expect(annotationsOfNewSet(deployment(2, 1, 1), unreadable, 5n)).toBe(unreadable);
});

test('a condition that changes moves to the end, and keeps its transition time if its status stays', () => {
  const before = [newCondition('Progressing', 'True', 'NewReplicaSetCreated', '', instantOf(0)), newCondition('Available', 'False', 'MinimumReplicasUnavailable', '', instantOf(0))];
  const after = withCondition(before, newCondition('Progressing', 'True', 'ReplicaSetUpdated', '', instantOf(60_000)));
  expect(after.map(({ type }) => type)).toEqual(['Available', 'Progressing']);
  expect(conditionOf(after, 'Progressing')).toMatchObject({ lastTransitionTime: '1970-01-01T00:00:00Z', lastUpdateTime: '1970-01-01T00:01:00Z' });
  expect(withCondition(after, newCondition('Progressing', 'True', 'ReplicaSetUpdated', 'other words', instantOf(90_000)))).toBe(after);
});
