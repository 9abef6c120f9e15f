import type { FeedEntry } from '@naumachia/core';
import type { ObjectHeader } from '@naumachia/actors';
import { expect, test } from 'vitest';
import { countPods, enterPods, newPodLedger, type PodLedger } from './pod-ledger.js';

const entry = (name: string, change: ObjectHeader['change'], more: { readonly node?: string; readonly labels?: Record<string, string>; readonly attempted?: boolean; readonly namespace?: string } = {}): FeedEntry => {
  const { node, labels, attempted = false, namespace = 'default' } = more;
  const header: ObjectHeader = { resource: 'pods', namespace, name, uid: name, change, keys: node === undefined ? [] : [`spec.nodeName=${node}`], revision: 1, createRevision: 1, ...(labels && { labels }) };
  return { revision: 1, keys: header.keys, value: { header, value: { status: attempted ? { conditions: [{ type: 'PodScheduled' }] } : {} } } } as unknown as FeedEntry;
};
const counted = (ledger: PodLedger, namespaces: readonly string[] = [], labels: Record<string, string> = {}): readonly number[] => {
  const { unattempted, attempted, scheduled, everScheduled } = countPods([...ledger.groups.values()], namespaces, labels);
  return [unattempted, attempted, scheduled, everScheduled];
};

test('a pod is counted where it stands on its way, and once when it is bound', () => {
  const ledger = newPodLedger();
  enterPods(ledger, [entry('a', 'created'), entry('b', 'created'), entry('c', 'created', { attempted: true })]);
  expect(counted(ledger)).toEqual([2, 1, 0, 0]);
  enterPods(ledger, [entry('a', 'updated', { attempted: true }), entry('b', 'updated', { node: 'n' }), entry('b', 'updated', { node: 'n', attempted: true })]);
  expect(counted(ledger)).toEqual([0, 2, 1, 1]);
});

test('a pod that is gone was bound all the same', () => {
  const ledger = newPodLedger();
  enterPods(ledger, [entry('a', 'created', { node: 'n' }), entry('b', 'created'), entry('a', 'deleted', { node: 'n' }), entry('b', 'deleted'), entry('never seen', 'deleted')]);
  expect(counted(ledger)).toEqual([0, 0, 0, 1]);
});

test('pods are told apart by namespace and labels, of which a selector need not name all', () => {
  const ledger = newPodLedger();
  enterPods(ledger, [entry('a', 'created', { labels: { app: 'x', tier: 'back' } }), entry('b', 'created', { labels: { app: 'x' } }), entry('c', 'created', { labels: { app: 'x' }, namespace: 'other' })]);
  expect(counted(ledger, [], { app: 'x' })).toEqual([3, 0, 0, 0]);
  expect(counted(ledger, ['default'], { app: 'x' })).toEqual([2, 0, 0, 0]);
  expect(counted(ledger, [], { tier: 'back' })).toEqual([1, 0, 0, 0]);
});

test('a pod whose labels change moves', () => {
  const ledger = newPodLedger();
  enterPods(ledger, [entry('a', 'created', { node: 'n', labels: { app: 'x' } }), entry('a', 'updated', { node: 'n', labels: { app: 'y' } })]);
  expect(counted(ledger, [], { app: 'x' })).toEqual([0, 0, 0, 1]);
  expect(counted(ledger, [], { app: 'y' })).toEqual([0, 0, 1, 0]);
});
