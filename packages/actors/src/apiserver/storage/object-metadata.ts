import { formatTime } from '../../api/time-format.js';
import { type ActorContext } from '@naumachia/core';
import type { KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../../api/object.js';
import type { Status } from '../../api/requests.js';
import { badRequest } from '../../api/status.js';
import type { Kind } from '../registry.js';
import { deepEqual } from '../equality.js';
import { generateName } from './names.js';

type Draft = { -readonly [F in keyof ObjectMeta]?: ObjectMeta[F] };

/**
 * The metadata of an object that is created: what only the server says is the server's, in the order of the API's fields so that
 * metadata of all objects have one shape.
 */
export const metadataForCreate = (kind: Kind, object: KubernetesObject, namespace: string, managedFields: readonly ManagedFieldsEntry[] | undefined, context: ActorContext): ObjectMeta => {
  const sent = object.metadata;
  const metadata: Draft = {};
  const generated = sent.generateName !== undefined && sent.generateName !== '';
  const name = sent.name !== undefined && sent.name !== '' ? sent.name : generated ? generateName(sent.generateName as string, context.random) : undefined;
  if (name !== undefined) metadata.name = name;
  if (generated) metadata.generateName = sent.generateName as string;
  if (kind.api.namespaced) metadata.namespace = namespace;
  metadata.uid = context.random.uuid();
  if (kind.strategy.generation !== undefined) metadata.generation = 1;
  else if (sent.generation !== undefined && sent.generation !== 0) metadata.generation = sent.generation;
  metadata.creationTimestamp = formatTime(context.now);
  if (sent.labels !== undefined && hasKeys(sent.labels)) metadata.labels = sent.labels;
  if (sent.annotations !== undefined && hasKeys(sent.annotations)) metadata.annotations = sent.annotations;
  if (sent.ownerReferences !== undefined && sent.ownerReferences.length > 0) metadata.ownerReferences = sent.ownerReferences;
  if (sent.finalizers !== undefined && sent.finalizers.length > 0) metadata.finalizers = sent.finalizers;
  if (managedFields !== undefined) metadata.managedFields = managedFields;
  return metadata;
};

const hasKeys = (map: object): boolean => {
  for (const _ in map) return true;
  return false;
};

/** Fields that an update cannot change, whatever was sent; the rest as sent (rest.BeforeUpdate). The old object's metadata if all is as it was. */
export const metadataForUpdate = (sent: ObjectMeta, old: ObjectMeta, managedFields: readonly ManagedFieldsEntry[] | undefined): ObjectMeta => {
  const metadata: Draft = {};
  const name = sent.name ?? old.name;
  if (isSet(name)) metadata.name = name;
  if (isSet(sent.generateName)) metadata.generateName = sent.generateName;
  const namespace = sent.namespace ?? old.namespace;
  if (isSet(namespace)) metadata.namespace = namespace;
  const uid = sent.uid === undefined || sent.uid === '' ? old.uid : sent.uid;
  if (isSet(uid)) metadata.uid = uid;
  if (isSet(old.generation)) metadata.generation = old.generation;
  if (isSet(old.creationTimestamp)) metadata.creationTimestamp = old.creationTimestamp;
  // What was sent and differs is kept, so that validation can refuse it.
  const deletionTimestamp = sent.deletionTimestamp ?? old.deletionTimestamp;
  if (isSet(deletionTimestamp)) metadata.deletionTimestamp = deletionTimestamp;
  const deletionGracePeriodSeconds = sent.deletionGracePeriodSeconds ?? old.deletionGracePeriodSeconds;
  if (isSet(deletionGracePeriodSeconds)) metadata.deletionGracePeriodSeconds = deletionGracePeriodSeconds;
  if (sent.labels !== undefined && hasKeys(sent.labels)) metadata.labels = sameIfEqual(sent.labels, old.labels);
  if (sent.annotations !== undefined && hasKeys(sent.annotations)) metadata.annotations = sameIfEqual(sent.annotations, old.annotations);
  if (sent.ownerReferences !== undefined && sent.ownerReferences.length > 0) metadata.ownerReferences = sameIfEqual(sent.ownerReferences, old.ownerReferences);
  if (sent.finalizers !== undefined && sent.finalizers.length > 0) metadata.finalizers = sameIfEqual(sent.finalizers, old.finalizers);
  if (managedFields !== undefined) metadata.managedFields = managedFields;
  return metadata;
};

const isSet = <T>(value: T | undefined | null): value is T => value !== undefined && value !== null && (value as unknown) !== '';

const sameIfEqual = <T>(value: T, before: T | undefined): T => (before !== undefined && deepEqual(value, before) ? before : value);

/** A namespace in the body must be that of the path; one on a cluster-scoped object is dropped. */
export const namespaceMismatch = (kind: Kind, object: KubernetesObject, namespace: string): Status | undefined => {
  const sent = object.metadata.namespace;
  if (!kind.api.namespaced || sent === undefined || sent === '' || sent === namespace) return undefined;
  return badRequest('the namespace of the provided object does not match the namespace sent on the request');
};
