import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from './object.js';
import { controllerOf, controllerReference, isControlledBy, withoutOwner } from './owner.js';

const replicaSet: KubernetesObject = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-1', uid: 'u1' } };
const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u2' };
const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ownerReferences: [other, controllerReference(replicaSet)] } };

describe('an owner', () => {
  test('that controls is told from one that does not', () => {
    expect(controllerOf(pod)).toEqual({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'u1', controller: true, blockOwnerDeletion: true });
    expect(controllerOf({ ...pod, metadata: { ownerReferences: [other] } })).toBeUndefined();
  });

  test('is known by its uid, not by its name', () => {
    expect(isControlledBy(pod, replicaSet)).toBe(true);
    expect(isControlledBy(pod, { ...replicaSet, metadata: { name: 'web-1', uid: 'new' } })).toBe(false);
  });

  test('can be taken off, and nothing changes where it was not', () => {
    const owners = pod.metadata.ownerReferences;
    expect(withoutOwner(owners, 'u1')).toEqual([other]);
    expect(withoutOwner(owners, 'none')).toBe(owners);
    expect(withoutOwner([other], 'u2')).toBeUndefined();
  });
});
