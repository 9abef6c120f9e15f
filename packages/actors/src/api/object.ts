/**
 * The name of a kind of object as Kubernetes writes a GroupResource: `pods`, `deployments.apps`, `leases.coordination.k8s.io`.
 * Feeds, etcd prefixes and requests use it.
 */
export type GroupResource = string;

/** `{ group: 'apps', resource: 'deployments' }` of `deployments.apps`. */
export const splitGroupResource = (name: GroupResource): { readonly group: string; readonly resource: string } => {
  const dot = name.indexOf('.');
  return dot < 0 ? { group: '', resource: name } : { group: name.slice(dot + 1), resource: name.slice(0, dot) };
};

/** The parts of ObjectMeta (meta/v1) that this emulation reads by name; the generated types hold all. */
export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  /** Only at the edge: between actors the revision stands in the header of the `Encoded`, never in the value. */
  readonly resourceVersion?: string;
  readonly selfLink?: string;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/**
 * An entry of managedFields. Inside the cluster `fieldsV1` is the JSON text of the set, interned (one string per distinct set);
 * the edge turns it into an object.
 */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: string;
  readonly subresource?: string;
}

/** Any object of the API. `spec`, `status` and the rest are as the generated types say. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** What can be read of a stored object without decoding it. etcd adds the revisions when the write commits. */
export interface ObjectHeader {
  readonly resource: GroupResource;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** How this revision came to be. A deleted object's value is its last one. */
  readonly change: 'created' | 'updated' | 'deleted';
  /** Labels of the object, for selectors; absent if it has none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Routing keys for feeds, `field=value`; a pod that is bound has `spec.nodeName=NODE`. */
  readonly keys: readonly string[];
  /** The revision of this write: the object's resourceVersion. */
  readonly revision: number;
  readonly createRevision: number;
}
