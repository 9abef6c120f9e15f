import { type FieldError, forbidden, invalid, required, tooLong } from '../../api/field-error.js';
import { dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, qualifiedNameErrors } from '../../api/names.js';
import type { ObjectMeta, OwnerReference } from '../../api/object.js';
import { parseApiVersion } from '../../api/resources.js';
import { deepEqual } from '../equality.js';

/** Annotations of an object may not be longer than this in all (TotalAnnotationSizeLimitB). */
const MAX_ANNOTATIONS = 256 * 1024;
const NONE: readonly FieldError[] = [];

// What has been found valid once need not be looked at again: labels and owners are shared by thousands of pods.
const validMaps = new WeakSet<object>();

/** apimachinery validation.ValidateObjectMeta, with what pkg/apis/core asks of finalizers unless `anyFinalizer`. */
export const objectMetaErrors = (metadata: ObjectMeta, namespaced: boolean, nameErrors: (name: string) => readonly string[] = dns1123SubdomainErrors, path = 'metadata', anyFinalizer = false): readonly FieldError[] => {
  const errors: FieldError[] = [];
  if (metadata.generateName !== undefined && metadata.generateName !== '') {
    // A base may end with what a suffix completes.
    const base = metadata.generateName.endsWith('-') ? `${metadata.generateName.slice(0, -1)}a` : metadata.generateName;
    if (!isPlainName(base)) for (const text of nameErrors(base)) errors.push(invalid(`${path}.generateName`, metadata.generateName, text));
  }
  const { name } = metadata;
  if (name === undefined || name === '') errors.push(required(`${path}.name`, 'name or generateName is required'));
  else if (!isPlainName(name, nameErrors === dns1123SubdomainErrors)) for (const text of nameErrors(name)) errors.push(invalid(`${path}.name`, name, text));
  const namespace = metadata.namespace ?? '';
  if (namespaced) {
    if (namespace === '') errors.push(required(`${path}.namespace`));
    else if (!isPlainName(namespace)) for (const text of dns1123LabelErrors(namespace)) errors.push(invalid(`${path}.namespace`, namespace, text));
  } else if (namespace !== '') errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  if (metadata.generation !== undefined && metadata.generation < 0) errors.push(invalid(`${path}.generation`, metadata.generation, 'must be greater than or equal to 0'));
  if (metadata.labels !== undefined) errors.push(...labelErrors(metadata.labels, `${path}.labels`));
  if (metadata.annotations !== undefined) errors.push(...annotationErrors(metadata.annotations, `${path}.annotations`));
  if (metadata.ownerReferences !== undefined) errors.push(...ownerErrors(metadata.ownerReferences, `${path}.ownerReferences`));
  if (metadata.finalizers !== undefined) errors.push(...finalizerErrors(metadata.finalizers, `${path}.finalizers`, anyFinalizer));
  return errors.length === 0 ? NONE : errors;
};

/**
 * Names that any rule for names lets pass that is not about length or a first letter: lower case letters, digits and dashes, up to
 * 40 characters, a letter first and a letter or digit last; with `dots` also several such parts. Spares the regular expressions.
 */
const isPlainName = (name: string, dots = false): boolean => {
  const last = name.length - 1;
  if (last < 0 || last >= (dots ? 200 : 40)) return false;
  let joint = true;
  for (let i = 0; i <= last; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x61 && code <= 0x7a) joint = false;
    else if (code >= 0x30 && code <= 0x39) {
      if (i === 0) return false;
      joint = false;
    } else if (code === 0x2d || (dots && code === 0x2e)) {
      // A dash may stand beside a dash, nothing else beside a joint.
      if (i === last || (joint && !(code === 0x2d && name.charCodeAt(i - 1) === 0x2d))) return false;
      joint = true;
    } else return false;
  }
  return true;
};

export const labelErrors = (labels: Readonly<Record<string, string>>, path: string): readonly FieldError[] => {
  if (validMaps.has(labels) || allKnown(labels)) return NONE;
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels).sort()) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalid(path, key, text));
    const value = labels[key] ?? '';
    for (const text of labelValueErrors(value)) errors.push(invalid(path, value, text));
  }
  if (errors.length === 0) {
    validMaps.add(labels);
    for (const key in labels) remember(key, labels[key] ?? '');
  }
  return errors;
};

/** Values that a label was found valid with. The labels of a cluster's pods are few, however many the pods. */
const knownLabels = new Map<string, Set<string>>();
const MOST_KNOWN = 10_000;

const remember = (key: string, value: string): void => {
  let values = knownLabels.get(key);
  if (values === undefined || values.size >= MOST_KNOWN) {
    if (knownLabels.size >= MOST_KNOWN) knownLabels.clear();
    values = new Set();
    knownLabels.set(key, values);
  }
  values.add(value);
};

const allKnown = (labels: Readonly<Record<string, string>>): boolean => {
  for (const key in labels) if (knownLabels.get(key)?.has(labels[key] ?? '') !== true) return false;
  return true;
};

export const annotationErrors = (annotations: Readonly<Record<string, string>>, path: string): readonly FieldError[] => {
  if (validMaps.has(annotations)) return NONE;
  const errors: FieldError[] = [];
  let size = 0;
  for (const key of Object.keys(annotations).sort()) {
    // Upper case is let pass for old annotations.
    for (const text of qualifiedNameErrors(key.toLowerCase())) errors.push(invalid(path, key, text));
    size += key.length + (annotations[key]?.length ?? 0);
  }
  if (size > MAX_ANNOTATIONS) errors.push(tooLong(path, MAX_ANNOTATIONS));
  if (errors.length === 0) validMaps.add(annotations);
  return errors;
};

const isPlainOwner = (owner: OwnerReference): boolean =>
  owner.apiVersion !== '' && owner.apiVersion !== 'v1' && !owner.apiVersion.endsWith('/') && owner.kind !== '' && owner.name !== '' && owner.uid !== '';

const ownerErrors = (owners: readonly OwnerReference[], path: string): readonly FieldError[] => {
  if (owners.length === 1 && isPlainOwner(owners[0] as OwnerReference)) return NONE;
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  owners.forEach((owner) => {
    const at = path;
    const { group, version } = parseApiVersion(owner.apiVersion);
    if (version === '') errors.push(invalid(`${at}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    if (owner.kind === '') errors.push(invalid(`${at}.kind`, owner.kind, 'must not be empty'));
    if (owner.name === '') errors.push(invalid(`${at}.name`, owner.name, 'must not be empty'));
    if (owner.uid === '') errors.push(invalid(`${at}.uid`, owner.uid, 'must not be empty'));
    if (group === '' && version === 'v1' && owner.kind === 'Event') errors.push(invalid(at, owner, `/${owner.apiVersion}, Kind=Event is disallowed from being an owner`));
    if (owner.controller !== true) return;
    if (controller !== undefined) {
      errors.push(invalid(path, owners, `Only one reference can have Controller set to true. Found "true" in references for ${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`));
    }
    controller ??= owner;
  });
  return errors;
};

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

const finalizerErrors = (finalizers: readonly string[], path: string, any: boolean): readonly FieldError[] => {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) for (const text of qualifiedNameErrors(finalizer)) errors.push(invalid(path, finalizer, text));
  // pkg/apis/core/validation: a finalizer without domain must be one of Kubernetes' own.
  finalizers.forEach((finalizer, i) => {
    if (!any && !finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) errors.push(invalid(`${path}[${i}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
};

/** apimachinery validation.ValidateObjectMetaUpdate. */
export const objectMetaUpdateErrors = (metadata: ObjectMeta, old: ObjectMeta, path = 'metadata'): readonly FieldError[] => {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
    if (added.length > 0) errors.push(forbidden(`${path}.finalizers`, `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`));
  }
  const immutable = (field: keyof ObjectMeta): void => {
    const value = metadata[field];
    const before = old[field];
    if (value !== before && !deepEqual(value, before)) errors.push(invalid(`${path}.${field}`, value ?? null, 'field is immutable'));
  };
  immutable('name');
  immutable('namespace');
  immutable('uid');
  immutable('creationTimestamp');
  immutable('deletionTimestamp');
  immutable('deletionGracePeriodSeconds');
  if (metadata.labels !== undefined && metadata.labels !== old.labels) errors.push(...labelErrors(metadata.labels, `${path}.labels`));
  if (metadata.annotations !== undefined && metadata.annotations !== old.annotations) errors.push(...annotationErrors(metadata.annotations, `${path}.annotations`));
  if (metadata.ownerReferences !== undefined && metadata.ownerReferences !== old.ownerReferences) errors.push(...ownerErrors(metadata.ownerReferences, `${path}.ownerReferences`));
  return errors.length === 0 ? NONE : errors;
};

/** Where the metadata of a kind is looked at otherwise than that of most. */
export interface MetadataChecks {
  /** Finalizers need not be those that Kubernetes knows. */
  readonly anyFinalizer?: true;
  /** An update is compared with the old object once only, and any finalizer will do there. */
  readonly comparedOnce?: true;
  /** That of a new object is judged only where nothing else is wrong. */
  readonly last?: true;
  /** An update is also judged as a new object, by its own endpoint. */
  readonly judgedAnew?: true;
}

/**
 * What an update finds in metadata: the real server looks at it in general, and against the old one twice, in general and as the kind
 * does, and tells all of it. Parts that are as they were have been found valid before.
 */
export const changedMetaErrors = (
  metadata: ObjectMeta, old: ObjectMeta, namespaced: boolean, nameErrors: ((name: string) => readonly string[]) | undefined, checks: MetadataChecks, isStatus: boolean,
): readonly FieldError[] => {
  if (isAsBefore(metadata, old)) return NONE;
  const updateErrors = objectMetaUpdateErrors(metadata, old);
  return [
    ...objectMetaErrors(metadata, namespaced, ANY_NAME, 'metadata', checks.anyFinalizer === true || checks.comparedOnce === true), ...updateErrors, ...(checks.comparedOnce === true ? NONE : updateErrors),
    ...(checks.judgedAnew === true && !isStatus ? objectMetaErrors(metadata, namespaced, nameErrors) : NONE),
  ];
};

const ANY_NAME = (): readonly string[] => [];

const isAsBefore = (metadata: ObjectMeta, old: ObjectMeta): boolean =>
  metadata.name === old.name && metadata.generateName === old.generateName && metadata.namespace === old.namespace && metadata.uid === old.uid &&
  metadata.creationTimestamp === old.creationTimestamp && metadata.deletionTimestamp === old.deletionTimestamp && metadata.deletionGracePeriodSeconds === old.deletionGracePeriodSeconds &&
  metadata.labels === old.labels && metadata.ownerReferences === old.ownerReferences && metadata.finalizers === old.finalizers &&
  // A binding adds annotations that nobody has looked at.
  metadata.annotations === old.annotations && (metadata.annotations === undefined || annotationErrors(metadata.annotations, '').length === 0);

/** As fmt's %#v prints a []string. */
const goStrings = (texts: readonly string[]): string => `[]string{${texts.map((text) => JSON.stringify(text)).join(', ')}}`;
