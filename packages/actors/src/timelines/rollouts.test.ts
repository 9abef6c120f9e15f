import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boundsBroken } from './rollouts.js';
import { type Entry, readScenario } from './scenario.js';

const FOLDER = new URL('../../../../test/golden/timelines/', import.meta.url);
const owners = (name: string) => [{ kind: 'X', name, controller: true }];
const deployment = (strategy: object = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }): Entry => ({
  t: 0, added: 'Deployment web', object: { metadata: { name: 'web', generation: 1 }, spec: { replicas: 2, strategy }, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 } },
});
const set = (hash: string, replicas: number): Entry => ({ t: 0, added: `ReplicaSet web-${hash}`, object: { metadata: { ownerReferences: owners('web') }, spec: { replicas } } });
const pod = (hash: string, name: string): Entry => ({
  t: 0, added: `Pod web-${hash}-${name}`, object: { metadata: { ownerReferences: owners(`web-${hash}`) }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
});
const leaves = (hash: string, name: string): Entry => ({ t: 1, modified: `Pod web-${hash}-${name}`, set: { 'metadata.deletionTimestamp': '<+1s>' } });
const scaled = (hash: string, replicas: number): Entry => ({ t: 1, modified: `ReplicaSet web-${hash}`, set: { 'spec.replicas': replicas } });
const broken = (...timeline: Entry[]) => boundsBroken({ timeline, final: [] });

const RUNNING = [deployment(), set('a', 2), pod('a', 'x'), pod('a', 'y')];

describe('the bounds of a rollout', () => {
  test.each(readdirSync(FOLDER).filter((file) => file.endsWith('.json')))('held at every entry when %s was recorded', (file) => {
    expect(boundsBroken(readScenario(readFileSync(new URL(file, FOLDER), 'utf8')))).toBeUndefined();
  });

  test('are left where ReplicaSets ask for more than the surge', () => {
    expect(broken(...RUNNING, set('b', 1))).toBeUndefined();
    expect(broken(...RUNNING, set('b', 2))).toBe('entry 4 (0s): Deployment web asks for 4 pods; 2 are wanted and at most 3 allowed');
  });

  test('are left where too few pods are ready, although there are enough at the end', () => {
    expect(broken(...RUNNING, set('b', 1), scaled('a', 1), leaves('a', 'x'), pod('b', 'z'))).toBe('entry 6 (1s): Deployment web has 1 ready pods in its rollout; 2 are wanted and at least 2 must be ready');
  });

  test('say nothing about pods that somebody else takes away', () => {
    expect(broken(...RUNNING, leaves('a', 'x'))).toBeUndefined();
    expect(broken(...RUNNING, { t: 1, modified: 'Pod web-a-x', set: { 'status.conditions[Ready].status': 'False' } })).toBeUndefined();
  });

  test('are left where Recreate has old and new pods at once', () => {
    const recreated = [deployment({ type: 'Recreate' }), set('a', 1), pod('a', 'x'), scaled('a', 0), leaves('a', 'x'), set('b', 1)];
    expect(broken(...recreated, { t: 2, deleted: 'Pod web-a-x' }, pod('b', 'y'))).toBeUndefined();
    expect(broken(...recreated, pod('b', 'y'))).toBe('entry 6 (0s): Deployment web is to be recreated, and pods of web-a and web-b are there at once');
  });
});
