import type { ActorContext } from '@naumachia/core';
import { formatTime } from '../../api/time-format.js';
import type { FieldError } from '../../api/field-error.js';
import type { KubernetesObject } from '../../api/object.js';
import type { CreateRequest, Status, UpdateRequest } from '../../api/requests.js';
import { alreadyExists, alreadyExistsDeleting, invalidObject, plainError } from '../../api/status.js';
import { entriesAfterCreate } from '../managed-fields/tracking.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { objectMetaErrors } from '../validation/object-meta.js';
import { zeroOfField } from '../zero-value.js';
import { allocationFor, allocationRefusal } from './allocation.js';
import { leaseFor } from './event-lease.js';
import { metadataForCreate, namespaceMismatch } from './object-metadata.js';
import { answer, isStatus, type Plan, refusal } from './plan.js';
import { admit, current, validateAdmission } from './write-context.js';

/**
 * Computes a new object (registry/generic Store.Create): defaults, managers, admission, the server's own metadata, validation. Who
 * manages what is recorded before admission, which is why nobody manages what admission adds.
 */
export const planCreate = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest | UpdateRequest): Plan => {
  const { object: sent, namespace } = request;
  const mismatch = namespaceMismatch(kind, sent, namespace);
  if (mismatch !== undefined) return refusal(mismatch);
  if (sent.metadata.resourceVersion !== undefined && sent.metadata.resourceVersion !== '' && request.type === 'create' && request.dryRun !== true) {
    return refusal(plainError('resourceVersion should not be set on objects to be created'));
  }
  const made = newObject(state, context, kind, request, sent);
  if (isStatus(made)) return refusal(made);
  return planPut(state, context, kind, request, made);
};

/** The object as it will be stored, or why it will not. */
const newObject = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest | UpdateRequest, sent: KubernetesObject): KubernetesObject | Status => {
  const { strategy } = kind;
  const defaulted = strategy.defaults === undefined ? sent : strategy.defaults(sent);
  const managedFields = entriesAfterCreate(kind, defaulted, request, formatTime(context.now));
  const metadata = metadataForCreate(kind, defaulted, request.namespace, managedFields, context);
  let object: KubernetesObject = Object.assign({}, defaulted, { apiVersion: kind.api.apiVersion, kind: kind.api.kind, metadata });
  const attributes = {
    operation: 'create', kind, subresource: '', namespace: request.namespace, name: metadata.name ?? '', object, old: undefined, user: request.user, dryRun: request.dryRun ?? false,
  } as const;
  const admitted = admit(state, context, attributes);
  if (admitted === undefined || isStatus(admitted)) return admitted ?? plainError('admission lost the object');
  object = admitted;
  if (strategy.prepareForCreate !== undefined) object = strategy.prepareForCreate(object, formatTime(context.now));
  else if (kind.hasStatus) object = withZeroStatus(kind, object);
  const metaErrors = objectMetaErrors(object.metadata, kind.api.namespaced, strategy.nameErrors, 'metadata', strategy.metadata?.anyFinalizer);
  const kindErrors = strategy.validate === undefined ? NO_ERRORS : strategy.validate(object, defaulted, request.apiVersion);
  const errors = kindErrors.length === 0 ? metaErrors : strategy.metadata?.last === true ? kindErrors : [...metaErrors, ...kindErrors];
  if (errors.length > 0) return allocationRefusal(state, context, kind, object, request.dryRun ?? false) ?? invalidObject(kind.api.group, kind.api.kind, object.metadata.name ?? '', errors);
  return validateAdmission(state, context, attributes, object) ?? object;
};

const NO_ERRORS: readonly FieldError[] = [];

/** A new object of the server itself: complete, and past admission. */
export const completeNew = (kind: Kind, object: KubernetesObject, namespace: string, fieldManager: string, context: ActorContext): KubernetesObject => {
  const now = formatTime(context.now);
  const defaulted = kind.strategy.defaults === undefined ? object : kind.strategy.defaults(object);
  const managedFields = entriesAfterCreate(kind, defaulted, { fieldManager }, now);
  const made: KubernetesObject = Object.assign({}, defaulted, { metadata: metadataForCreate(kind, defaulted, namespace, managedFields, context) });
  if (kind.strategy.prepareForCreate !== undefined) return kind.strategy.prepareForCreate(made, now);
  return made.status === undefined && kind.hasStatus ? withZeroStatus(kind, made) : made;
};

/** Clients do not decide the status of what they create. */
export const withZeroStatus = (kind: Kind, object: KubernetesObject): KubernetesObject => {
  const field = kind.type.field.get('status');
  if (field === undefined) return object;
  const zero = zeroOfField(field);
  if (zero !== undefined) return Object.assign({}, object, { status: zero });
  if (object.status === undefined) return object;
  const { status: _, ...rest } = object;
  return rest as KubernetesObject;
};

const planPut = (state: ApiServerState, context: ActorContext, kind: Kind, request: CreateRequest | UpdateRequest, object: KubernetesObject): Plan => {
  const { strategy } = kind;
  const name = object.metadata.name ?? '';
  const warnings = strategy.warnings?.(object, undefined, request.object);
  const existing = current(state, kind.resource, request.namespace, name);
  if (existing !== undefined && !(request.object.metadata.name === undefined || request.object.metadata.name === '')) {
    return refusal(existing.value.metadata.deletionTimestamp === undefined ? alreadyExists(kind.resource, name) : alreadyExistsDeleting(kind.resource, name));
  }
  const code = 201;
  const allocation = allocationFor(state, context, kind, object, undefined, request.dryRun ?? false);
  if (isStatus(allocation)) return refusal(allocation);
  const stored = allocation?.object ?? object;
  if (request.dryRun === true) return answer(warned({ type: 'value', code, value: stored }, warnings));
  const key = keyOf(kind, request.namespace, name);
  const header = headerOf(kind, stored, 'created');
  const lease = strategy.timeToLive === undefined ? 0 : leaseFor(state, context, strategy.timeToLive);
  if (allocation === undefined) return { type: 'put', key, expected: 0, header, value: stored, lease, code, warnings };
  return {
    type: 'transaction', code, warnings, drawn: allocation.drawn,
    compare: [{ key, target: 'mod', result: 'equal', value: 0 }, ...allocation.compare],
    success: [{ type: 'put', key, header, value: stored }, ...allocation.operations],
  };
};

export const warned = <R extends { readonly type: 'object' | 'value' }>(reply: R, warnings: readonly string[] | undefined): R =>
  warnings === undefined || warnings.length === 0 ? reply : Object.assign({}, reply, { warnings });
