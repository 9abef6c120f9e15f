import { type Instant, instantOf } from '@naumachia/core';
import { expect, test } from 'vitest';
import type { PodView } from '../pod-view.js';
import { podsToDelete } from './pod-ranking.js';

const NOW = instantOf(1_000_000_000);
const HOUR = 3_600_000;

const pod = (name: string, parts: Partial<PodView> = {}): PodView => ({
  header: { resource: 'pods', namespace: 'default', name, uid: name, change: 'updated', keys: [], revision: 1, createRevision: 1 },
  owners: [], controller: undefined, phase: 'Running', ready: true, readySince: (NOW - HOUR) as Instant, disruptedSince: 0 as Instant, created: (NOW - HOUR) as Instant, terminating: false, nodeName: 'node-1',
  podIP: '', podIPs: [], hostname: '', subdomain: '', restarts: 0, deletionCost: 0, evictionTolerations: [], namedPorts: [], claims: [], labelTerms: [], generation: 1, finalizers: [],
  ...parts,
});

const first = (a: PodView, b: PodView, related: ReadonlyMap<string, number> = new Map()): string | undefined => {
  const chosen = podsToDelete([a, b], related, 1, NOW)[0]?.header.name;
  expect(podsToDelete([b, a], related, 1, NOW)[0]?.header.name).toBe(chosen);
  return chosen;
};

test.each([
  ['one without a node before one with', { nodeName: '' }, {}],
  ['a pending one before a running one', { phase: 'Pending' }, { phase: 'Running' }],
  ['one that is not ready before one that is', { ready: false }, { ready: true }],
  ['the one of lower deletion cost', { deletionCost: -5 }, { deletionCost: 5 }],
  ['the one that became ready more recently', { readySince: (NOW - 60_000) as Instant }, { readySince: (NOW - HOUR) as Instant }],
  ['the one that was restarted more often', { restarts: 4 }, { restarts: 1 }],
  ['the younger one', { created: (NOW - 60_000) as Instant }, { created: (NOW - HOUR) as Instant }],
])('%s goes first', (_what, goes, stays) => {
  expect(first(pod('z-goes', goes), pod('a-stays', stays))).toBe('z-goes');
});

test('where two of an owner share a node, one of those goes first', () => {
  expect(first(pod('alone', { nodeName: 'node-1' }), pod('crowded', { nodeName: 'node-2' }), new Map([['node-1', 1], ['node-2', 2]]))).toBe('crowded');
});

test('ages of the same power of two count as equal, and the uid decides', () => {
  const young = { readySince: (NOW - 1.1 * HOUR) as Instant };
  const old = { readySince: (NOW - 1.15 * HOUR) as Instant };
  expect(first(pod('b', young), pod('a', old))).toBe('a');
});
