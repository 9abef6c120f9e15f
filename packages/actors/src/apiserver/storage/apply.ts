import type { ActorContext } from '@naumachia/core';
import { goJson } from '../../api/go-text.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/object.js';
import type { CreateRequest, PatchRequest, Status, Stored } from '../../api/requests.js';
import { parseApiVersion } from '../../api/resources.js';
import { badRequest, plainError } from '../../api/status.js';
import { rebuild } from '../../api/table-order.js';
import { formatTime } from '../../api/time-format.js';
import { type Applied, applyConfig } from '../apply/server-side-apply.js';
import { typedConfig } from '../apply/typed-config.js';
import { difference, type FieldSet, NO_FIELDS, withoutPath } from '../managed-fields/field-set.js';
import type { Manager } from '../managed-fields/managed-fields.js';
import { compareObjects, NOTHING_RESET, type ResetFields } from '../managed-fields/object-comparison.js';
import { entriesAfterCreate } from '../managed-fields/tracking.js';
import { zeroValue } from '../zero-value.js';
import type { Kind } from '../registry.js';
import type { ApiServerState } from '../state.js';
import { planCreate } from './create.js';
import { nameMismatch, planChange } from './update.js';
import { namespaceMismatch } from './object-metadata.js';
import { type Plan, refusal } from './plan.js';

/** Metadata that nobody manages: it says which object is meant. */
const IDENTITY = ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'] as const;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A server-side apply (handlers/patch.go applyPatcher): makes the object if it is not there, else merges into it. */
export const planApply = (state: ApiServerState, context: ActorContext, kind: Kind, request: PatchRequest, stored: Stored | undefined): Plan => {
  const sent = (request.patch ?? {}) as KubernetesObject;
  const wrong = wrongObject(kind, sent);
  if (wrong !== undefined) return refusal(wrong);
  if ((sent.metadata?.managedFields ?? undefined) !== undefined) return refusal(badRequest('metadata.managedFields must be nil'));
  const typed = typedConfig(kind.type, sent as unknown as Readonly<Record<string, unknown>>);
  const asked = sent.metadata ?? NO_METADATA;
  if (typed.type === 'malformed') return refusal(plainError(`failed to create typed patch object (${textOf(asked.namespace)}/${textOf(asked.name)}; ${gvk(sent)}): ${joined(typed.errors)}`));
  const subresource = request.subresource ?? '';
  const reset = subresource === '' ? kind.reset : subresource === 'status' ? kind.resetStatus : NOTHING_RESET;
  const set = managedPart(typed.set, reset);
  const manager: Manager = { manager: request.fieldManager, operation: 'Apply', apiVersion: kind.api.apiVersion, subresource };
  const now = formatTime(context.now);
  const live = stored?.value ?? emptyObject(kind, request);
  const entries = stored === undefined ? NO_ENTRIES : entriesBefore(kind, live, now);
  let fractional: string | undefined;
  const complete = (object: KubernetesObject): KubernetesObject => {
    const { object: rebuilt, clean } = rebuild(kind.type, object);
    if (!clean) fractional = 'cannot convert float64 to int32';
    const kept = object.metadata.managedFields === undefined ? rebuilt : Object.assign({}, rebuilt, { metadata: Object.assign({}, rebuilt.metadata, { managedFields: object.metadata.managedFields }) });
    return kind.strategy.defaults === undefined ? kept : kind.strategy.defaults(kept);
  };
  const applied: Applied = applyConfig({ type: kind.type, live, config: Object.assign({}, sent, { metadata: asked }), set, reset, entries, manager, force: request.force ?? false, yielded: () => (manager.manager === KUBECTL ? appliedBefore(kind, live) : NO_FIELDS), now, complete });
  if (fractional !== undefined) return refusal(plainError(`failed to convert new object (/${asked.name ?? ''}; ${gvk(sent)}) to proper version: unable to convert unstructured object to ${gvk(sent)}: ${fractional}`));
  if (applied.type === 'conflict') return refusal(applied.status);
  // What is merged has the name of what is there, where the configuration says none.
  const meant = Object.assign({}, sent, { metadata: { name: asked.name ?? (stored === undefined ? undefined : request.name), namespace: asked.namespace } }) as KubernetesObject;
  const mismatch = namespaceMismatch(kind, meant, request.namespace) ?? nameMismatch(meant, request.name);
  if (mismatch !== undefined) return refusal(mismatch);
  const object = withLastApplied(withEntries(applied.object ?? live, applied.entries), sent, manager);
  if (stored !== undefined) return planChange(state, context, kind, Object.assign({}, request, { managed: applied.entries ?? NO_ENTRIES }) as PatchRequest, stored, object, asked.resourceVersion, subresource);
  const create: CreateRequest = {
    type: 'create', user: request.user, resource: request.resource, namespace: request.namespace, fieldManager: request.fieldManager, object: withoutRevision(object), ...(request.dryRun !== undefined && { dryRun: request.dryRun }),
    ...(request.fieldValidation !== undefined && { fieldValidation: request.fieldValidation }),
  };
  return planCreate(state, context, kind, Object.assign({}, create, { managed: applied.entries ?? NO_ENTRIES }) as CreateRequest);
};

const KUBECTL = 'kubectl';

/**
 * What the last client-side apply has set and nobody has changed since: `kubectl apply --server-side` may take that over from whoever
 * manages it (lastappliedmanager.go).
 */
const appliedBefore = (kind: Kind, live: KubernetesObject): FieldSet => {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined || text === '') return NO_FIELDS;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return NO_FIELDS;
  }
  if (typeof applied !== 'object' || applied === null || (applied as KubernetesObject).apiVersion !== kind.api.apiVersion) return NO_FIELDS;
  const typed = typedConfig(kind.type, applied as Readonly<Record<string, unknown>>);
  if (typed.type === 'malformed') return NO_FIELDS;
  const { changed, removed } = compareObjects(kind.type, applied as KubernetesObject, live, NOTHING_RESET);
  return difference(difference(typed.set, changed), removed);
};

const NO_ENTRIES: readonly ManagedFieldsEntry[] = [];
const NO_METADATA: KubernetesObject['metadata'] = {};

/** As GroupVersionKind.String() of Go writes it: `/v1, Kind=Pod`. */
const gvk = (object: KubernetesObject): string => {
  const { group, version } = parseApiVersion(textOf(object.apiVersion));
  return `${group}/${version}, Kind=${textOf(object.kind)}`;
};

const joined = (errors: readonly string[]): string => (errors.length === 1 ? (errors[0] ?? '') : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const wrongObject = (kind: Kind, sent: KubernetesObject): Status | undefined =>
  sent.apiVersion === kind.api.apiVersion && sent.kind === kind.api.kind ? undefined : badRequest(`invalid object type: ${gvk(sent)}`);

const emptyObject = (kind: Kind, request: PatchRequest): KubernetesObject => ({ ...(zeroValue(kind.type) as unknown as KubernetesObject), apiVersion: kind.api.apiVersion, kind: kind.api.kind, metadata: { name: request.name } });

/** Fields of an object that nobody managed before its first apply belong to this one. */
const entriesBefore = (kind: Kind, live: KubernetesObject, now: string): readonly ManagedFieldsEntry[] => {
  const entries = live.metadata.managedFields;
  if (entries !== undefined && entries.length > 0) return entries;
  return entriesAfterCreate(kind, live, { fieldManager: 'before-first-apply' }, now) ?? NO_ENTRIES;
};

const managedPart = (set: FieldSet, reset: ResetFields): FieldSet => {
  let part = withoutPath(withoutPath(set, ['f:apiVersion']), ['f:kind']);
  for (const field of IDENTITY) part = withoutPath(part, ['f:metadata', `f:${field}`]);
  for (const field of reset.top) part = withoutPath(part, [`f:${field}`]);
  for (const field of reset.metadata) part = withoutPath(part, ['f:metadata', `f:${field}`]);
  const metadata = part.elements.indexOf('f:metadata');
  return metadata >= 0 && part.children[metadata]?.elements.length === 0 ? withoutPath(part, ['f:metadata']) : part;
};

const withEntries = (object: KubernetesObject, entries: readonly ManagedFieldsEntry[] | undefined): KubernetesObject => {
  const { managedFields: _, ...metadata } = object.metadata;
  return Object.assign({}, object, { metadata: entries === undefined ? metadata : Object.assign({}, metadata, { managedFields: entries }) });
};

const withoutRevision = (object: KubernetesObject): KubernetesObject => {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return Object.assign({}, object, { metadata });
};

/** `kubectl apply --server-side` keeps the annotation of the client-side apply in step, where there is one (lastappliedupdater.go). */
const withLastApplied = (object: KubernetesObject, sent: KubernetesObject, manager: Manager): KubernetesObject => {
  if (manager.manager !== KUBECTL || manager.subresource !== '' || object.metadata.annotations?.[LAST_APPLIED] === undefined) return object;
  return Object.assign({}, object, { metadata: Object.assign({}, object.metadata, { annotations: Object.assign({}, object.metadata.annotations, { [LAST_APPLIED]: `${goJson(sorted(sent))}\n` }) }) });
};

const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) out[key] = sorted((value as Readonly<Record<string, unknown>>)[key]);
  return out;
};
