import type { ObjectHeader, ObjectMeta, OwnerReference } from '../api/object.js';

/** Who owns an object, and what keeps it from going: the part of every view that the garbage collector reads. */
export interface OwnedObject {
  readonly header: ObjectHeader;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly terminating: boolean;
}

const NONE: readonly never[] = [];

export const ownedObject = (header: ObjectHeader, { ownerReferences, finalizers, deletionTimestamp }: Pick<ObjectMeta, 'ownerReferences' | 'finalizers' | 'deletionTimestamp'>): OwnedObject => ({
  header,
  owners: ownerReferences ?? NONE,
  finalizers: finalizers ?? NONE,
  terminating: deletionTimestamp !== undefined,
});

export const sameOwners = (a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i] as OwnerReference, b[i] as OwnerReference];
    if (one.uid !== other.uid || one.name !== other.name || one.controller !== other.controller || one.blockOwnerDeletion !== other.blockOwnerDeletion || one.kind !== other.kind || one.apiVersion !== other.apiVersion) return false;
  }
  return true;
};
