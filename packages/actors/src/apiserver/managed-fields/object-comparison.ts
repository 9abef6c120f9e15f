import { objectMetaType, type ApiType } from '../../api/fields.js';
import type { KubernetesObject } from '../../api/object.js';
import { compareStructs, type Comparison } from './compare.js';
import { elementList } from './element-list.js';
import { type FieldSet, fieldSetOf, isEmpty, union } from './field-set.js';
import { zeroValue } from '../zero-value.js';

/** Fields that belong to nobody (managedfields/internal/stripmeta.go, and the fields that only the server writes). */
const NOT_MANAGED = new Set(['apiVersion', 'kind', 'metadata']);
const META_NOT_MANAGED = new Set(['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'resourceVersion', 'generation', 'managedFields', 'deletionTimestamp', 'deletionGracePeriodSeconds']);

/** Fields that the strategy takes back before it stores (ResetFieldsStrategy): nobody manages them through this endpoint. */
export interface ResetFields {
  /** Top-level fields, such as `status`. */
  readonly top: readonly string[];
  readonly metadata: readonly string[];
}

interface Skips {
  readonly top: ReadonlySet<string>;
  readonly metadata: ReadonlySet<string>;
}

const skips = new WeakMap<ResetFields, Skips>();
const skipsOf = (reset: ResetFields): Skips => {
  let found = skips.get(reset);
  if (found === undefined) {
    found = { top: new Set([...NOT_MANAGED, ...reset.top]), metadata: new Set([...META_NOT_MANAGED, ...reset.metadata]) };
    skips.set(reset, found);
  }
  return found;
};

export const NOTHING_RESET: ResetFields = { top: [], metadata: [] };

/** What a write changes of an object, as far as managers are told apart by it. `before` undefined: the object is new. */
export const compareObjects = (type: ApiType, before: KubernetesObject | undefined, after: KubernetesObject, reset: ResetFields): Comparison => {
  const { top, metadata } = skipsOf(reset);
  const old = before ?? (zeroValue(type) as unknown as KubernetesObject);
  const body = compareStructs(type, old, after, top);
  if (old.metadata === after.metadata || reset.top.includes('metadata')) return body;
  const meta = compareStructs(objectMetaType(), asFields(old.metadata), asFields(after.metadata), metadata);
  return { changed: withMetadata(body.changed, meta.changed), removed: withMetadata(body.removed, meta.removed) };
};

const asFields = (value: unknown): Readonly<Record<string, unknown>> => (value ?? {}) as Readonly<Record<string, unknown>>;

const METADATA = elementList(['f:metadata']);

const withMetadata = (body: FieldSet, metadata: FieldSet): FieldSet => (isEmpty(metadata) ? body : union(body, fieldSetOf(false, METADATA, [metadata])));
