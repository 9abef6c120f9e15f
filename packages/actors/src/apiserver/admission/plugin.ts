import type { Random } from '@naumachia/core';
import type { GroupResource, KubernetesObject } from '../../api/object.js';
import type { Status, Stored, UserInfo } from '../../api/requests.js';
import type { Kind } from '../registry.js';

/** A write on its way through admission. */
export interface Attributes {
  readonly operation: 'create' | 'update' | 'delete';
  readonly kind: Kind;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Absent for a deletion. */
  readonly object: KubernetesObject | undefined;
  /** Absent for a creation. */
  readonly old: KubernetesObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
}

/** What a plugin may look at besides the write. */
export interface AdmissionContext {
  readonly random: Random;
  find(resource: GroupResource, namespace: string, name: string): Stored | undefined;
  all(resource: GroupResource, namespace: string): readonly Stored[];
  /** The revision of the last change of a resource: what was worked out from `all` holds as long as it stays. */
  changedAt(resource: GroupResource): number;
}

/**
 * One admission plugin. `admit` may change the object or refuse the write with a Status; `validate` runs after the strategy has
 * prepared and validated the object, and may only refuse.
 */
export interface AdmissionPlugin {
  readonly name: string;
  readonly admit?: (attributes: Attributes, object: KubernetesObject, context: AdmissionContext) => KubernetesObject | Status;
  readonly validate?: (attributes: Attributes, context: AdmissionContext) => Status | undefined;
}
