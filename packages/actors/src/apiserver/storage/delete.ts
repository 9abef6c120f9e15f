import { type ActorContext, later, seconds } from '@naumachia/core';
import type { KubernetesObject, ObjectMeta } from '../../api/object.js';
import type { DeleteOptions, DeleteRequest, Status, Stored } from '../../api/requests.js';
import { conflict, deletedStatus, notFound } from '../../api/status.js';
import { formatTime } from '../../api/time-format.js';
import { headerOf } from '../object-header.js';
import { type Kind, keyOf } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { answer, isStatus, type Plan, type PutPlan, refusal, type Removal } from './plan.js';
import { removalOf } from './removal.js';
import { admit } from './write-context.js';

/** Finalizers by which the garbage collector is asked to act before an object goes (meta/v1). */
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** A deletion (Store.Delete): at once, after a grace period, or once its finalizers are gone. */
export const planDelete = (state: ApiServerState, context: ActorContext, kind: Kind, request: DeleteRequest, stored: Stored | undefined): Plan => {
  const { name, namespace } = request;
  const options = request.options ?? NO_OPTIONS;
  if (stored === undefined) return refusal(notFound(kind.resource, name));
  const old = stored.value;
  const refused = preconditionOf(kind, name, options, stored) ?? deletionAdmission(state, context, kind, request, old) ?? kind.strategy.mayDelete?.(old);
  if (refused !== undefined) return refusal(refused);
  const key = keyOf(kind, namespace, name);
  const finalizers = finalizersFor(kind, old.metadata, options);
  if (kind.resource === 'namespaces') return deleteNamespace(context, kind, key, stored, finalizers, request.dryRun ?? false);
  const grace = graceFor(kind, old, options);
  const marked = mark(context, old, grace, finalizers);
  const pending = finalizers.length > 0;
  if (!pending && (grace === undefined || grace.seconds === 0)) {
    const answered: Removal = kind.strategy.returnsDeleted === true ? { answer: 'object' } : { answer: 'status' };
    if (request.dryRun === true) return answer(answered.answer === 'object' ? dryRunValue(marked, stored) : { type: 'status', status: deletedStatus(kind.resource, name, stored.header.uid) });
    // A kind with grace is first marked and then removed: watchers see both.
    if (grace === undefined || marked === old) return removalOf(kind, key, stored, answered);
    return { type: 'then', first: putOf(kind, key, stored, marked), remove: answered };
  }
  if (marked === old) return answer({ type: 'object', code: 200, object: stored });
  if (request.dryRun === true) return answer(dryRunValue(marked, stored));
  return putOf(kind, key, stored, marked);
};

const NO_OPTIONS: DeleteOptions = {};

const dryRunValue = (object: KubernetesObject, stored: Stored): { readonly type: 'value'; readonly code: number; readonly value: KubernetesObject } => ({
  type: 'value', code: 200, value: Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { resourceVersion: String(stored.header.revision) }) }),
});

const putOf = (kind: Kind, key: string, stored: Stored, value: KubernetesObject): PutPlan => ({
  type: 'put', key, expected: stored.header.revision, header: headerOf(kind, value, 'updated'), value, lease: 0, code: 200, warnings: undefined,
});

export const preconditionOf = (kind: Kind, name: string, options: DeleteOptions, stored: Stored): Status | undefined => {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (kind.resource === 'namespaces') {
    const { header } = stored;
    if (uid !== undefined && uid !== header.uid) return conflict(kind.resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${header.uid}`);
    if (resourceVersion === undefined || resourceVersion === String(header.revision)) return undefined;
    return conflict(kind.resource, name, `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${header.revision}`);
  }
  if (uid !== undefined && uid !== stored.header.uid) {
    return conflict(kind.api.group === '' ? kind.api.kind : `${kind.api.kind}.${kind.api.group}`, name, `the UID in the precondition (${uid}) does not match the UID in record (${stored.header.uid}). The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== String(stored.header.revision)) {
    return conflict(kind.api.group === '' ? kind.api.kind : `${kind.api.kind}.${kind.api.group}`, name, `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${stored.header.revision}). The object might have been modified`);
  }
  return undefined;
};

const deletionAdmission = (state: ApiServerState, context: ActorContext, kind: Kind, request: DeleteRequest, old: KubernetesObject): Status | undefined => {
  const refused = admit(state, context, {
    operation: 'delete', kind, subresource: '', namespace: request.namespace, name: request.name, object: undefined, old, user: request.user, dryRun: request.dryRun ?? false,
  });
  return refused !== undefined && isStatus(refused) ? refused : undefined;
};

/** deletionFinalizersForGarbageCollection: which finalizers the object waits for, given the policy. */
const finalizersFor = (kind: Kind, metadata: ObjectMeta, options: DeleteOptions): readonly string[] => {
  const existing = metadata.finalizers ?? NONE;
  const policy = options.propagationPolicy ?? (existing.includes(FOREGROUND) ? 'Foreground' : existing.includes(ORPHAN) ? 'Orphan' : (kind.strategy.defaultPropagation ?? 'Background'));
  if (existing.length === 0 && policy === 'Background') return existing;
  const kept = existing.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const wanted = policy === 'Orphan' ? [...kept, ORPHAN] : policy === 'Foreground' ? [...kept, FOREGROUND] : kept;
  return wanted.length === existing.length && wanted.every((finalizer, i) => finalizer === existing[i]) ? existing : wanted;
};

const NONE: readonly string[] = [];

/** The seconds that the object still gets; undefined for kinds without grace. `shortens`: a running grace period is cut. */
const graceFor = (kind: Kind, old: KubernetesObject, options: DeleteOptions): { readonly seconds: number; readonly sets: boolean } | undefined => {
  if (kind.strategy.gracePeriod === undefined) return undefined;
  const running = old.metadata.deletionTimestamp === undefined ? undefined : old.metadata.deletionGracePeriodSeconds;
  const asked = options.gracePeriodSeconds;
  if (running !== undefined) {
    if (asked === undefined) return { seconds: running, sets: false };
    const wanted = kind.strategy.gracePeriod(old, asked);
    return wanted < running ? { seconds: wanted, sets: true } : { seconds: running, sets: false };
  }
  return { seconds: kind.strategy.gracePeriod(old, asked), sets: true };
};

/** The object with its deletion written on it; the same object if it already is. */
const mark = (context: ActorContext, old: KubernetesObject, grace: { readonly seconds: number; readonly sets: boolean } | undefined, finalizers: readonly string[]): KubernetesObject => {
  const { metadata } = old;
  const first = metadata.deletionTimestamp === undefined;
  const sameFinalizers = finalizers === (metadata.finalizers ?? NONE);
  if (!first && sameFinalizers && (grace === undefined || !grace.sets)) return old;
  const marked: { -readonly [F in keyof ObjectMeta]: ObjectMeta[F] } = Object.assign({}, metadata);
  if (finalizers.length === 0) delete marked.finalizers;
  else marked.finalizers = finalizers;
  if (first && metadata.generation !== undefined && metadata.generation > 0) marked.generation = metadata.generation + 1;
  if (grace === undefined) {
    if (first) {
      marked.deletionTimestamp = formatTime(context.now);
      marked.deletionGracePeriodSeconds = 0;
    }
  } else if (grace.sets) {
    marked.deletionTimestamp = formatTime(later(context.now, seconds(grace.seconds)));
    marked.deletionGracePeriodSeconds = grace.seconds;
  }
  return Object.assign({}, old, { metadata: marked });
};

/** A namespace is marked and waits for the finalizers of its spec (registry/core/namespace/storage). */
const deleteNamespace = (context: ActorContext, kind: Kind, key: string, stored: Stored, finalizers: readonly string[], dryRun: boolean): Plan => {
  const old = stored.value;
  const spec = (old.spec ?? {}) as { readonly finalizers?: readonly string[] };
  if (old.metadata.deletionTimestamp !== undefined) {
    if ((spec.finalizers ?? []).length > 0 || finalizers.length > 0) return answer({ type: 'object', code: 200, object: stored });
    return removalOf(kind, key, stored, { answer: 'status' });
  }
  const { finalizers: _, ...metadata } = old.metadata;
  const marked: KubernetesObject = Object.assign({}, old, { metadata: { ...metadata, deletionTimestamp: formatTime(context.now), ...(finalizers.length > 0 && { finalizers }) }, status: { ...((old.status ?? {}) as object), phase: 'Terminating' } });
  return dryRun ? answer(dryRunValue(marked, stored)) : putOf(kind, key, stored, marked);
};
