import type { FieldError } from '../../api/field-error.js';
import type { KubernetesObject } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import type { ResetFields } from '../managed-fields/object-comparison.js';
import type { MetadataChecks } from '../validation/object-meta.js';

/**
 * What tables cannot say of a kind (a registry strategy of kube-apiserver). Every part may be missing; objects are immutable, so a
 * function that changes nothing returns what it was given.
 */
export interface Strategy {
  /**
   * SetDefaults_*: runs on what clients send and on what patches make. `old`: what the store holds of the object; parts that are
   * the same objects there have their defaults.
   */
  readonly defaults?: (object: KubernetesObject, old?: KubernetesObject) => KubernetesObject;
  /** PrepareForCreate: what clients may not decide (status, generation). */
  readonly prepareForCreate?: (object: KubernetesObject, now: string) => KubernetesObject;
  /** PrepareForUpdate of the object itself; `old` is what the store holds. Generation is raised by `raisesGeneration`. */
  readonly prepareForUpdate?: (object: KubernetesObject, old: KubernetesObject) => KubernetesObject;
  /**
   * `sent` is the object before admission: what admission adds needs no look, and what pods share can be judged once.
   * `apiVersion` is that of the request where it is not the one that is stored.
   */
  readonly validate?: (object: KubernetesObject, sent: KubernetesObject, apiVersion?: string) => readonly FieldError[];
  readonly validateUpdate?: (object: KubernetesObject, old: KubernetesObject, apiVersion?: string) => readonly FieldError[];
  readonly warnings?: (object: KubernetesObject, old: KubernetesObject | undefined, sent: KubernetesObject) => readonly string[];
  /** `spec`: generation starts at 1 and rises with each change of the spec; `all`: of anything but metadata. */
  readonly generation?: 'spec' | 'all' | 'all-and-labels';
  /** What the endpoint of the object itself does not let clients manage. Default: `status`, if there is such a subresource. */
  readonly reset?: ResetFields;
  /** Required lists that a client always sends, if only empty: whoever makes the object manages them. */
  readonly alwaysSent?: readonly string[];
  readonly status?: StatusStrategy;
  /** A PUT of what does not exist creates it. */
  readonly createOnUpdate?: boolean;
  /** A PUT without resourceVersion is refused. */
  readonly conditionalUpdate?: boolean;
  /** Where metadata is looked at otherwise than that of most kinds. */
  readonly metadata?: MetadataChecks;
  readonly nameErrors?: (name: string) => readonly string[];
  /** Feed keys besides none: `spec.nodeName=NODE`. */
  readonly routingKeys?: (object: KubernetesObject) => readonly string[];
  /** Field selectors besides metadata.name and metadata.namespace: the path and its value, an empty text if unset. */
  readonly selectableFields?: Readonly<Record<string, (object: KubernetesObject) => string>>;
  /** Graceful deletion: the seconds to wait, given what the caller asked. Undefined: the kind is deleted at once. */
  readonly gracePeriod?: (object: KubernetesObject, asked: number | undefined) => number;
  /** A successful DELETE answers with the object. */
  readonly returnsDeleted?: boolean;
  /** Seconds that an object lives (events). */
  readonly timeToLive?: number;
  /** What happens to dependents when nobody says: almost everywhere they go in the background. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /** Refuses a deletion (the default namespaces). */
  readonly mayDelete?: (object: KubernetesObject) => Status | undefined;
}

export interface StatusStrategy {
  /** What is kept of the old object; by default everything but `status`, labels and annotations included as sent. */
  readonly prepareForUpdate?: (object: KubernetesObject, old: KubernetesObject) => KubernetesObject;
  readonly validateUpdate?: (object: KubernetesObject, old: KubernetesObject) => readonly FieldError[];
  readonly reset?: ResetFields;
}

/** Sets a top-level field, or removes it if `value` is undefined; the same object if nothing changes. */
export const withField = <T extends object>(object: T, field: string, value: unknown): T => {
  if ((object as Record<string, unknown>)[field] === value) return object;
  if (value !== undefined) return Object.assign({}, object, { [field]: value });
  const { [field]: _, ...rest } = object as Record<string, unknown>;
  return rest as T;
};
