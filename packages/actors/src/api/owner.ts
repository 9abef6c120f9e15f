import type { KubernetesObject, OwnerReference } from './object.js';

/** The owner that manages the object (`controller: true`), as metav1.GetControllerOf. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner;
  return undefined;
}

/** True if `owner` is the controller of `object`; by uid, so a namesake that was created anew is not. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** The reference that a controller puts on what it makes, as metav1.NewControllerRef: it blocks the owner's foreground deletion. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (name === undefined || uid === undefined) throw new Error(`${owner.kind} without name or uid cannot own anything`);
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The references without those to `uid`, or undefined if none is left; the same array if none was there. */
export function withoutOwner(owners: readonly OwnerReference[] | undefined, uid: string): readonly OwnerReference[] | undefined {
  if (owners === undefined || !owners.some((owner) => owner.uid === uid)) return owners;
  const left = owners.filter((owner) => owner.uid !== uid);
  return left.length === 0 ? undefined : left;
}
