import type { ActorContext } from '@naumachia/core';
import { type FieldError, invalid } from '../../api/field-error.js';
import type { KubernetesObject } from '../../api/object.js';
import type { PatchRequest, Status, Stored, UpdateRequest } from '../../api/requests.js';
import { badRequest, conflict, invalidObject, notFound } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { deepEqual } from '../equality.js';
import { entriesAfterUpdate } from '../managed-fields/tracking.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf } from '../registry.js';
import { parseResourceVersion, unreadableRevision } from '../resource-version.js';
import type { ApiServerState } from '../state.js';
import { changedMetaErrors } from '../validation/object-meta.js';
import { allocationFor } from './allocation.js';
import { planCreate, warned } from './create.js';
import { withGeneration } from './generation.js';
import { metadataForUpdate, namespaceMismatch } from './object-metadata.js';
import { answer, isStatus, type Plan, refusal } from './plan.js';
import { removalOf } from './removal.js';
import { admit, validateAdmission } from './write-context.js';

/** A PUT: the object as it shall be, over what the store holds. */
export const planUpdate = (state: ApiServerState, context: ActorContext, kind: Kind, request: UpdateRequest, stored: Stored | undefined): Plan => {
  const { object, namespace, name } = request;
  const mismatch = namespaceMismatch(kind, object, namespace) ?? nameMismatch(object, name);
  if (mismatch !== undefined) return refusal(mismatch);
  const subresource = request.subresource ?? '';
  if (stored === undefined) {
    if (kind.strategy.createOnUpdate === true && subresource === '') return planCreate(state, context, kind, request);
    return refusal(notFound(kind.resource, name));
  }
  const expected = request.resourceVersion ?? object.metadata.resourceVersion;
  const old = stored.value;
  // Through `status` the spec stays as it is, whatever was sent: none of what follows need look at it.
  const sent = subresource === 'status' && old.spec !== undefined && kind.resetStatus.top.includes('spec') ? Object.assign({}, object, { spec: old.spec }) : object;
  const defaulted = kind.strategy.defaults === undefined ? sent : kind.strategy.defaults(sent, old);
  return planChange(state, context, kind, request, stored, defaulted, expected, subresource);
};

export const nameMismatch = (object: KubernetesObject, name: string): Status | undefined => {
  const sent = object.metadata.name;
  if (sent === name) return undefined;
  if (sent === undefined || sent === '') return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  return badRequest(`the name of the object (${sent}) does not match the name on the URL (${name})`);
};

/**
 * The common way of updates and patches (rest.BeforeUpdate and Store.Update): preconditions, managers, admission, strategy,
 * validation. A write that changes nothing is answered with what is stored and reaches no store.
 */
export const planChange = (
  state: ApiServerState, context: ActorContext, kind: Kind, request: UpdateRequest | PatchRequest, stored: Stored, sent: KubernetesObject, expected: string | undefined, subresource: string,
): Plan => {
  const old = stored.value;
  const refused = precondition(kind, request, stored, sent, expected);
  if (refused !== undefined) return refusal(refused);
  const made = changedObject(state, context, kind, request, old, sent, subresource);
  if (isStatus(made)) return refusal(made);
  return planChanged(state, context, kind, request, stored, made);
};

/** What a change comes to once the new object stands: nothing, a put, or the end of an object that only waited for its finalizers. */
export const planChanged = (state: ApiServerState, context: ActorContext, kind: Kind, request: UpdateRequest | PatchRequest, stored: Stored, object: KubernetesObject): Plan => {
  const old = stored.value;
  const warnings = kind.strategy.warnings?.(object, old, object);
  const key = keyOf(kind, request.namespace, request.name);
  const { revision } = stored.header;
  if (endsHere(object, old)) {
    const value: KubernetesObject = Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { resourceVersion: String(revision) }) });
    if (request.dryRun === true) return answer({ type: 'value', code: 200, value });
    return removalOf(kind, key, stored, { answer: 'value', value });
  }
  if (deepEqual(object, old)) return answer(warned({ type: 'object', code: 200, object: stored }, warnings));
  const allocation = allocationFor(state, context, kind, object, old, request.dryRun ?? false);
  if (allocation !== undefined && isStatus(allocation)) return refusal(allocation);
  const value = allocation?.object ?? object;
  if (request.dryRun === true) return answer(warned({ type: 'value', code: 200, value: Object.assign({}, value, { metadata: Object.assign({}, value.metadata, { resourceVersion: String(revision) }) }) }, warnings));
  const header = headerOf(kind, value, 'updated');
  if (allocation === undefined || allocation.operations.length === 0) return { type: 'put', key, expected: revision, header, value, lease: 0, code: 200, warnings };
  return {
    type: 'transaction', code: 200, warnings, drawn: allocation.drawn,
    compare: [{ key, target: 'mod', result: 'equal', value: revision }, ...allocation.compare],
    success: [{ type: 'put', key, header, value }, ...allocation.operations],
  };
};

const precondition = (kind: Kind, request: UpdateRequest | PatchRequest, stored: Stored, sent: KubernetesObject, expected: string | undefined): Status | undefined => {
  const { uid } = sent.metadata;
  if (request.type === 'update' && uid !== undefined && uid !== '' && uid !== stored.header.uid) {
    return conflict(
      kind.resource, request.name,
      `StorageError: invalid object, Code: 4, Key: ${storageKey(kind, request.namespace, request.name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.header.uid}`,
    );
  }
  if (expected !== undefined && expected !== '' && expected !== '0') {
    if (expected === String(stored.header.revision)) return undefined;
    return parseResourceVersion(expected) === undefined ? unreadableRevision(expected) : conflict(kind.resource, request.name);
  }
  if (request.type === 'update' && request.fieldValidation !== undefined && kind.strategy.conditionalUpdate === true) {
    return invalidObject(kind.api.group, kind.api.resource, request.name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  return undefined;
};

/** Under which key the real server keeps an object: without its group, and with what is left of older names. */
const storageKey = ({ api: { resource } }: Kind, namespace: string, name: string): string => ['/registry', OLD_NAMES[resource] ?? resource, ...(namespace === '' ? [] : [namespace]), name].join('/');

const OLD_NAMES: Readonly<Record<string, string>> = { services: 'services/specs', endpoints: 'services/endpoints', nodes: 'minions', replicationcontrollers: 'controllers', ingresses: 'ingress' };

/** A terminating object that has lost its last finalizer, and whose grace is over. */
const endsHere = (object: KubernetesObject, old: KubernetesObject): boolean =>
  object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0 && (old.metadata.deletionGracePeriodSeconds ?? 0) === 0 && waitsForNothingElse(object);

/** A namespace also waits for the finalizers of its spec. */
const waitsForNothingElse = (object: KubernetesObject): boolean =>
  object.kind !== 'Namespace' || (((object.spec ?? {}) as { readonly finalizers?: readonly string[] }).finalizers ?? []).length === 0;

const changedObject = (state: ApiServerState, context: ActorContext, kind: Kind, request: UpdateRequest | PatchRequest, old: KubernetesObject, sent: KubernetesObject, subresource: string): KubernetesObject | Status => {
  const { strategy } = kind;
  const managedFields = entriesAfterUpdate(kind, sent, old, request, formatTime(context.now));
  const metadata = metadataForUpdate(sent.metadata, old.metadata, managedFields);
  let object: KubernetesObject = Object.assign({}, sent, { apiVersion: kind.api.apiVersion, kind: kind.api.kind, metadata });
  const attributes = { operation: 'update', kind, subresource, namespace: request.namespace, name: request.name, object, old, user: request.user, dryRun: request.dryRun ?? false } as const;
  const admitted = admit(state, context, attributes);
  if (admitted === undefined || isStatus(admitted)) return admitted ?? object;
  object = admitted;
  object = subresource === 'status' ? prepareStatus(kind, object, old) : prepareMain(kind, object, old);
  object = withGeneration(kind, object, old, subresource);
  const validate = subresource === 'status' ? strategy.status?.validateUpdate : strategy.validateUpdate;
  const metaErrors = changedMetaErrors(object.metadata, old.metadata, kind.api.namespaced, strategy.nameErrors, strategy.metadata ?? NO_CHECKS, subresource === 'status');
  const kindErrors = validate === undefined ? NO_ERRORS : validate(object, old, request.apiVersion);
  if (metaErrors.length > 0 || kindErrors.length > 0) return invalidObject(kind.api.group, kind.api.kind, request.name, [...metaErrors, ...kindErrors]);
  return validateAdmission(state, context, attributes, object) ?? object;
};

const NO_CHECKS = {};
const NO_ERRORS: readonly FieldError[] = [];

/** Through the object's own endpoint its status stays as it is. */
const prepareMain = (kind: Kind, object: KubernetesObject, old: KubernetesObject): KubernetesObject => {
  const kept = kind.hasStatus ? withStatusOf(object, old) : object;
  return kind.strategy.prepareForUpdate === undefined ? kept : kind.strategy.prepareForUpdate(kept, old);
};

/** Through `status` all but status and metadata stay as they are. */
const prepareStatus = (kind: Kind, object: KubernetesObject, old: KubernetesObject): KubernetesObject => {
  const { metadata, status } = object;
  const kept = status !== undefined && old.status !== undefined ? Object.assign({}, old, { metadata, status }) : withStatusOf(Object.assign({}, old, { metadata }), object);
  return kind.strategy.status?.prepareForUpdate === undefined ? kept : kind.strategy.status.prepareForUpdate(kept, old);
};

const withStatusOf = (object: KubernetesObject, source: KubernetesObject): KubernetesObject => {
  if (object.status === source.status) return object;
  if (source.status !== undefined) return Object.assign({}, object, { status: source.status });
  const { status: _, ...rest } = object;
  return rest as KubernetesObject;
};
